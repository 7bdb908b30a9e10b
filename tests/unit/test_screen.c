/* SPDX-License-Identifier: ISC */
/* What privsepctl does with a terminal: its screen, and how far it has come. */
#include "daemon/ctl/progress.h"
#include "daemon/ctl/screen.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

static int terminal; /* the other side of the child's */
static char seen[65536];

/* Runs body on a terminal of its own; what it shows there is seen. */
static void
on_terminal(int (*body)(void))
{
	size_t len = 0;
	ssize_t n;
	pid_t pid = forkpty(&terminal, NULL, NULL, NULL);

	assert_true(pid >= 0);
	if (pid == 0)
		exit(body());
	do {
		n = test_poll(terminal, POLLIN, TEST_DEADLINE) == 0
		    ? 0
		    : read(terminal, seen + len, sizeof(seen) - len - 1);
		len += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	seen[len] = '\0';
	assert_int_equal(close(terminal), 0);
	if (test_child_exit_status(pid) != 0)
		fail_msg("%s", seen);
}

static int
begin_without_a_size(void)
{
	size_t rows, columns;

	TEST_EXPECT(psd_screen_begin() == 0);
	psd_screen_size(&rows, &columns);
	psd_screen_end();
	psd_screen_end();
	TEST_EXPECT(rows == 24 && columns == 80);
	return 0;
}

static void
terminal_without_a_size_has_the_usual_one(void **state)
{
	(void)state;
	on_terminal(begin_without_a_size);
	assert_non_null(strstr(seen, "\033[?1049h"));
	assert_non_null(strstr(seen, "\033[?1049l"));
}

static int
begin_and_end(void)
{
	struct termios before, raw, after;

	TEST_EXPECT(tcgetattr(STDIN_FILENO, &before) == 0);
	TEST_EXPECT(psd_screen_begin() == 0);
	TEST_EXPECT(tcgetattr(STDIN_FILENO, &raw) == 0);
	psd_screen_end();
	TEST_EXPECT(tcgetattr(STDIN_FILENO, &after) == 0);
	TEST_EXPECT((raw.c_lflag & (tcflag_t)(ICANON | ECHO)) == 0);
	TEST_EXPECT(after.c_lflag == before.c_lflag);
	return 0;
}

static void
terminal_is_left_as_it_was(void **state)
{
	(void)state;
	on_terminal(begin_and_end);
}

static int
wait_for_what_has_been(void)
{
	char key = 0;

	TEST_EXPECT(psd_screen_begin() == 0);
	TEST_EXPECT(psd_screen_wait(0, &key) == PSD_SCREEN_TIME);
	TEST_EXPECT(raise(SIGWINCH) == 0);
	TEST_EXPECT(psd_screen_wait(0, &key) == PSD_SCREEN_RESIZE);
	TEST_EXPECT(raise(SIGTERM) == 0);
	TEST_EXPECT(psd_screen_wait(0, &key) == PSD_SCREEN_END);
	psd_screen_end();
	return 0;
}

static void
time_size_and_end_are_told(void **state)
{
	(void)state;
	on_terminal(wait_for_what_has_been);
}

static int
wait_when_it_has_gone(void)
{
	char key;
	int ends[2];

	TEST_EXPECT(psd_screen_begin() == 0);
	psd_screen_end();
	/* Nothing more is typed, ever. */
	TEST_EXPECT(pipe2(ends, O_CLOEXEC) == 0);
	TEST_EXPECT(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
	TEST_EXPECT(close(ends[1]) == 0);
	TEST_EXPECT(psd_screen_wait(UINT64_MAX, &key) == PSD_SCREEN_END);
	TEST_EXPECT(test_deny(SYS_ppoll, ENOMEM) == 0);
	TEST_EXPECT(psd_screen_wait(0, &key) == PSD_SCREEN_END);
	return 0;
}

static void
end_of_the_keys_is_the_end(void **state)
{
	(void)state;
	on_terminal(wait_when_it_has_gone);
}

/* What is refused of a terminal, in a child of the child. */
static int
fail_to_begin(void *argument)
{
	const int *what = argument;

	TEST_EXPECT(what[0] == SYS_rt_sigaction || what[0] == SYS_ioctl
		? test_deny_argument(what[0], (unsigned)what[1],
		      (uint32_t)what[2], EPERM) == 0
		: test_deny(what[0], EPERM) == 0);
	TEST_EXPECT(psd_screen_begin() == what[3]);
	psd_screen_end();
	return 0;
}

static int
fail_in_each_way(void)
{
	static int ways[][4] = {
		{ SYS_rt_sigaction, 0, SIGWINCH, -EPERM },
		{ SYS_rt_sigaction, 0, SIGTERM, -EPERM },
		{ SYS_rt_sigprocmask, 0, 0, -EPERM },
		{ SYS_ioctl, 1, TCSETS, -EPERM },
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		TEST_EXPECT(test_child_exit_status(
				test_child_start(fail_to_begin, ways[i])) == 0);
	TEST_EXPECT(dup2(open("/dev/null", O_RDONLY | O_CLOEXEC),
			STDIN_FILENO) == STDIN_FILENO);
	TEST_EXPECT(psd_screen_begin() == -ENOTTY);
	return 0;
}

static void
screen_that_cannot_be_had_is_not_touched(void **state)
{
	(void)state;
	if (test_under_valgrind()) {
		print_message(
		    "SKIP: valgrind makes some of the calls itself\n");
		return;
	}
	on_terminal(fail_in_each_way);
	assert_null(strstr(seen, "\033["));
}

static int
show_progress(void)
{
	static const uint64_t sizes[] = { 0, 1023, 1024, 5242880, UINT64_MAX };
	struct psd_progress progress;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		psd_progress_begin(&progress, true);
		psd_progress_show(&progress, sizes[i], 1);
		psd_progress_end(&progress);
	}
	/* Nothing was shown, so there is no line to end. */
	psd_progress_begin(&progress, true);
	psd_progress_end(&progress);
	psd_progress_begin(&progress, false);
	psd_progress_show(&progress, 77, 77);
	psd_progress_end(&progress);
	return 0;
}

static void
progress_is_shown_on_one_line_of_a_terminal(void **state)
{
	static const char *const lines[] = {
		"\r\033[K0 B in, 1 B out, ",
		"\r\033[K1023 B in, 1 B out, ",
		"\r\033[K1.0 KiB in, 1 B out, ",
		"\r\033[K5.0 MiB in, 1 B out, ",
		"\r\033[K16777216.0 TiB in, 1 B out, ",
	};
	const char *at = seen;

	(void)state;
	on_terminal(show_progress);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(strncmp(at, lines[i], strlen(lines[i])), 0);
		at = strchr(at, '\n');
		assert_non_null(at);
		at++;
	}
	assert_string_equal(at, "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(terminal_without_a_size_has_the_usual_one),
		cmocka_unit_test(terminal_is_left_as_it_was),
		cmocka_unit_test(time_size_and_end_are_told),
		cmocka_unit_test(end_of_the_keys_is_the_end),
		cmocka_unit_test(screen_that_cannot_be_had_is_not_touched),
		cmocka_unit_test(progress_is_shown_on_one_line_of_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
