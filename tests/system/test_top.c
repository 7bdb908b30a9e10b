/* SPDX-License-Identifier: ISC */
/* privsepctl top on a terminal, with a real daemon. */
#include "common/fd.h"
#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"

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
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_SIZE = 4096, SCREEN_SIZE = 1 << 20 };

/* A terminal with privsepctl top on it, and what was seen there. */
struct terminal {
	int fd;
	pid_t pid;
	size_t len, looked;
	char seen[SCREEN_SIZE];
};

static struct daemon_rig rig;
static struct terminal terminal;

static int
begin(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	daemon_rig_puppet(&rig, "www", "Instances=2", "");
	daemon_rig_puppet(&rig, "mail", "", "");
	daemon_rig_start(&rig);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	psd_fd_cleanup(&terminal.fd);
	daemon_rig_clean(&rig);
	return 0;
}

static void
run_top(const char *delay)
{
	char program[PATH_SIZE], run[PATH_SIZE], option[64];

	(void)snprintf(program, sizeof(program), "%s/privsepctl", getenv("B"));
	(void)snprintf(run, sizeof(run), "%s/run", rig.dir);
	(void)snprintf(option, sizeof(option), "--delay=%s", delay);
	(void)execl(program, "privsepctl", "--runtime-dir", run, "top", option,
	    (char *)NULL);
	_exit(99);
}

static void
open_top(const char *delay, unsigned short rows, unsigned short columns)
{
	const struct winsize size = { .ws_row = rows, .ws_col = columns };

	terminal = (struct terminal){ .fd = PSD_NO_FD };
	terminal.pid = forkpty(&terminal.fd, NULL, NULL, &size);
	assert_true(terminal.pid >= 0);
	if (terminal.pid == 0)
		run_top(delay);
}

/* False when nothing more comes. */
static bool
read_some(void)
{
	ssize_t n;

	if (test_poll(terminal.fd, POLLIN, TEST_DEADLINE) == 0)
		return false;
	n = read(terminal.fd, terminal.seen + terminal.len,
	    sizeof(terminal.seen) - terminal.len - 1);
	if (n <= 0)
		return false;
	terminal.len += (size_t)n;
	terminal.seen[terminal.len] = '\0';
	return true;
}

/* Does this come to be shown, behind what was looked at before? */
static bool
shows(const char *text)
{
	const char *found;

	while ((found = strstr(terminal.seen + terminal.looked, text)) == NULL)
		if (!read_some())
			return false;
	terminal.looked = (size_t)(found - terminal.seen) + strlen(text);
	return true;
}

static void
press(const char *keys)
{
	assert_int_equal(write(terminal.fd, keys, strlen(keys)),
	    (ssize_t)strlen(keys));
}

/* Its exit status, and all that it showed. */
static int
close_top(void)
{
	int status;

	while (read_some())
		;
	assert_int_equal(waitpid(terminal.pid, &status, 0), terminal.pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static const char enters[] = "\033[?1049h\033[?25l";
static const char leaves[] = "\033[?25h\033[?1049l";

static void
table_is_drawn_and_drawn_again_until_q(void **state)
{
	(void)state;
	open_top("0.1", 24, 120);
	assert_true(shows(enters));
	for (int i = 0; i < 3; i++) {
		assert_true(shows("\033[Hprivsepd "));
		assert_true(shows("2 services, 3 instances"));
		assert_true(shows("P99/US"));
		assert_true(shows("mail "));
		assert_true(shows("running"));
		assert_true(shows("www "));
		assert_true(shows("2/2"));
		assert_true(shows("q quit"));
	}
	press("q");
	assert_int_equal(close_top(), 0);
	assert_non_null(strstr(terminal.seen + terminal.looked, leaves));
}

static void
terminal_is_left_as_it_was(void **state)
{
	struct termios before, during, after;

	(void)state;
	open_top("60", 24, 120);
	assert_int_equal(tcgetattr(terminal.fd, &before), 0);
	assert_true(shows("q quit"));
	assert_int_equal(tcgetattr(terminal.fd, &during), 0);
	assert_int_equal(during.c_lflag & (tcflag_t)(ICANON | ECHO), 0);
	assert_int_equal(kill(terminal.pid, SIGTERM), 0);
	assert_true(shows(leaves));
	/* Behind what it wrote last it gives the terminal back. */
	for (int i = 0; i < TEST_DEADLINE / 10; i++) {
		assert_int_equal(tcgetattr(terminal.fd, &after), 0);
		if (after.c_lflag == before.c_lflag)
			break;
		(void)poll(NULL, 0, 10);
	}
	assert_int_equal(after.c_lflag, before.c_lflag);
	assert_int_equal(close_top(), 0);
}

static void
ctrl_c_ends_it_too(void **state)
{
	(void)state;
	open_top("60", 24, 120);
	assert_true(shows("q quit"));
	press("\x03");
	assert_int_equal(close_top(), 0);
	assert_non_null(strstr(terminal.seen, leaves));
}

static void
keys_sort_at_once(void **state)
{
	const int fd = daemon_rig_connect(&rig, "www");

	(void)state;
	assert_string_equal(daemon_rig_say(fd, "ping 500"), "0");
	open_top("60", 24, 120);
	/* By requests since the daemon's start, then by name. */
	assert_true(shows("www "));
	assert_true(shows("mail "));
	press("n");
	assert_true(shows("mail "));
	assert_true(shows("www "));
	press("x");
	assert_true(shows("mail "));
	press("r");
	assert_true(shows("P99/US"));
	assert_true(shows("www "));
	press("q");
	assert_int_equal(close_top(), 0);
	psd_fd_close(fd);
}

static void
window_of_another_size_is_filled_and_not_more(void **state)
{
	const struct winsize small = { .ws_row = 4, .ws_col = 20 };
	const char *drawn;

	(void)state;
	open_top("60", 24, 120);
	assert_true(shows("q quit"));
	assert_int_equal(ioctl(terminal.fd, TIOCSWINSZ, &small), 0);
	assert_true(shows("\033[H"));
	drawn = terminal.seen + terminal.looked;
	assert_true(shows("\033[J"));
	/* Heading, columns, one of two services, keys. */
	assert_memory_equal(drawn, "privsepd ", 9);
	assert_null(strstr(drawn, "REFUSED/S"));
	assert_non_null(strstr(drawn, "www"));
	assert_null(strstr(drawn, "mail"));
	for (const char *at = drawn; *at != '\0';) {
		const size_t len = strcspn(at, "\033");

		assert_true(len <= 22); /* "\r\n" counted */
		at += len;
		at += *at == '\0' ? 0 : strcspn(at, "KJ") + 1;
	}
	press("q");
	assert_int_equal(close_top(), 0);
}

static void
daemon_that_is_gone_is_waited_for(void **state)
{
	(void)state;
	open_top("0.1", 24, 120);
	assert_true(shows("q quit"));
	assert_int_equal(daemon_rig_stop(&rig), 0);
	assert_true(shows("nobody answers at "));
	daemon_rig_start(&rig);
	assert_true(shows("2 services, "));
	press("q");
	assert_int_equal(close_top(), 0);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
	static const struct CMUnitTest tests[] = {
		CASE(table_is_drawn_and_drawn_again_until_q),
		CASE(terminal_is_left_as_it_was),
		CASE(ctrl_c_ends_it_too),
		CASE(keys_sort_at_once),
		CASE(window_of_another_size_is_filled_and_not_more),
		CASE(daemon_that_is_gone_is_waited_for),
	};

	if (geteuid() != 0) {
		print_message("SKIP: needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
