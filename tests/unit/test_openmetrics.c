/* SPDX-License-Identifier: ISC */
/* Samples and labels, byte by byte; tests/support/openmetrics.pl has the rest. */
#include "daemon/ctl/openmetrics.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct text {
	FILE *out;
	char *at;
	size_t len;
};

static int
begin(void **state)
{
	struct text *text = calloc(1, sizeof(*text));

	assert_non_null(text);
	text->out = open_memstream(&text->at, &text->len);
	assert_non_null(text->out);
	*state = text;
	return 0;
}

static int
end(void **state)
{
	struct text *text = *state;

	(void)fclose(text->out);
	free(text->at);
	free(text);
	return 0;
}

static void
assert_written(struct text *text, const char *wanted)
{
	assert_int_equal(fflush(text->out), 0);
	assert_string_equal(text->at, wanted);
}

static void
labels_are_escaped(void **state)
{
	struct text *text = *state;
	static const struct psd_metric_label labels[] = {
		{ "service", "a\"b\\c\nd{},=" },
		{ "end", "" },
		{ NULL, NULL },
	};

	psd_metric_count(text->out, "x", "_total", labels, 7);
	assert_written(text,
	    "x_total{service=\"a\\\"b\\\\c\\nd{},=\",end=\"\"} 7\n");
}

static void
sample_without_labels_has_no_braces(void **state)
{
	struct text *text = *state;
	static const struct psd_metric_label none = { NULL, NULL };

	psd_metric_usec(text->out, "x_seconds", "", &none, 61000007);
	assert_written(text, "x_seconds 61.000007\n");
}

static void
family_says_its_type_unit_and_help(void **state)
{
	struct text *text = *state;

	psd_metric_family(text->out, "x_bytes", "gauge", "bytes", "Some.");
	psd_metric_end(text->out);
	assert_written(text,
	    "# TYPE x_bytes gauge\n# UNIT x_bytes bytes\n"
	    "# HELP x_bytes Some.\n# EOF\n");
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
	static const struct CMUnitTest tests[] = {
		CASE(labels_are_escaped),
		CASE(sample_without_labels_has_no_braces),
		CASE(family_says_its_type_unit_and_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
