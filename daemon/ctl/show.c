/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/show.h"

#include "daemon/ctl/out.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum { CELL_MAX = 64, JOINED_MAX = 1024 };

/* The entries of a list with between between them, cut where full. */
static void
join(const json_t *object, const char *key, const char *between, char *ret,
    size_t size)
{
	const json_t *list = json_object_get(object, key);
	size_t len = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < json_array_size(list) && len < size; i++)
		len += (size_t)snprintf(ret + len, size - len, "%s%s",
		    i == 0 ? "" : between,
		    json_string_value(json_array_get(list, i)));
}

static void add_cell(json_t *row, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
add_cell(json_t *row, const char *format, ...)
{
	char cell[CELL_MAX];
	va_list ap;

	va_start(ap, format);
	vsnprintf(cell, sizeof(cell), format, ap);
	va_end(ap);
	json_array_append_new(row, psd_ctl_json_text(cell, strlen(cell)));
}

static void
add_counts(json_t *row, const json_t *object, const char *const *keys)
{
	for (; *keys != NULL; keys++)
		add_cell(row, "%" PRId64, psd_ctl_count_of(object, *keys));
}

/* What is missing is said aloud. */
static void
show_missing(const json_t *object, const char *key, const char *of,
    const char *between)
{
	char missing[JOINED_MAX];

	join(object, key, between, missing, sizeof(missing));
	if (missing[0] == '\0')
		return;
	psd_ctl_put(stdout, of);
	psd_ctl_put(stdout, "MISSING: ");
	psd_ctl_put_line(stdout, missing);
}

static void
show_count(int64_t n, const char *noun)
{
	printf("%" PRId64 " %s%s", n, noun, n == 1 ? "" : "s");
}

/* One that does nothing is nobody to miss something of. */
static void
show_manager(const json_t *daemon)
{
	char gifts[JOINED_MAX];

	join(daemon, "manager", " ", gifts, sizeof(gifts));
	if (gifts[0] == '\0') {
		puts("service manager: none");
		return;
	}
	printf("service manager: %s\n", gifts);
	show_missing(daemon, "manager_missing", "service manager ", "; ");
}

static void
show_own_filter(const json_t *daemon)
{
	const int64_t calls = psd_ctl_count_of(daemon, "own_calls");

	if (calls > 0) {
		fputs("own filter: ", stdout);
		show_count(calls, "system call");
		putchar('\n');
		return;
	}
	fputs("own filter MISSING: ", stdout);
	psd_ctl_put_line(stdout, psd_ctl_text_of(daemon, "own_filter_missing"));
}

static void
show_descriptors(const json_t *daemon)
{
	const int64_t open = psd_ctl_count_of(daemon, "descriptors");
	const int64_t max = psd_ctl_count_of(daemon, "descriptors_max");

	if (open > 0 && max > 0)
		printf("descriptors: %" PRId64 " of %" PRId64 "\n", open, max);
}

static void
show_daemon(const json_t *daemon)
{
	char uptime[CELL_MAX];
	char layers[JOINED_MAX];

	psd_ctl_print_usec(uptime, sizeof(uptime),
	    (uint64_t)psd_ctl_count_of(daemon, "uptime_usec"));
	printf("privsepd %s, pid %" PRId64 ", up %s, generation %" PRId64 ", ",
	    psd_ctl_text_of(daemon, "version"), psd_ctl_count_of(daemon, "pid"),
	    uptime, psd_ctl_count_of(daemon, "generation"));
	show_count(psd_ctl_count_of(daemon, "services"), "service");
	fputs(", ", stdout);
	show_count(psd_ctl_count_of(daemon, "instances"), "instance");
	if (psd_ctl_count_of(daemon, "reexecs") > 0) {
		fputs(", re-executed ", stdout);
		show_count(psd_ctl_count_of(daemon, "reexecs"), "time");
	}
	putchar('\n');
	join(daemon, "layers", " ", layers, sizeof(layers));
	printf("layers: %s\n", layers[0] != '\0' ? layers : "none");
	if (json_array_size(json_object_get(daemon, "missing")) == 0)
		puts("missing: none");
	else
		show_missing(daemon, "missing", "", "; ");
	show_own_filter(daemon);
	show_descriptors(daemon);
	show_manager(daemon);
}

static void
add_service(json_t *rows, const json_t *service)
{
	static const char *const counts[] = { "started", "orderly", "abrupt",
		"overdue", "allowed", "refused", "calls_refused", NULL };
	json_t *row = json_array();

	add_cell(row, "%s", psd_ctl_text_of(service, "name"));
	add_cell(row, "%s", psd_ctl_text_of(service, "state"));
	add_cell(row, "%" PRId64 "/%" PRId64,
	    psd_ctl_count_of(service, "ready"),
	    psd_ctl_count_of(service, "instances"));
	add_counts(row, service, counts);
	json_array_append(row, json_object_get(service, "last_refused"));
	json_array_append_new(rows, row);
}

void
psd_ctl_show_overview(const json_t *all)
{
	const json_t *services = json_object_get(all, "services");
	json_t *rows = json_pack("[[s, s, s, s, s, s, s, s, s, s, s]]",
	    "SERVICE", "STATE", "READY", "STARTED", "ORDERLY", "ABRUPT",
	    "OVERDUE", "ALLOWED", "REFUSED", "CALLS", "LAST REFUSED");
	char of[CELL_MAX * 5];

	show_daemon(json_object_get(all, "daemon"));
	if (json_array_size(services) == 0) {
		puts("no services");
		json_decref(rows);
		return;
	}
	for (size_t i = 0; i < json_array_size(services); i++)
		add_service(rows, json_array_get(services, i));
	putchar('\n');
	psd_ctl_print_table(rows);
	json_decref(rows);
	for (size_t i = 0; i < json_array_size(services); i++) {
		const json_t *service = json_array_get(services, i);

		snprintf(of, sizeof(of), "%s ",
		    psd_ctl_text_of(service, "name"));
		show_missing(service, "missing", of, " ");
	}
}

static void
show_text(const char *label, const char *text)
{
	if (text[0] == '\0')
		return;
	printf("  %-14s", label);
	psd_ctl_put_line(stdout, text);
}

static void
show_clients(const json_t *service)
{
	char clients[JOINED_MAX], provides[JOINED_MAX];

	join(service, "clients", " ", clients, sizeof(clients));
	join(service, "provides", " ", provides, sizeof(provides));
	if (clients[0] == '\0' && provides[0] == '\0')
		return;
	show_text("clients", clients);
	show_text("provides", provides);
	printf("  connections   %" PRId64 ", %" PRId64 " admitted, %" PRId64
	       " refused\n",
	    psd_ctl_count_of(service, "connections"),
	    psd_ctl_count_of(service, "clients_admitted"),
	    psd_ctl_count_of(service, "clients_refused"));
}

/* Nothing is told of limits that nobody has met, or that are not there. */
static void
show_limits(const json_t *service)
{
	const int64_t memory = psd_ctl_count_of(service, "memory_reached");
	const int64_t kills = psd_ctl_count_of(service, "memory_kills");
	const int64_t tasks = psd_ctl_count_of(service, "tasks_reached");

	if (memory == 0 && kills == 0 && tasks == 0)
		return;
	fputs("  limits        MemoryMax= reached by ", stdout);
	show_count(memory, "helper");
	printf(" (%" PRId64 " killed), TasksMax= by ", kills);
	show_count(tasks, "helper");
	putchar('\n');
}

static void
show_detail(const json_t *service)
{
	char listeners[JOINED_MAX];

	join(service, "listeners", " ", listeners, sizeof(listeners));
	psd_ctl_put(stdout, psd_ctl_text_of(service, "name"));
	printf(" (%s): %s, generation %" PRId64 "\n",
	    psd_ctl_text_of(service, "type"), psd_ctl_text_of(service, "state"),
	    psd_ctl_count_of(service, "generation"));
	show_text("listeners", listeners);
	show_clients(service);
	printf("  instances     %" PRId64 ", %" PRId64 " ready, %" PRId64
	       " taken (%" PRId64 " to %" PRId64 ")\n",
	    psd_ctl_count_of(service, "instances"),
	    psd_ctl_count_of(service, "ready"),
	    psd_ctl_count_of(service, "taken"),
	    psd_ctl_count_of(service, "instances_min"),
	    psd_ctl_count_of(service, "instances_max"));
	printf("  started       %" PRId64 ", and %" PRId64 " in vain\n",
	    psd_ctl_count_of(service, "started"),
	    psd_ctl_count_of(service, "failed_starts"));
	printf("  ended         %" PRId64 " orderly, %" PRId64
	       " abrupt, %" PRId64 " overdue\n",
	    psd_ctl_count_of(service, "orderly"),
	    psd_ctl_count_of(service, "abrupt"),
	    psd_ctl_count_of(service, "overdue"));
	printf("  requests      %" PRId64 " allowed, %" PRId64 " refused\n",
	    psd_ctl_count_of(service, "allowed"),
	    psd_ctl_count_of(service, "refused"));
	printf("  system calls  %" PRId64 " refused\n",
	    psd_ctl_count_of(service, "calls_refused"));
	show_limits(service);
	show_text("last refused", psd_ctl_text_of(service, "last_refused"));
	show_text("last failure", psd_ctl_text_of(service, "last_failure"));
	show_missing(service, "missing", "  ", " ");
}

static void
add_instance(json_t *rows, const json_t *instance)
{
	static const char *const ids[] = { "pid", "uid", "generation", NULL };
	static const char *const counts[] = { "allowed", "refused", "waiting",
		"clones", NULL };
	json_t *row = json_array();
	char age[CELL_MAX];

	psd_ctl_print_usec(age, sizeof(age),
	    (uint64_t)psd_ctl_count_of(instance, "age_usec"));
	add_cell(row, "%s/%" PRId64, psd_ctl_text_of(instance, "service"),
	    psd_ctl_count_of(instance, "id"));
	add_cell(row, "%s", psd_ctl_text_of(instance, "state"));
	add_counts(row, instance, ids);
	add_cell(row, "%s", age);
	add_cell(row, "%s",
	    psd_ctl_text_of(instance, "phase")[0] == '\0'
		? "-"
		: psd_ctl_text_of(instance, "phase"));
	add_counts(row, instance, counts);
	json_array_append_new(rows, row);
}

void
psd_ctl_show_service(const json_t *all)
{
	const json_t *instances = json_object_get(all, "instances");
	json_t *rows = json_pack("[[s, s, s, s, s, s, s, s, s, s, s]]",
	    "INSTANCE", "STATE", "PID", "UID", "GENERATION", "AGE", "PHASE",
	    "ALLOWED", "REFUSED", "WAITING", "CLONES");

	show_detail(json_array_get(json_object_get(all, "services"), 0));
	for (size_t i = 0; i < json_array_size(instances); i++)
		add_instance(rows, json_array_get(instances, i));
	if (json_array_size(instances) > 0) {
		putchar('\n');
		psd_ctl_print_table(rows);
	}
	json_decref(rows);
}
