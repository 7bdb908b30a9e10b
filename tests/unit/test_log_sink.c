/* SPDX-License-Identifier: ISC */
/* What a sink is given, and what becomes of what it does not take. */
#include "common/log.h"

#include "common/mem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static char taken[4096]; /* "6 text", a line each */
static const struct psd_log_field *taken_fields;
static size_t taken_n_fields;
static int answer; /* of the sink */

static int
take(int priority, const char *text, const struct psd_log_field *fields,
    size_t n_fields)
{
	const size_t len = strlen(taken);

	if (answer < 0)
		return answer;
	(void)snprintf(taken + len, sizeof(taken) - len, "%d %s\n", priority,
	    text);
	taken_fields = fields;
	taken_n_fields = n_fields;
	return 0;
}

static int
begin(void **state)
{
	(void)state;
	taken[0] = '\0';
	answer = 0;
	psd_log_to(take);
	return 0;
}

static void
sink_is_given_escaped_text_without_a_newline(void **state)
{
	(void)state;
	psd_log(LOG_NOTICE, "%s\n", "a\tb");
	assert_string_equal(taken, "5 a\\x09b\\x0a\n");
	assert_int_equal(taken_n_fields, 0);
}

static void
sink_is_given_the_fields(void **state)
{
	static const struct psd_log_field fields[] = {
		{ "PRIVSEP_SERVICE", "www" }, { "PRIVSEP_OPERATION", "open" }
	};

	(void)state;
	psd_log_with(LOG_ERR, fields, PSD_ELEMENTS(fields), "refused %d", 1);
	assert_string_equal(taken, "3 refused 1\n");
	assert_ptr_equal(taken_fields, fields);
	assert_int_equal(taken_n_fields, PSD_ELEMENTS(fields));
}

static void
messages_that_were_not_taken_are_told_of_before_the_next(void **state)
{
	(void)state;
	answer = -EAGAIN;
	for (int i = 0; i < 3; i++)
		psd_log(LOG_INFO, "lost");
	assert_string_equal(taken, "");
	answer = 0;
	psd_log(LOG_INFO, "next");
	psd_log(LOG_INFO, "last");
	assert_string_equal(taken,
	    "4 3 messages were lost\n"
	    "6 next\n"
	    "6 last\n");
}

static void
any_error_of_the_sink_counts(void **state)
{
	(void)state;
	answer = -ENOBUFS;
	psd_log(LOG_INFO, "lost");
	psd_log(LOG_DEBUG, "dropped, not lost");
	answer = 0;
	psd_log(LOG_INFO, "next");
	assert_non_null(strstr(taken, "4 1 message"));
	assert_non_null(strstr(taken, "6 next\n"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    sink_is_given_escaped_text_without_a_newline, begin),
		cmocka_unit_test_setup(sink_is_given_the_fields, begin),
		cmocka_unit_test_setup(
		    messages_that_were_not_taken_are_told_of_before_the_next,
		    begin),
		cmocka_unit_test_setup(any_error_of_the_sink_counts, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
