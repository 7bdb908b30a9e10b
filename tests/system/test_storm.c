/* SPDX-License-Identifier: ISC */
/*
 * Reloads, good ones and bad ones, while clients come and go and their helpers
 * ask, give up rights, end, die and break the protocol.
 */
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { CLIENTS = 4, RELOADS = 30, COMMANDS_MAX = 12, UNANSWERED = 3 };

static struct daemon_rig rig;

static void
write_policy(unsigned generation, bool is_good)
{
	char lines[1024];

	(void)snprintf(lines, sizeof(lines),
	    "AllowOpen=read %%s/files/**\nAllowLog=info\nRequestRate=%u/s\n"
	    "%s",
	    100000 + generation, is_good ? "" : "AllowOpen=read files/**\n");
	daemon_rig_puppet(&rig, "one", "Instances=2..8", lines);
}

/* What can be said to a puppet, some of which it never answers. */
static const char *const commands[] = { "ping 1", "ping 50", "read",
	"read /etc/passwd", "log from a storm", "restrict open",
	"restrict stat", "restrict log", "end", "exit 3", "garbage" };

static int
come(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path),
	    "%s/run/one.sock", rig.dir);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) ==
	    0)
		return fd;
	(void)close(fd);
	return -1;
}

/* False when nothing came, not even the end, by the deadline. */
static bool
say(int fd, const char *command, bool *ret_is_over)
{
	char text[256];
	const bool is_read = strcmp(command, "read") == 0;
	const int n = snprintf(text, sizeof(text), "%s%s%s%s", command,
	    is_read ? " " : "", is_read ? rig.dir : "",
	    is_read ? "/files/file" : "");

	*ret_is_over = true;
	if (send(fd, text, (size_t)n, MSG_NOSIGNAL) != n)
		return true;
	if (test_poll(fd, POLLIN, TEST_DEADLINE) == 0)
		return false;
	*ret_is_over = recv(fd, text, sizeof(text), 0) <= 0;
	return true;
}

/* Comes, says a few things, and goes, until it is killed. */
static int
keep_coming(void *argument)
{
	(void)argument;
	srandom((unsigned)getpid());
	for (;;) {
		const int fd = come();
		bool is_over = fd < 0;

		for (long n = random() % COMMANDS_MAX; n > 0 && !is_over; n--)
			if (!say(fd,
				commands[(size_t)random() %
				    PSD_ELEMENTS(commands)],
				&is_over))
				return UNANSWERED;
		if (fd >= 0)
			(void)close(fd);
	}
}

static void
reload(unsigned generation)
{
	const bool is_good = generation % 3 != 0;
	const char *text;
	int r;

	write_policy(generation, is_good);
	r = daemon_rig_ctl(&rig, &text, "reload", NULL);
	if (r != (is_good ? 0 : 1))
		fail_msg("reload %u: %d: %s", generation, r, text);
}

static void
reloads_and_clients_get_along(void **state)
{
	pid_t clients[CLIENTS];
	const char *text;
	int status;

	(void)state;
	daemon_rig_prepare(&rig);
	daemon_rig_write(&rig, "files/file", "text\n");
	write_policy(0, true);
	daemon_rig_start(&rig);
	for (size_t i = 0; i < CLIENTS; i++) {
		clients[i] = test_child_start(keep_coming, NULL);
		assert_true(clients[i] > 0);
	}
	for (unsigned i = 1; i <= RELOADS; i++) {
		reload(i);
		(void)poll(NULL, 0, 50);
	}
	for (size_t i = 0; i < CLIENTS; i++) {
		/* One that was not answered has ended by itself. */
		assert_int_equal(kill(clients[i], SIGKILL), 0);
		assert_int_equal(test_child_wait(clients[i], &status), 0);
		assert_true(WIFSIGNALED(status));
	}
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	assert_int_equal(daemon_rig_stop(&rig), 0);
	daemon_rig_clean(&rig);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reloads_and_clients_get_along),
	};

	if (geteuid() != 0) {
		print_message("SKIP: needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
