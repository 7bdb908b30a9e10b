/* SPDX-License-Identifier: ISC */
/*
 * The log decides at its first message how to write to standard error, so
 * each case is a process of its own, which reads its own standard error.
 */
#include "common/log.h"

#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/expect.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What can be behind standard error. */
enum behind { PIPE, FOREIGN_PIPE, STREAM, SEQPACKET };

static int reader = PSD_NO_FD;
static char heard[1 << 20];
static size_t heard_len;

/* Makes standard error one of these, and reader its other end. */
static int
set_stderr(enum behind behind)
{
	int ends[2];

	/* A log that waits for its reader would wait for ever. */
	(void)alarm(TEST_DEADLINE / 1000);
	if (behind == STREAM || behind == SEQPACKET) {
		const int type =
		    behind == STREAM ? SOCK_STREAM : SOCK_SEQPACKET;

		if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) < 0)
			return -errno;
	} else if (pipe2(ends, O_CLOEXEC) < 0) {
		return -errno;
	}
	if (dup2(ends[1], STDERR_FILENO) < 0)
		return -errno;
	psd_fd_close(ends[1]);
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	reader = ends[0];
	/* Whoever is not its owner may not open the pipe again. */
	if (behind == FOREIGN_PIPE && setresuid(65534, 65534, 65534) < 0)
		return -errno;
	return 0;
}

/* Reads what waits, behind what was heard before. */
static void
hear_all(void)
{
	ssize_t n;

	while ((n = read(reader, heard + heard_len,
		    sizeof(heard) - heard_len - 1)) > 0)
		heard_len += (size_t)n;
	heard[heard_len] = '\0';
}

static int
log_nasty_text(void *behind)
{
	static const char expected[] =
	    "helper www says \"a\\x0ab\\x1b[2J\" \\xff\n"
	    "100%\n";

	TEST_EXPECT(set_stderr(*(const enum behind *)behind) == 0);
	psd_log(LOG_INFO, "helper %s says \"%s\" %s", "www", "a\nb\x1b[2J",
	    "\xff");
	psd_log(LOG_ERR, "100%%");
	hear_all();
	TEST_EXPECT(strcmp(heard, expected) == 0);
	return 0;
}

static void
assert_each(int (*body)(void *argument))
{
	static enum behind kinds[] = { PIPE, FOREIGN_PIPE, STREAM, SEQPACKET };

	for (size_t i = 0; i < PSD_ELEMENTS(kinds); i++) {
		if (kinds[i] == FOREIGN_PIPE && geteuid() != 0)
			continue;
		assert_int_equal(test_child_exit_status(
				     test_child_start(body, &kinds[i])),
		    0);
	}
}

static void
message_is_one_escaped_line(void **state)
{
	(void)state;
	assert_each(log_nasty_text);
}

/* Logs len bytes and returns the length of the line that came. */
static size_t
log_length(char byte, size_t len)
{
	static char text[4 * PSD_LOG_MAX];

	memset(text, byte, len);
	text[len] = '\0';
	heard_len = 0;
	psd_log(LOG_INFO, "%s", text);
	hear_all();
	return strcspn(heard, "\n");
}

static int
log_long_text(void *argument)
{
	(void)argument;
	TEST_EXPECT(set_stderr(PIPE) == 0);
	TEST_EXPECT(log_length('x', 0) == 0);
	TEST_EXPECT(log_length('x', PSD_LOG_MAX - 1) == PSD_LOG_MAX - 1);
	TEST_EXPECT(heard_len == PSD_LOG_MAX);
	for (size_t len = PSD_LOG_MAX; len < PSD_LOG_MAX + 5; len++) {
		TEST_EXPECT(log_length('x', len) >= PSD_LOG_MAX - 1);
		TEST_EXPECT(log_length('x', len) <= PSD_LOG_MAX);
	}
	TEST_EXPECT(log_length('x', 3 * PSD_LOG_MAX) <= PSD_LOG_MAX);
	/* Four times as long when escaped, and no escape is cut in two. */
	TEST_EXPECT(log_length('\n', PSD_LOG_MAX / 2) <= PSD_LOG_MAX);
	TEST_EXPECT(strcmp(heard + heard_len - 5, "\\x0a\n") == 0);
	TEST_EXPECT(heard_len % 4 == 1);
	return 0;
}

static void
long_message_is_cut(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(log_long_text, NULL)),
	    0);
}

static int
log_at_levels(void *argument)
{
	(void)argument;
	TEST_EXPECT(set_stderr(PIPE) == 0);
	psd_log(LOG_INFO, "info");
	psd_log(LOG_DEBUG, "hidden");
	psd_log_set_level(LOG_WARNING);
	psd_log(LOG_NOTICE, "hidden");
	psd_log(LOG_WARNING, "warning");
	psd_log(LOG_EMERG, "emerg");
	psd_log_set_level(LOG_DEBUG);
	psd_log(LOG_DEBUG, "debug");
	hear_all();
	TEST_EXPECT(strcmp(heard, "info\nwarning\nemerg\ndebug\n") == 0);
	return 0;
}

static void
messages_above_the_level_are_dropped(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(log_at_levels, NULL)),
	    0);
}

static int
log_and_look_at_errno(void *argument)
{
	(void)argument;
	TEST_EXPECT(set_stderr(PIPE) == 0);
	errno = ENOTTY;
	for (int i = 0; i < 100000; i++)
		psd_log(LOG_INFO, "message %d", i);
	TEST_EXPECT(errno == ENOTTY);
	hear_all();
	TEST_EXPECT(strncmp(heard, "message 0\n", 10) == 0);
	return 0;
}

static void
errno_is_kept_even_when_nothing_can_be_written(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(log_and_look_at_errno, NULL)),
	    0);
}

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

static int
log_into_a_file(void *argument)
{
	char text[32] = { 0 };
	const int fd =
	    open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC | O_APPEND, 0600);

	(void)argument;
	TEST_EXPECT(fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
	psd_log(LOG_INFO, "one");
	psd_log(LOG_INFO, "two");
	TEST_EXPECT(pread(fd, text, sizeof(text) - 1, 0) == 8);
	TEST_EXPECT(strcmp(text, "one\ntwo\n") == 0);
	(void)close(STDERR_FILENO);
	psd_log(LOG_INFO, "three");
	return 0;
}

static void
file_and_nothing_at_all_can_be_behind_standard_error(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(log_into_a_file, NULL)),
	    0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_is_one_escaped_line),
		cmocka_unit_test(long_message_is_cut),
		cmocka_unit_test(messages_above_the_level_are_dropped),
		cmocka_unit_test(
		    errno_is_kept_even_when_nothing_can_be_written),
		cmocka_unit_test(
		    stopped_reader_costs_messages_that_are_counted_and_no_time),
		cmocka_unit_test(
		    line_that_was_cut_short_is_not_continued_by_the_next),
		cmocka_unit_test(reader_that_goes_away_is_no_reason_to_die),
		cmocka_unit_test(
		    file_and_nothing_at_all_can_be_behind_standard_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
