/* SPDX-License-Identifier: ISC */
/*
 * A private monitor whose start fails says of what, to its log and to the
 * server, which is this process here.
 */
#include "common/fd.h"
#include "common/notice.h"
#include "common/pair.h"
#include "daemon/daemon.h"
#include "daemon/lifeline.h"
#include "daemon/lookup.h"
#include "daemon/monitor.h"
#include "tests/support/capture.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/spawn_rig.h"
#include "tests/support/valgrind.h"
#include "tests/unit/dir_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { FAILURE = 1, USAGE = 2, CONFIGURATION = 78 };

/* What the server says before it is heard, if anything. */
enum said { NOTHING, PLAN, CONFINED, REFUSED, GONE };

struct row {
	const char *lines; /* below Type=monitor */
	enum said said;
	const char *log;
	int status;
	int call, error; /* that fails, */
	int argument;    /* when this one of it is value; 0: always */
	uint32_t value;
};

static struct psd_daemon self;

static void
say(int fd, enum said said)
{
	static const enum psd_notice_kind kinds[] = {
		[PLAN] = PSD_NOTICE_PLAN,
		[CONFINED] = PSD_NOTICE_CONFINED,
	};
	struct psd_notice notice;

	if (said == REFUSED)
		psd_notice_refuse(fd, EBUSY, "cannot, with %d threads", 2);
	if (said != PLAN && said != CONFINED)
		return;
	notice = psd_notice_make(kinds[said]);
	(void)psd_notice_send(fd, &notice, NULL, 0);
}

/* Of psd_daemon, what main() fills in. */
static void
init(const char *policy)
{
	self.config = (struct psd_config){
		.is_monitor = true,
		.policy_file = policy,
		.uid_first = spawn_rig_uid(),
		.uid_last = spawn_rig_uid() + 63,
	};
	self.host.null_fd = PSD_NO_FD;
	self.host.cgroup.base_fd = PSD_NO_FD;
	self.lock_fd = PSD_NO_FD;
	TAILQ_INIT(&self.services);
	TAILQ_INIT(&self.relayed);
	psd_lookups_init(&self.lookups);
}

static int
start(void *argument)
{
	(void)argument;
	return psd_monitor_start(&self);
}

static int
deny(const struct row *row)
{
	if (row->call == 0)
		return 0;
	return row->argument == 0
	    ? test_deny(row->call, row->error)
	    : test_deny_argument(row->call, (unsigned)row->argument, row->value,
		  row->error);
}

static int
begin(void *argument)
{
	static struct test_capture said;
	const struct row *row = argument;
	char path[256], text[512];
	int ends[2], status;

	(void)snprintf(path, sizeof(path), "%s/server.policy", dir);
	(void)snprintf(text, sizeof(text),
	    "[Helper]\nType=monitor\n%s[Policy]\nSystemCallFilter=@helper\n",
	    row->lines == NULL ? "" : row->lines);
	(void)unlink(path);
	if (row->lines == NULL)
		TEST_EXPECT(symlink("/dev/null", path) == 0);
	else
		TEST_EXPECT(test_dir_write(dir, "server.policy", text) == 0);
	init(path);
	TEST_EXPECT(psd_pair(SOCK_SEQPACKET, ends) == 0);
	/* Out of the way of the two numbers. */
	ends[1] = fcntl(ends[1], F_DUPFD_CLOEXEC, 100);
	ends[0] = fcntl(ends[0], F_DUPFD_CLOEXEC, 100);
	TEST_EXPECT(dup2(ends[0], PSD_MONITOR_PAIR) >= 0);
	TEST_EXPECT(dup2(ends[0], PSD_MONITOR_LIFELINE) >= 0);
	say(ends[1], row->said);
	if (row->said == GONE)
		(void)close(ends[1]);
	TEST_EXPECT(deny(row) == 0);
	status = test_capture(start, NULL, &said);
	if (strstr(said.err, row->log) == NULL)
		(void)dprintf(STDOUT_FILENO, "# %s", said.err);
	TEST_EXPECT(strstr(said.err, row->log) != NULL);
	TEST_EXPECT(status == row->status);
	return 0;
}

static void
try(struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		print_message("# %s\n", rows[i].log);
		assert_int_equal(test_child_exit_status(
				     test_child_start(begin, &rows[i])),
		    0);
	}
}

static void
server_that_cannot_be_found_is_told_of(void **state)
{
#define WHO "cannot find out who the server is: "
	static struct row rows[] = {
		{ "", GONE, WHO "No such process", FAILURE, 0, 0, 0, 0 },
		{ "", NOTHING, WHO "Protocol not available", FAILURE,
		    SYS_getsockopt, ENOPROTOOPT, 2, SO_PEERCRED },
		{ "", NOTHING, WHO "Too many open files", FAILURE,
		    SYS_pidfd_open, EMFILE, 0, 0 },
	};

	(void)state;
	try(rows, sizeof(rows) / sizeof(rows[0]));
}

static void
preparation_that_fails_is_told_of(void **state)
{
	static struct row rows[] = {
		{ "", NOTHING, "cannot prepare: Too many open files", FAILURE,
		    SYS_epoll_create1, EMFILE, 0, 0 },
		{ "", NOTHING, "cannot prepare: Operation not permitted",
		    FAILURE, SYS_capset, EPERM, 0, 0 },
		{ "", NOTHING, "cannot prepare: Cannot allocate memory",
		    FAILURE, SYS_fcntl, ENOMEM, 1, F_ADD_SEALS },
		{ "ListenStream=@privsepd-test-monitor\n", NOTHING,
		    "Too many open files", FAILURE, SYS_socket, EMFILE, 0, 0 },
	};

	(void)state;
	try(rows, sizeof(rows) / sizeof(rows[0]));
}

static void
policy_that_is_masked_is_told_of(void **state)
{
	static struct row row = { NULL, NOTHING,
		"is a link to /dev/null, which masks a policy", CONFIGURATION,
		0, 0, 0, 0 };

	(void)state;
	try(&row, 1);
}

/* Another filter above its own has the listener already. */
static void
server_without_a_listener_is_told_of_and_served(void **state)
{
	static struct row row = { "", CONFINED,
		"without: namespaces one-exec cgroup listener\n", 0, 0, 0, 0,
		0 };

	(void)state;
	try(&row, 1);
}

static void
server_that_does_not_confine_itself_is_told_of(void **state)
{
#define WAIT "cannot wait until the server has confined itself: "
	static struct row rows[] = {
		{ "TimeoutStartSec=20ms\n", NOTHING,
		    WAIT "Connection timed out", FAILURE, 0, 0, 0, 0 },
		{ "TimeoutStartSec=infinity\n", PLAN, WAIT "Protocol error",
		    FAILURE, 0, 0, 0, 0 },
		{ "TimeoutStartSec=100000000\n", PLAN, WAIT "Protocol error",
		    FAILURE, 0, 0, 0, 0 },
		{ "", REFUSED,
		    "cannot, with 2 threads: Device or resource busy", FAILURE,
		    0, 0, 0, 0 },
		{ "Require=listener\n", CONFINED,
		    "cannot have the listener that Require= asks for: Operation "
		    "not supported",
		    FAILURE, 0, 0, 0, 0 },
	};

	(void)state;
	try(rows, sizeof(rows) / sizeof(rows[0]));
}

/* By a command line, say. */
static int
without_a_pair(void *argument)
{
	static struct test_capture said;
	int ends[2];

	init("/dev/null");
	if (argument == NULL) {
		TEST_EXPECT(pipe2(ends, O_CLOEXEC) == 0);
	} else {
		TEST_EXPECT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
				ends) == 0);
	}
	ends[0] = fcntl(ends[0], F_DUPFD_CLOEXEC, 100);
	TEST_EXPECT(dup2(ends[0], PSD_MONITOR_PAIR) >= 0);
	TEST_EXPECT(dup2(ends[0], PSD_MONITOR_LIFELINE) >= 0);
	TEST_EXPECT(test_capture(start, NULL, &said) == USAGE);
	TEST_EXPECT(
	    strstr(said.err,
		"--monitor is for privsep_start_monitor(3) to say") != NULL);
	return 0;
}

static void
whoever_has_no_pair_for_it_has_misused_it(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(without_a_pair, NULL)),
	    0);
	assert_int_equal(test_child_exit_status(
			     test_child_start(without_a_pair, &self)),
	    0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(server_that_cannot_be_found_is_told_of),
		cmocka_unit_test(preparation_that_fails_is_told_of),
		cmocka_unit_test(policy_that_is_masked_is_told_of),
		cmocka_unit_test(
		    server_that_does_not_confine_itself_is_told_of),
		cmocka_unit_test(
		    server_without_a_listener_is_told_of_and_served),
		cmocka_unit_test(whoever_has_no_pair_for_it_has_misused_it),
	};

	if (geteuid() != 0 || test_under_valgrind()) {
		puts("1..0 # SKIP no root, or no filters under valgrind");
		return 77;
	}
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
