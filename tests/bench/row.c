/* SPDX-License-Identifier: ISC */
#include "tests/bench/bench_row.h"

#include "tests/bench/bench.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <jansson.h>

enum { ROWS_MAX = 256, NAME_COLUMNS = 50 };

static struct bench_row rows[ROWS_MAX];
static size_t n_rows;
static const char *group_name;

static int
compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

struct bench_spread
bench_spread_of(double *samples, size_t n)
{
	qsort(samples, n, sizeof(*samples), compare);
	return (struct bench_spread){
		.q1 = samples[n / 4],
		.median = samples[n / 2],
		.q3 = samples[(3 * n) / 4],
	};
}

static bool
has_goal(const struct bench_row *row)
{
	return row->goal > 0 || row->goal < 0;
}

static bool
is_held(const struct bench_row *row)
{
	return row->goal < 0 ? row->ratio.median >= -row->goal
			     : row->ratio.median <= row->goal;
}

static void
print_title(const char *title)
{
	static const char *last;

	if (last != NULL && strcmp(last, title) == 0)
		return;
	last = title;
	printf("\n%s\n  %-50s %9s %17s %8s %7s %13s %5s\n", title, "", "median",
	    "half lie within", "+", "ratio", "within", "goal");
}

/* One that is too long for its column has a line of its own. */
static void
print_name(const char *name)
{
	if (strlen(name) > NAME_COLUMNS)
		printf("  %s\n  %-*s", name, NAME_COLUMNS, "");
	else
		printf("  %-*s", NAME_COLUMNS, name);
}

static void
print_row(const struct bench_row *row)
{
	const struct bench_spread *ratio = &row->ratio;

	print_name(row->name);
	printf(" %9.2f %8.2f-%8.2f", row->value.median, row->value.q1,
	    row->value.q3);
	if (row->increment_to != NULL)
		printf(" %+8.2f", row->increment.median);
	else
		printf(" %8s", "");
	if (row->limit != NULL)
		printf(" %7.2f %6.2f-%6.2f", ratio->median, ratio->q1,
		    ratio->q3);
	else
		printf(" %7s %13s", "", "");
	if (has_goal(row))
		printf(" %s%5.2f %s", row->goal < 0 ? ">=" : "",
		    fabs(row->goal), is_held(row) ? "held" : "MISSED");
	printf("%s%s\n", row->limit == NULL && !has_goal(row) ? " " : "",
	    strcmp(row->unit, "µs") == 0 ? "" : row->unit);
}

void
bench_row_group(const char *group)
{
	group_name = group;
}

void
bench_row_add(const struct bench_row *row)
{
	if (n_rows < ROWS_MAX) {
		rows[n_rows] = *row;
		rows[n_rows++].repeated_by = group_name;
	}
	if (row->why[0] != '\0' && row->name == NULL) {
		printf("\n%s\n  SKIP: %s\n", row->title, row->why);
	} else if (row->why[0] != '\0') {
		print_title(row->title);
		printf("  %s\n  SKIP: %s\n", row->name, row->why);
	} else {
		print_title(row->title);
		print_row(row);
	}
	(void)fflush(stdout);
}

void
bench_value(const char *title, const char *name, const char *unit, double value)
{
	const struct bench_row row = {
		.title = title,
		.name = name,
		.unit = unit,
		.rounds = 1,
		.value = { value, value, value },
	};

	bench_row_add(&row);
}

void
bench_skip(const char *title, const char *format, ...)
{
	struct bench_row row = { .title = title };
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(row.why, sizeof(row.why), format, arguments);
	va_end(arguments);
	bench_row_add(&row);
}

void
bench_skip_row(const char *title, const char *name, const char *format, ...)
{
	struct bench_row row = { .title = title, .name = name };
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(row.why, sizeof(row.why), format, arguments);
	va_end(arguments);
	bench_row_add(&row);
}

static json_t *
spread_json(const struct bench_spread *spread)
{
	return json_pack("{s:f,s:f,s:f}", "q1", spread->q1, "median",
	    spread->median, "q3", spread->q3);
}

static json_t *
skipped_json(const struct bench_row *row)
{
	return json_pack("{s:s,s:s*,s:n,s:s}", "group", row->title, "name",
	    row->name, "value", "skipped", row->why);
}

static json_t *
measured_json(const struct bench_row *row)
{
	json_t *object = json_pack("{s:s,s:s,s:s,s:i,s:o}", "group", row->title,
	    "name", row->name, "unit", row->unit, "rounds", (int)row->rounds,
	    "value", spread_json(&row->value));
	if (row->limit != NULL)
		(void)json_object_update_new(object,
		    json_pack("{s:s,s:o}", "limit", row->limit, "ratio",
			spread_json(&row->ratio)));
	if (row->increment_to != NULL)
		(void)json_object_update_new(object,
		    json_pack("{s:s,s:o}", "increment_to", row->increment_to,
			"increment", spread_json(&row->increment)));
	if (has_goal(row))
		(void)json_object_update_new(object,
		    json_pack("{s:f,s:b,s:b}", "goal", fabs(row->goal),
			"at_least", row->goal < 0, "held", is_held(row)));
	return object;
}

static json_t *
row_json(const struct bench_row *row)
{
	json_t *object =
	    row->why[0] != '\0' ? skipped_json(row) : measured_json(row);

	if (row->repeated_by != NULL)
		(void)json_object_set_new(object, "command",
		    json_sprintf("make bench GROUP=%s", row->repeated_by));
	return object;
}

int
bench_rows_write(const char *path)
{
	struct utsname system;
	json_t *list = json_array(), *root;
	int r;

	if (uname(&system) < 0)
		return -errno;
	for (size_t i = 0; i < n_rows; i++)
		(void)json_array_append_new(list, row_json(&rows[i]));
	root = json_pack("{s:s,s:s,s:s,s:o}", "version", PSD_VERSION, "kernel",
	    system.release, "machine", system.machine, "rows", list);
	r = json_dump_file(root, path, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
	json_decref(root);
	return r < 0 ? -EIO : 0;
}

unsigned
bench_rows_missed(void)
{
	unsigned n = 0;

	for (size_t i = 0; i < n_rows; i++)
		if (has_goal(&rows[i]) && !is_held(&rows[i]))
			n++;
	return n;
}
