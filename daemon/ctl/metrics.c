/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/metrics.h"

#include "common/mem.h"
#include "daemon/ctl/openmetrics.h"
#include "daemon/ctl/out.h"

#include <string.h>

/* One number of each service, and by which label it is told from others. */
struct number {
	const char *key; /* in what the daemon tells */
	const char *word;
};

struct family {
	const char *name, *type, *help;
	const char *label; /* that words are values of, or NULL */
	struct number numbers[3];
};

static const struct family of_services[] = {
	{ "privsepd_connections", "gauge",
	    "Clients of Clients= and Provides= that are connected.", NULL,
	    { { "connections", NULL } } },
	{ "privsepd_requests", "counter", "Requests of helpers.", "verdict",
	    { { "allowed", "allowed" }, { "refused", "refused" } } },
	{ "privsepd_calls_refused", "counter",
	    "System calls that helpers made and may not make.", NULL,
	    { { "calls_refused", NULL } } },
	{ "privsepd_limits_reached", "counter",
	    "Helpers that were at a limit of their control group.", "limit",
	    { { "memory_reached", "memory" }, { "tasks_reached", "tasks" } } },
	{ "privsepd_memory_kills", "counter",
	    "Processes that the kernel killed for want of memory.", NULL,
	    { { "memory_kills", NULL } } },
	{ "privsepd_clients", "counter",
	    "Clients of Clients= and Provides= that came.", "verdict",
	    { { "clients_admitted", "allowed" },
		{ "clients_refused", "refused" } } },
	{ "privsepd_starts", "counter", "Helpers that were started.", NULL,
	    { { "started", NULL } } },
	{ "privsepd_start_failures", "counter",
	    "Helpers that could not be started.", NULL,
	    { { "failed_starts", NULL } } },
	{ "privsepd_ends", "counter", "Helpers that have ended.", "end",
	    { { "orderly", "orderly" }, { "abrupt", "abrupt" },
		{ "overdue", "overdue" } } },
};

static void
write_family(FILE *out, const struct family *family, const json_t *services)
{
	const char *suffix =
	    strcmp(family->type, "counter") == 0 ? "_total" : "";

	psd_metric_family(out, family->name, family->type, NULL, family->help);
	for (size_t i = 0; i < json_array_size(services); i++) {
		const json_t *service = json_array_get(services, i);

		for (size_t k = 0; k < PSD_ELEMENTS(family->numbers) &&
		     family->numbers[k].key != NULL;
		     k++) {
			const struct psd_metric_label labels[] = {
				{ "service", psd_ctl_text_of(service, "name") },
				{ family->label, family->numbers[k].word },
				{ NULL, NULL },
			};

			psd_metric_count(out, family->name, suffix, labels,
			    psd_ctl_count_of(service, family->numbers[k].key));
		}
	}
}

static void
write_daemon(FILE *out, const json_t *daemon)
{
	const struct psd_metric_label version[] = {
		{ "version", psd_ctl_text_of(daemon, "version") },
		{ NULL, NULL }
	};
	const struct psd_metric_label *none = &version[1];

	psd_metric_family(out, "privsepd_build_info", "gauge", NULL,
	    "The version of privsepd.");
	psd_metric_count(out, "privsepd_build_info", "", version, 1);
	psd_metric_family(out, "privsepd_uptime_seconds", "gauge", "seconds",
	    "How long privsepd has been up.");
	psd_metric_usec(out, "privsepd_uptime_seconds", "", none,
	    psd_ctl_count_of(daemon, "uptime_usec"));
	psd_metric_family(out, "privsepd_generation", "gauge", NULL,
	    "How often the policies were read.");
	psd_metric_count(out, "privsepd_generation", "", none,
	    psd_ctl_count_of(daemon, "generation"));
	psd_metric_family(out, "privsepd_descriptors", "gauge", NULL,
	    "Descriptors that privsepd has open.");
	psd_metric_count(out, "privsepd_descriptors", "", none,
	    psd_ctl_count_of(daemon, "descriptors"));
	psd_metric_family(out, "privsepd_descriptors_max", "gauge", NULL,
	    "Descriptors that privsepd may have open.");
	psd_metric_count(out, "privsepd_descriptors_max", "", none,
	    psd_ctl_count_of(daemon, "descriptors_max"));
}

/* Wall time is what others waited; of that, what the daemon was running. */
static void
write_turns(FILE *out, const json_t *turns)
{
	static const char name[] = "privsepd_loop_longest_turn_seconds";
	static const char *const clocks[] = { "wall", "cpu" };
	static const char *const keys[] = { "longest_usec",
		"longest_cpu_usec" };

	psd_metric_family(out, name, "gauge", "seconds",
	    "The longest that one turn of the loop has taken.");
	for (size_t i = 0; i < json_array_size(turns) * 2; i++) {
		const json_t *turn = json_array_get(turns, i / 2);
		const struct psd_metric_label labels[] = {
			{ "work", psd_ctl_text_of(turn, "work") },
			{ "clock", clocks[i % 2] },
			{ NULL, NULL },
		};

		psd_metric_usec(out, name, "", labels,
		    psd_ctl_count_of(turn, keys[i % 2]));
	}
	psd_metric_family(out, "privsepd_loop_slow_turns", "counter", NULL,
	    "Turns of the loop that took longer than 20 ms.");
	for (size_t i = 0; i < json_array_size(turns); i++) {
		const json_t *turn = json_array_get(turns, i);
		const struct psd_metric_label labels[] = {
			{ "work", psd_ctl_text_of(turn, "work") },
			{ NULL, NULL },
		};

		psd_metric_count(out, "privsepd_loop_slow_turns", "_total",
		    labels, psd_ctl_count_of(turn, "slow"));
	}
}

/* How many of objects, of that service unless it is NULL, are in that state. */
static int64_t
count_state(const json_t *objects, const char *service, const char *state)
{
	int64_t n = 0;

	for (size_t i = 0; i < json_array_size(objects); i++) {
		const json_t *object = json_array_get(objects, i);

		if (strcmp(psd_ctl_text_of(object, "state"), state) == 0 &&
		    (service == NULL ||
			strcmp(psd_ctl_text_of(object, "service"), service) ==
			    0))
			n++;
	}
	return n;
}

static void
write_states(FILE *out, const json_t *services, const json_t *instances)
{
	static const char *const states[] = { "starting", "running",
		"held back", "stopped" };
	static const char *const of_instances[] = { "starting", "ready",
		"ending" };

	psd_metric_family(out, "privsepd_services", "gauge", NULL,
	    "Services, by their state.");
	for (size_t i = 0; i < PSD_ELEMENTS(states); i++) {
		const struct psd_metric_label labels[] = {
			{ "state", states[i] }, { NULL, NULL }
		};

		psd_metric_count(out, "privsepd_services", "", labels,
		    count_state(services, NULL, states[i]));
	}
	psd_metric_family(out, "privsepd_instances", "gauge", NULL,
	    "Helpers that run, by their state.");
	for (size_t i = 0; i < json_array_size(services); i++) {
		const char *name =
		    psd_ctl_text_of(json_array_get(services, i), "name");

		for (size_t k = 0; k < PSD_ELEMENTS(of_instances); k++) {
			const struct psd_metric_label labels[] = {
				{ "service", name },
				{ "state", of_instances[k] },
				{ NULL, NULL },
			};

			psd_metric_count(out, "privsepd_instances", "", labels,
			    count_state(instances, name, of_instances[k]));
		}
	}
}

static void
write_operations(FILE *out, const json_t *service)
{
	static const char *const verdicts[] = { "allowed", "refused" };
	const json_t *list = json_object_get(service, "operations");

	for (size_t i = 0; i < json_array_size(list) * 2; i++) {
		const json_t *operation = json_array_get(list, i / 2);
		const struct psd_metric_label labels[] = {
			{ "service", psd_ctl_text_of(service, "name") },
			{ "operation",
			    psd_ctl_text_of(operation, "operation") },
			{ "verdict", verdicts[i % 2] },
			{ NULL, NULL },
		};

		psd_metric_count(out, "privsepd_operations", "_total", labels,
		    psd_ctl_count_of(operation, verdicts[i % 2]));
	}
}

/* Each bucket counts what was no longer than its bound, so all before it. */
static void
write_durations(FILE *out, const json_t *service)
{
	static const char name[] = "privsepd_request_duration_seconds";
	const json_t *list = json_object_get(service, "latency");
	int64_t requests = 0, sum = 0;
	char bound[32] = "+Inf";
	const struct psd_metric_label labels[] = {
		{ "service", psd_ctl_text_of(service, "name") },
		{ "le", bound },
		{ NULL, NULL },
	};
	const struct psd_metric_label plain[] = { labels[0], { NULL, NULL } };

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *time = json_array_get(list, i);
		const int64_t up_to = psd_ctl_count_of(time, "up_to_usec");

		requests += psd_ctl_count_of(time, "requests");
		sum += psd_ctl_count_of(time, "sum_usec");
		if (up_to == 0)
			break;
		snprintf(bound, sizeof(bound), "%.7g", (double)up_to / 1e6);
		psd_metric_count(out, name, "_bucket", labels, requests);
	}
	snprintf(bound, sizeof(bound), "+Inf");
	psd_metric_count(out, name, "_bucket", labels, requests);
	psd_metric_usec(out, name, "_sum", plain, sum);
	psd_metric_count(out, name, "_count", plain, requests);
}

static void
write_memory(FILE *out, const json_t *service)
{
	const json_t *list = json_object_get(service, "memory");
	char id[24];

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *instance = json_array_get(list, i);
		const struct psd_metric_label labels[] = {
			{ "service", psd_ctl_text_of(service, "name") },
			{ "id", id },
			{ NULL, NULL },
		};

		/* One that has just died has none. */
		if (psd_ctl_text_of(instance, "source")[0] == '\0')
			continue;
		snprintf(id, sizeof(id), "%lld",
		    (long long)psd_ctl_count_of(instance, "id"));
		psd_metric_count(out, "privsepd_instance_memory_bytes", "",
		    labels, psd_ctl_count_of(instance, "bytes"));
	}
}

static void
write_each(FILE *out, const json_t *services,
    void (*write_one)(FILE *out, const json_t *service))
{
	for (size_t i = 0; i < json_array_size(services); i++)
		write_one(out, json_array_get(services, i));
}

void
psd_metrics_write(FILE *out, const json_t *all)
{
	const json_t *services = json_object_get(all, "services");

	write_daemon(out, json_object_get(all, "daemon"));
	write_turns(out, json_object_get(all, "turns"));
	write_states(out, services, json_object_get(all, "instances"));
	for (size_t i = 0; i < PSD_ELEMENTS(of_services); i++)
		write_family(out, &of_services[i], services);
	psd_metric_family(out, "privsepd_operations", "counter", NULL,
	    "Requests of helpers, by operation.");
	write_each(out, services, write_operations);
	psd_metric_family(out, "privsepd_request_duration_seconds", "histogram",
	    "seconds", "Time to the answer, where that did not have to wait.");
	write_each(out, services, write_durations);
	psd_metric_family(out, "privsepd_instance_memory_bytes", "gauge",
	    "bytes", "Memory of a helper: its control group's, or resident.");
	write_each(out, services, write_memory);
	psd_metric_end(out);
}
