/* SPDX-License-Identifier: ISC */
#include "tests/bench/bench_row.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <jansson.h>

enum { ROWS_MAX = 256 };

static struct bench_row rows[ROWS_MAX];
static size_t n_rows;

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

static void
print_row(const struct bench_row *row)
{
	const struct bench_spread *ratio = &row->ratio;

	printf("  %-50s %9.2f %8.2f-%8.2f", row->name, row->value.median,
	    row->value.q1, row->value.q3);
	if (row->increment_to != NULL)
		printf(" %+8.2f", row->increment.median);
	else
		printf(" %8s", "");
	if (row->limit != NULL)
		printf(" %7.2f %6.2f-%6.2f", ratio->median, ratio->q1,
		    ratio->q3);
	else
		printf(" %7s %13s", "", "");
	if (row->goal > 0)
		printf(" %5.2f %s", row->goal,
		    ratio->median <= row->goal ? "held" : "MISSED");
	printf("%s%s\n", row->limit == NULL && row->goal <= 0 ? " " : "",
	    strcmp(row->unit, "µs") == 0 ? "" : row->unit);
}

void
bench_row_add(const struct bench_row *row)
{
	if (n_rows < ROWS_MAX)
		rows[n_rows++] = *row;
	if (row->why[0] != '\0') {
		printf("\n%s\n  SKIP: %s\n", row->title, row->why);
	} else {
		print_title(row->title);
		print_row(row);
	}
	(void)fflush(stdout);
}

static json_t *
spread_json(const struct bench_spread *spread)
{
	return json_pack("{s:f,s:f,s:f}", "q1", spread->q1, "median",
	    spread->median, "q3", spread->q3);
}

static json_t *
row_json(const struct bench_row *row)
{
	json_t *object;

	if (row->why[0] != '\0')
		return json_pack("{s:s,s:s}", "group", row->title, "skipped",
		    row->why);
	object = json_pack("{s:s,s:s,s:s,s:i,s:o}", "group", row->title, "name",
	    row->name, "unit", row->unit, "rounds", (int)row->rounds, "value",
	    spread_json(&row->value));
	if (row->limit != NULL)
		(void)json_object_update_new(object,
		    json_pack("{s:s,s:o}", "limit", row->limit, "ratio",
			spread_json(&row->ratio)));
	if (row->increment_to != NULL)
		(void)json_object_update_new(object,
		    json_pack("{s:s,s:o}", "increment_to", row->increment_to,
			"increment", spread_json(&row->increment)));
	if (row->goal > 0)
		(void)json_object_update_new(object,
		    json_pack("{s:f,s:b}", "goal", row->goal, "held",
			row->ratio.median <= row->goal));
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
		if (rows[i].goal > 0 && rows[i].ratio.median > rows[i].goal)
			n++;
	return n;
}
