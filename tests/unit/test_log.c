/* SPDX-License-Identifier: ISC */
/* What comes out of a message on standard error. */
#include "tests/unit/log_fixture.h"

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
		    file_and_nothing_at_all_can_be_behind_standard_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
