/* SPDX-License-Identifier: ISC */
/* What the table of privsepctl top makes of two looks at the daemon. */
#include "daemon/ctl/top.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Times up to 1, 2, 4 us and beyond, so many requests each. */
static json_t *
make_latency(int a, int b, int c, int beyond)
{
	return json_pack("[{s:i, s:i, s:i}, {s:i, s:i, s:i}, {s:i, s:i, s:i}, "
			 "{s:i, s:i, s:i}]",
	    "up_to_usec", 1, "requests", a, "sum_usec", a, "up_to_usec", 2,
	    "requests", b, "sum_usec", 2 * b, "up_to_usec", 4, "requests", c,
	    "sum_usec", 4 * c, "up_to_usec", 0, "requests", beyond, "sum_usec",
	    100 * beyond);
}

/* A look at a daemon that is up for so long, with one service. */
static json_t *
make_look(int seconds, int allowed, int refused, json_t *latency)
{
	return json_pack("{s:{s:s, s:I}, s:[{s:s, s:s, s:i, s:i, s:i, s:i, "
			 "s:i, s:i, s:i, s:i, s:o, s:[{s:i}, {s:i}]}]}",
	    "daemon", "version", "1", "uptime_usec",
	    (json_int_t)seconds * 1000000, "services", "name", "www", "state",
	    "running", "ready", 2, "instances", 3, "allowed", allowed,
	    "refused", refused, "calls_refused", refused, "orderly", allowed,
	    "abrupt", refused, "overdue", 0, "latency", latency, "memory",
	    "bytes", 1000, "bytes", 24);
}

static struct psd_top_row
compare(json_t *earlier, json_t *now)
{
	struct psd_top top;
	struct psd_top_row row;

	assert_non_null(now);
	assert_true(psd_top_compare(earlier, now, &top));
	assert_int_equal(top.n, 1);
	row = top.rows[0];
	psd_top_free(&top);
	json_decref(earlier);
	json_decref(now);
	return row;
}

static void
rates_are_what_grew_by_the_time_that_passed(void **state)
{
	struct psd_top_row row;

	(void)state;
	row = compare(make_look(10, 100, 5, make_latency(0, 0, 0, 0)),
	    make_look(14, 300, 7, make_latency(0, 0, 0, 0)));
	assert_string_equal(row.name, "www");
	assert_true(row.requests == 202.0 / 4);
	assert_true(row.refused == 4.0 / 4);
	assert_int_equal(row.ended, 202);
	assert_int_equal(row.ended_badly, 2);
	assert_int_equal(row.memory_bytes, 1024);
	assert_int_equal(row.ready, 2);
	assert_int_equal(row.instances, 3);
}

static void
first_look_counts_from_the_daemons_start(void **state)
{
	struct psd_top_row row;

	(void)state;
	row = compare(NULL, make_look(10, 95, 5, make_latency(1, 0, 0, 0)));
	assert_true(row.requests == 10.0);
	assert_int_equal(row.p50_usec, 0);
}

static void
another_daemon_counts_from_its_own_start(void **state)
{
	struct psd_top_row row;

	(void)state;
	row = compare(make_look(1000, 10, 0, make_latency(9, 9, 9, 9)),
	    make_look(2, 20, 0, make_latency(0, 0, 4, 0)));
	assert_true(row.requests == 10.0);
	assert_int_equal(row.p50_usec, 3);
}

static void
quantiles_are_those_of_what_was_between(void **state)
{
	struct psd_top_row row;

	(void)state;
	/* 100 of up to 4 us more: half of them below 3, all below 4. */
	row = compare(make_look(1, 0, 0, make_latency(500, 0, 0, 3)),
	    make_look(2, 0, 0, make_latency(500, 0, 100, 3)));
	assert_int_equal(row.p50_usec, 3);
	assert_int_equal(row.p99_usec, 3);
	/* Two of a hundred beyond every bound, where the mean is told. */
	row = compare(make_look(1, 0, 0, make_latency(0, 0, 0, 0)),
	    make_look(2, 0, 0, make_latency(98, 0, 0, 2)));
	assert_int_equal(row.p50_usec, 0);
	assert_int_equal(row.p99_usec, 100);
}

static void
without_a_request_there_is_no_latency(void **state)
{
	struct psd_top_row row;

	(void)state;
	row = compare(make_look(1, 7, 0, make_latency(7, 0, 0, 0)),
	    make_look(2, 7, 0, make_latency(7, 0, 0, 0)));
	assert_int_equal(row.p50_usec, -1);
	assert_int_equal(row.p99_usec, -1);
	assert_true(row.requests == 0);
}

static void
rows_are_sorted_by_what_is_most_then_by_name(void **state)
{
	static struct psd_top_row rows[3] = {
		{ .name = "b", .requests = 1, .memory_bytes = 5 },
		{ .name = "c", .requests = 9, .memory_bytes = 5 },
		{ .name = "a", .requests = 1, .memory_bytes = 7 },
	};
	static const struct {
		char key;
		const char *order;
	} cases[] = { { 'n', "abc" }, { 'r', "cab" }, { 'm', "abc" },
		{ 'e', "abc" }, { 'l', "abc" }, { 'f', "abc" } };
	struct psd_top top = { .rows = rows, .n = 3 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(psd_top_is_key(cases[i].key));
		psd_top_sort(&top, cases[i].key);
		for (size_t k = 0; k < 3; k++)
			assert_int_equal(rows[k].name[0], cases[i].order[k]);
	}
	assert_false(psd_top_is_key('x'));
	assert_false(psd_top_is_key('\0'));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_what_grew_by_the_time_that_passed),
		cmocka_unit_test(first_look_counts_from_the_daemons_start),
		cmocka_unit_test(another_daemon_counts_from_its_own_start),
		cmocka_unit_test(quantiles_are_those_of_what_was_between),
		cmocka_unit_test(without_a_request_there_is_no_latency),
		cmocka_unit_test(rows_are_sorted_by_what_is_most_then_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
