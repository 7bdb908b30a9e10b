/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/top.h"

#include "daemon/ctl/out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By which qsort() compares; there is one table at a time. */
static char sort_key;

static const json_t *
find_service(const json_t *sample, const char *name)
{
	const json_t *services = json_object_get(sample, "services");

	for (size_t i = 0; i < json_array_size(services); i++) {
		const json_t *service = json_array_get(services, i);

		if (strcmp(psd_ctl_text_of(service, "name"), name) == 0)
			return service;
	}
	return NULL;
}

/* How much a counter grew; one that began anew counts as it is. */
static int64_t
growth(const json_t *earlier, const json_t *now, const char *key)
{
	const int64_t is = psd_ctl_count_of(now, key);
	const int64_t was = psd_ctl_count_of(earlier, key);

	return is >= was ? is - was : is;
}

static int64_t
sum_memory(const json_t *service)
{
	const json_t *list = json_object_get(service, "memory");
	int64_t sum = 0;

	for (size_t i = 0; i < json_array_size(list); i++)
		sum += psd_ctl_count_of(json_array_get(list, i), "bytes");
	return sum;
}

/* Growth of the i-th class of times. */
static int64_t
class_growth(const json_t *earlier, const json_t *now, size_t i,
    const char *key)
{
	return growth(json_array_get(json_object_get(earlier, "latency"), i),
	    json_array_get(json_object_get(now, "latency"), i), key);
}

/* Within a class its times are taken to be spread evenly. */
static int64_t
quantile(const json_t *earlier, const json_t *now, double share)
{
	const json_t *list = json_object_get(now, "latency");
	const size_t n = json_array_size(list);
	int64_t all = 0, before = 0, from = 0;

	for (size_t i = 0; i < n; i++)
		all += class_growth(earlier, now, i, "requests");
	if (all == 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const int64_t here = class_growth(earlier, now, i, "requests");
		const int64_t to =
		    psd_ctl_count_of(json_array_get(list, i), "up_to_usec");
		const double wanted = share * (double)all;

		if (here == 0 || (double)(before + here) < wanted) {
			before += here;
			from = to;
			continue;
		}
		/* The last has no bound, so its mean must do. */
		if (to == 0)
			return class_growth(earlier, now, i, "sum_usec") / here;
		return from +
		    (int64_t)((double)(to - from) * (wanted - (double)before) /
			(double)here);
	}
	return from;
}

static void
fill_row(const json_t *earlier, const json_t *now, double seconds,
    struct psd_top_row *ret)
{
	const int64_t refused = growth(earlier, now, "refused");
	const int64_t requests = growth(earlier, now, "allowed") + refused;
	const int64_t calls = growth(earlier, now, "calls_refused");

	(void)snprintf(ret->name, sizeof(ret->name), "%s",
	    psd_ctl_text_of(now, "name"));
	(void)snprintf(ret->state, sizeof(ret->state), "%s",
	    psd_ctl_text_of(now, "state"));
	ret->ready = psd_ctl_count_of(now, "ready");
	ret->instances = psd_ctl_count_of(now, "instances");
	ret->requests = (double)requests / seconds;
	ret->refused = (double)(refused + calls) / seconds;
	ret->ended_badly =
	    growth(earlier, now, "abrupt") + growth(earlier, now, "overdue");
	ret->ended = growth(earlier, now, "orderly") + ret->ended_badly;
	ret->memory_bytes = sum_memory(now);
	ret->p50_usec = quantile(earlier, now, 0.5);
	ret->p99_usec = quantile(earlier, now, 0.99);
}

bool
psd_top_compare(const json_t *earlier, const json_t *now, struct psd_top *ret)
{
	const json_t *services = json_object_get(now, "services");
	const json_t *daemon = json_object_get(now, "daemon");
	const int64_t uptime = psd_ctl_count_of(daemon, "uptime_usec");
	int64_t passed = uptime -
	    psd_ctl_count_of(json_object_get(earlier, "daemon"), "uptime_usec");

	/* Another daemon has taken its place. */
	if (passed <= 0) {
		earlier = NULL;
		passed = uptime > 0 ? uptime : 1;
	}
	ret->n = json_array_size(services);
	ret->rows = calloc(ret->n + 1, sizeof(*ret->rows));
	if (ret->rows == NULL)
		return false;
	ret->uptime_usec = uptime;
	(void)snprintf(ret->version, sizeof(ret->version), "%s",
	    psd_ctl_text_of(daemon, "version"));
	for (size_t i = 0; i < ret->n; i++) {
		const json_t *service = json_array_get(services, i);

		fill_row(find_service(earlier,
			     psd_ctl_text_of(service, "name")),
		    service, (double)passed / 1e6, &ret->rows[i]);
	}
	return true;
}

void
psd_top_free(struct psd_top *top)
{
	free(top->rows);
	top->rows = NULL;
	top->n = 0;
}

static double
value_of(const struct psd_top_row *row)
{
	switch (sort_key) {
	case 'r':
		return row->requests;
	case 'f':
		return row->refused;
	case 'e':
		return (double)row->ended;
	case 'm':
		return (double)row->memory_bytes;
	case 'l':
		return (double)row->p99_usec;
	default:
		return 0;
	}
}

static int
compare(const void *a, const void *b)
{
	const struct psd_top_row *first = a, *second = b;
	const double difference = value_of(second) - value_of(first);

	if (difference != 0)
		return difference > 0 ? 1 : -1;
	return strcmp(first->name, second->name);
}

void
psd_top_sort(struct psd_top *top, char key)
{
	sort_key = key;
	qsort(top->rows, top->n, sizeof(*top->rows), compare);
}

bool
psd_top_is_key(char key)
{
	return key != '\0' && strchr("nrfeml", key) != NULL;
}
