/* SPDX-License-Identifier: ISC */
/* Who still holds a copy of a pair's end. */
#include "common/fd.h"
#include "common/pair.h"
#include "daemon/leak.h"
#include "tests/support/child.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* More steps than any machine has processes for. */
enum { STEPS_MAX = 1000000, NUMBER = 77 };

static int
hold(void *argument)
{
	const int *ends = argument;

	if (dup3(ends[1], NUMBER, 0) < 0)
		return 1;
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)prctl(PR_SET_NAME, "a\nb\033[1mc");
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

/* The next holder, or false when there is none. */
static bool
find(struct psd_leak *leak, struct psd_leak_holder *ret_holder)
{
	for (int i = 0; i < STEPS_MAX; i++) {
		const int r = psd_leak_step(leak, ret_holder);

		if (r != 0)
			return r > 0;
	}
	fail_msg("%s", "the search does not end");
	return false;
}

static void
holder_is_named_with_its_descriptor(void **state)
{
	struct psd_leak_holder holder;
	struct psd_leak *leak;
	const size_t fds = test_fds_count();
	char name[64];
	int ends[2];
	pid_t pid;

	(void)state;
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	pid = test_child_start(hold, ends);
	assert_true(pid > 0);
	/* Until it has moved the descriptor. */
	for (int i = 0; i < TEST_DEADLINE; i++) {
		leak = psd_leak_start(inode(ends[1]));
		assert_non_null(leak);
		memset(&holder, 0, sizeof(holder));
		if (find(leak, &holder) && holder.fd == NUMBER &&
		    strchr(holder.comm, 'b') != NULL)
			break;
		psd_leak_free(leak);
		leak = NULL;
		(void)usleep(1000);
	}
	assert_non_null(leak);
	assert_int_equal(holder.pid, pid);
	assert_int_equal(holder.fd, NUMBER);
	/* Its name, which it chose, cannot forge a line. */
	(void)snprintf(name, sizeof(name), "%s", "a\\x0Ab\\x1B[1mc");
	if (strcasecmp(holder.comm, name) != 0)
		fail_msg("%s", holder.comm);
	assert_false(find(leak, &holder));
	psd_leak_free(leak);
	test_child_kill(pid);
	(void)close(ends[0]);
	(void)close(ends[1]);
	assert_int_equal(test_fds_count(), fds);
}

static void
our_own_copies_are_none(void **state)
{
	struct psd_leak_holder holder;
	struct psd_leak *leak;
	int ends[2];

	(void)state;
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	leak = psd_leak_start(inode(ends[1]));
	assert_non_null(leak);
	assert_false(find(leak, &holder));
	psd_leak_free(leak);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/* A process with many descriptors is looked at in slices. */
static int
hold_many(void *argument)
{
	const int *ends = argument;
	const int spare = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)close(ends[0]);
	for (int i = 0; i < 600; i++)
		if (dup(spare) < 0)
			return 1;
	(void)fcntl(ends[1], F_DUPFD, 900);
	(void)close(ends[1]);
	(void)kill(getpid(), SIGSTOP);
	return 0;
}

static void
search_takes_many_small_steps(void **state)
{
	struct psd_leak_holder holder;
	struct psd_leak *leak;
	int steps = 0, r = 0;
	int ends[2];
	pid_t pid;

	(void)state;
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	pid = test_child_start(hold_many, ends);
	assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
	leak = psd_leak_start(inode(ends[1]));
	for (; steps < STEPS_MAX && r == 0; steps++)
		r = psd_leak_step(leak, &holder);
	assert_int_equal(r, 1);
	assert_int_equal(holder.fd, 900);
	assert_true(steps > 600 / 128);
	/* Given up in the middle, nothing stays behind. */
	psd_leak_free(leak);
	test_child_kill(pid);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(holder_is_named_with_its_descriptor),
		cmocka_unit_test(our_own_copies_are_none),
		cmocka_unit_test(search_takes_many_small_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
