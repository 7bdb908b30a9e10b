/* SPDX-License-Identifier: ISC */
/* A reader of standard error that is slow, stopped, or gone. */
#include "tests/unit/log_fixture.h"

/* Counts the lines "message N" in heard, N ascending from 0; -1: another. */
static long
count_messages(const char **ret_rest)
{
	const char *at = heard;
	long n = 0;
	char line[64];

	for (;; n++) {
		(void)snprintf(line, sizeof(line), "message %ld\n", n);
		if (strncmp(at, line, strlen(line)) != 0)
			break;
		at += strlen(line);
	}
	*ret_rest = at;
	return n;
}

static int
log_to_a_stopped_reader(void *behind)
{
	enum { MESSAGES = 20000 };
	const char *rest;
	char *after;
	long n;

	TEST_EXPECT(set_stderr(*(const enum behind *)behind) == 0);
	for (int i = 0; i < MESSAGES; i++)
		psd_log(LOG_INFO, "message %d", i);
	hear_all();
	n = count_messages(&rest);
	TEST_EXPECT(n > 0 && n < MESSAGES && *rest == '\0');
	psd_log(LOG_INFO, "again");
	hear_all();
	TEST_EXPECT(strtol(rest, &after, 10) == MESSAGES - n);
	TEST_EXPECT(strcmp(after, " messages were lost\nagain\n") == 0);
	psd_log(LOG_INFO, "and again");
	hear_all();
	TEST_EXPECT(
	    strcmp(after, " messages were lost\nagain\nand again\n") == 0);
	return 0;
}

static void
stopped_reader_costs_messages_that_are_counted_and_no_time(void **state)
{
	(void)state;
	assert_each(log_to_a_stopped_reader);
}

/* Is this line, up to end, one that was logged, whole or cut short? */
static bool
is_ours(const char *line, const char *end)
{
	static const char begin[] = "begin ";
	const size_t len = (size_t)(end - line);
	char *rest;

	if (strncmp(line, begin, strlen(begin)) == 0)
		return strspn(line + strlen(begin), "x") == len - strlen(begin);
	return strtol(line, &rest, 10) > 0 &&
	    strncmp(rest, " messages were lost\n", 20) == 0;
}

/*
 * A pipe may take a part of a line that is longer than a page.  Either the
 * line is lost, or what there is of it stays a line by itself; and a pipe that
 * is ready for a page must not make us wait with the rest.
 */
static int
log_where_a_line_does_not_fit(void *behind)
{
	static char text[PSD_LOG_MAX];

	TEST_EXPECT(set_stderr(*(const enum behind *)behind) == 0);
	memset(text, 'x', sizeof(text) - 1);
	for (int len = 4000; len < PSD_LOG_MAX; len += 61) {
		const char *line = heard;

		heard_len = 0;
		for (int i = 0; i < 40; i++)
			psd_log(LOG_INFO, "begin %.*s", len, text);
		hear_all();
		psd_log(LOG_INFO, "begin %s", "xx");
		hear_all();
		TEST_EXPECT(heard_len > 9);
		TEST_EXPECT(strcmp(heard + heard_len - 9, "begin xx\n") == 0);
		for (; *line != '\0'; line = strchr(line, '\n') + 1)
			TEST_EXPECT(is_ours(line, strchr(line, '\n')));
	}
	return 0;
}

static void
line_that_was_cut_short_is_not_continued_by_the_next(void **state)
{
	(void)state;
	assert_each(log_where_a_line_does_not_fit);
}

static int
log_to_nobody(void *behind)
{
	TEST_EXPECT(set_stderr(*(const enum behind *)behind) == 0);
	/* A pipe can only tell by SIGPIPE; the daemon blocks it, as we do. */
	TEST_EXPECT(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	psd_log(LOG_INFO, "heard");
	psd_fd_cleanup(&reader);
	for (int i = 0; i < 10; i++)
		psd_log(LOG_INFO, "not heard");
	return 0;
}

static void
reader_that_goes_away_is_no_reason_to_die(void **state)
{
	(void)state;
	assert_each(log_to_nobody);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    stopped_reader_costs_messages_that_are_counted_and_no_time),
		cmocka_unit_test(
		    line_that_was_cut_short_is_not_continued_by_the_next),
		cmocka_unit_test(reader_that_goes_away_is_no_reason_to_die),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
