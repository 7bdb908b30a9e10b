/* SPDX-License-Identifier: ISC */
/* The search for whoever holds a dead helper's end, when it is hindered. */
#include "common/fd.h"
#include "common/mem.h"
#include "daemon/leak.h"
#include "daemon/leftover.h"
#include "daemon/service.h"
#include "tests/support/capture.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	HOLDINGS = 20,   /* copies of the end, in one process */
	TOLD = 16,       /* of them */
	UID = 1999999990 /* of no process */
};

#define OPENS_PROC (uint32_t)(O_RDONLY | O_NONBLOCK | O_DIRECTORY | O_CLOEXEC)
#define OPENS_FDS (uint32_t)(O_RDONLY | O_DIRECTORY | O_CLOEXEC)
#define OPENS_COMM (uint32_t)(O_RDONLY | O_CLOEXEC)

static char name[] = "www";
static struct psd_daemon owner;
static struct psd_service service;
static struct psd_instance instance;
static struct psd_conversation held;
static struct test_capture said;
static int ends[2];
static pid_t holder;

static int
hold(void *argument)
{
	(void)argument;
	for (int i = 1; i < HOLDINGS; i++)
		if (dup(ends[1]) < 0)
			return 1;
	(void)close(ends[0]);
	for (;;)
		(void)pause();
}

static uint64_t
inode(int fd)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	return status.st_ino;
}

static unsigned
count(const char *text)
{
	unsigned n = 0;

	for (const char *at = said.err; (at = strstr(at, text)) != NULL; at++)
		n++;
	return n;
}

/* Is the last copy of the holder's there? */
static bool
holds_all(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", holder,
	    ends[1] + HOLDINGS - 1);
	return access(path, F_OK) == 0;
}

static int
begin(void **state)
{
	(void)state;
	owner = (struct psd_daemon){ .lock_fd = PSD_NO_FD,
		.host = { .null_fd = PSD_NO_FD, .cgroup.base_fd = PSD_NO_FD } };
	TAILQ_INIT(&owner.services);
	if (sd_event_new(&owner.event) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	service = (struct psd_service){ .daemon = &owner, .name = name };
	instance = (struct psd_instance){ .service = &service,
		.leaf = -1,
		.uid = UID,
		.child = { .pid = 4711 } };
	held = (struct psd_conversation){ .pair_inode = inode(ends[1]) };
	holder = test_child_start(hold, NULL);
	for (int i = 0; !holds_all() && i < TEST_DEADLINE; i++)
		(void)usleep(1000);
	return holder > 0 && holds_all() ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	test_child_kill(holder);
	owner.event = sd_event_unref(owner.event);
	(void)close(ends[0]);
	(void)close(ends[1]);
	return 0;
}

static int
look(void *argument)
{
	(void)argument;
	psd_leftover_look(&instance, &held);
	while (owner.n_searches > 0)
		(void)sd_event_run(psd_loop(&owner), 1000);
	return 0;
}

static void
many_holdings_are_not_as_many_lines(void **state)
{
	(void)state;
	assert_int_equal(test_capture(look, NULL, &said), 0);
	assert_int_equal(count("www[4711]"), TOLD);
}

static int
look_without(void *argument)
{
	const uint32_t *flags = argument;

	TEST_EXPECT(sd_event_new(&owner.event) >= 0);
	TEST_EXPECT(test_deny_argument(SYS_openat, 2, *flags, EMFILE) == 0);
	instance.owns_uid = true;
	TEST_EXPECT(test_capture(look, NULL, &said) == 0);
	TEST_EXPECT(
	    strstr(said.err, "www[4711]: its end outlives it\n") != NULL);
	/* Whoever ends the helper gives it back. */
	TEST_EXPECT(instance.owns_uid && owner.n_searches == 0);
	return 0;
}

static void
search_that_cannot_begin_is_told(void **state)
{
	uint32_t flags = OPENS_PROC;

	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(look_without, &flags)),
	    0);
}

static void
search_is_given_up_before_a_re_exec(void **state)
{
	size_t fds = 0;

	(void)state;
	/* The loop keeps its timer. */
	for (int i = 0; i < 2; i++) {
		fds = i == 0 ? 0 : test_fds_count();
		psd_leftover_look(&instance, &held);
		assert_int_equal(owner.n_searches, 1);
		psd_leftover_finish();
		assert_int_equal(owner.n_searches, 0);
	}
	assert_int_equal(test_fds_count(), fds);
	/* Neither a copy nor a process: there is nothing to look for. */
	psd_leftover_look(&instance, NULL);
	instance.owns_uid = true;
	psd_leftover_look(&instance, NULL);
	assert_int_equal(owner.n_searches, 0);
}

struct blind {
	int call, argument;
	uint32_t value;
	bool is_found; /* but without its name */
};

static int
search_blindly(void *argument)
{
	const struct blind *row = argument;
	struct psd_leak_holder found = { .comm = "?" };
	struct psd_leak *leak = psd_leak_start(held.pair_inode);
	const size_t fds = test_fds_count();
	int r = 0;

	TEST_EXPECT(leak != NULL);
	TEST_EXPECT(test_deny_argument(row->call, (unsigned)row->argument,
			row->value, EACCES) == 0);
	while (r == 0)
		r = psd_leak_step(leak, &found);
	TEST_EXPECT((r > 0) == row->is_found);
	TEST_EXPECT(
	    !row->is_found || found.pid == holder || found.pid == getppid());
	TEST_EXPECT(!row->is_found || found.comm[0] == '\0');
	TEST_EXPECT(row->is_found || test_fds_count() == fds);
	psd_leak_free(leak);
	psd_leak_free(NULL);
	return 0;
}

static void
process_that_cannot_be_looked_into_is_passed_over(void **state)
{
	static struct blind rows[] = {
		{ SYS_openat, 2, OPENS_FDS, false },
		{ SYS_fcntl, 1, F_GETFL, false },
		{ SYS_openat, 2, OPENS_COMM, true },
		{ SYS_read, 2, 32, true },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(rows); i++)
		assert_int_equal(test_child_exit_status(
				     test_child_start(search_blindly,
					 &rows[i])),
		    0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(many_holdings_are_not_as_many_lines),
		CASE(search_that_cannot_begin_is_told),
		CASE(search_is_given_up_before_a_re_exec),
		CASE(process_that_cannot_be_looked_into_is_passed_over),
	};

	if (geteuid() != 0 || test_under_valgrind()) {
		puts("1..0 # SKIP no root, or no filters under valgrind");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
