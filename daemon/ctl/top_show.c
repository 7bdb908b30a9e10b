/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/top_show.h"

#include "daemon/ctl/clock.h"
#include "daemon/ctl/out.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LINE_SIZE = 512, CELL_SIZE = 24, NAME_WIDTH_MAX = 32 };

static const char heading[] = "SERVICE";

/* As wide as the names are. */
static int
name_width(const struct psd_top *top)
{
	size_t width = strlen(heading);

	for (size_t i = 0; i < top->n; i++)
		if (strlen(top->rows[i].name) > width)
			width = strlen(top->rows[i].name);
	return width < NAME_WIDTH_MAX ? (int)width : NAME_WIDTH_MAX;
}

static void
put_line(const char *line, size_t columns, const char *end)
{
	char cut[LINE_SIZE];

	(void)snprintf(cut, sizeof(cut), "%.*s",
	    columns < sizeof(cut) ? (int)columns : (int)sizeof(cut) - 1, line);
	psd_ctl_put(stdout, cut);
	fputs(end, stdout);
}

/* "-" where nothing was measured. */
static void
print_usec(char ret[CELL_SIZE], int64_t usec)
{
	if (usec < 0)
		(void)snprintf(ret, CELL_SIZE, "-");
	else
		(void)snprintf(ret, CELL_SIZE, "%" PRId64, usec);
}

static void
show_row(const struct psd_top_row *row, int width, size_t columns,
    const char *end)
{
	char line[LINE_SIZE], ready[CELL_SIZE], p50[CELL_SIZE], p99[CELL_SIZE];

	(void)snprintf(ready, sizeof(ready), "%" PRId64 "/%" PRId64, row->ready,
	    row->instances);
	print_usec(p50, row->p50_usec);
	print_usec(p99, row->p99_usec);
	(void)snprintf(line, sizeof(line),
	    "%-*.*s  %-9s %9s %10.1f %9.1f %6" PRId64 " %5" PRId64 " %10" PRId64
	    " %8s %8s",
	    width, width, row->name, row->state, ready, row->requests,
	    row->refused, row->ended, row->ended_badly,
	    row->memory_bytes / 1024, p50, p99);
	put_line(line, columns, end);
}

void
psd_top_show(const struct psd_top *top, size_t lines, size_t columns,
    const char *end)
{
	const int width = name_width(top);
	char line[LINE_SIZE], uptime[64];
	int64_t instances = 0;

	for (size_t i = 0; i < top->n; i++)
		instances += top->rows[i].instances;
	psd_ctl_print_usec(uptime, sizeof(uptime), (uint64_t)top->uptime_usec);
	(void)snprintf(line, sizeof(line),
	    "privsepd %s, up %s, %zu service%s, %" PRId64 " instance%s",
	    top->version, uptime, top->n, top->n == 1 ? "" : "s", instances,
	    instances == 1 ? "" : "s");
	if (lines > 0)
		put_line(line, columns, end);
	(void)snprintf(line, sizeof(line),
	    "%-*s  %-9s %9s %10s %9s %6s %5s %10s %8s %8s", width, heading,
	    "STATE", "READY", "REQ/S", "REFUSED/S", "ENDED", "BADLY",
	    "MEMORY/KIB", "P50/US", "P99/US");
	if (lines > 1)
		put_line(line, columns, end);
	for (size_t i = 0; i < top->n && i + 2 < lines; i++)
		show_row(&top->rows[i], width, columns, end);
}

/* null where nothing was measured. */
static json_t *
json_of_usec(int64_t usec)
{
	return usec < 0 ? json_null() : json_integer(usec);
}

static json_t *
json_of_row(const struct psd_top_row *row)
{
	return json_pack("{s:o, s:s, s:I, s:I, s:f, s:f, s:I, s:I, s:I, s:o, "
			 "s:o}",
	    "name", psd_ctl_json_text(row->name, strlen(row->name)), "state",
	    row->state, "ready", (json_int_t)row->ready, "instances",
	    (json_int_t)row->instances, "requests_per_second", row->requests,
	    "refused_per_second", row->refused, "ended", (json_int_t)row->ended,
	    "ended_badly", (json_int_t)row->ended_badly, "memory_bytes",
	    (json_int_t)row->memory_bytes, "p50_usec",
	    json_of_usec(row->p50_usec), "p99_usec",
	    json_of_usec(row->p99_usec));
}

void
psd_top_show_json(const struct psd_top *top)
{
	json_t *services = json_array();
	json_t *all;

	for (size_t i = 0; i < top->n; i++)
		json_array_append_new(services, json_of_row(&top->rows[i]));
	all = json_pack("{s:I, s:o}", "time_usec",
	    (json_int_t)psd_ctl_clock(CLOCK_REALTIME), "services", services);
	(void)json_dumpf(all, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(all);
}
