/* SPDX-License-Identifier: ISC */
/* A copy that outlives the helper, in a child of the helper's own. */
#include "common/sys.h"
#include "tests/unit/leak_fixture.h"

#include <sys/prctl.h>

/* What the helper and its child know of the pair and of the test. */
struct family {
	int daemon_end, helper_end;
	int report; /* the grandchild writes here what it sees */
};

enum { REQUESTS = 3 };

/* Keeps the pair open, hears its end, tries to speak on. */
static int
be_grandchild(void *argument)
{
	static struct psd_frame frame;
	const struct family *family = argument;
	char seen = '?';

	psd_frame_init(&frame);
	if (psd_frame_recv(family->helper_end, 1, &frame) == PSD_HEARD_END) {
		make_request(&frame, 4711);
		seen = psd_frame_send(family->helper_end, 0, &frame) == -EPIPE
		    ? 'E'
		    : 'S';
	}
	return write(family->report, &seen, 1) == 1 ? 0 : 1;
}

/* Asks, has a child, and dies in the middle of its conversation. */
static int
be_helper(void *argument)
{
	static struct psd_frame frame;
	const struct family *family = argument;

	psd_fd_close(family->daemon_end);
	/* Not test_child_start(): this one is to outlive its parent. */
	switch (fork()) {
	case -1:
		return 1;
	case 0:
		_exit(be_grandchild(argument));
	default:
		break;
	}
	for (uint32_t id = 1; id <= REQUESTS; id++) {
		make_request(&frame, id);
		if (psd_frame_send(family->helper_end, 0, &frame) < 0)
			return 1;
	}
	(void)raise(SIGKILL);
	return 1;
}

/*
 * Starts both and waits until the helper's pidfd says that it is dead.
 * Returns what the grandchild reports by.
 */
static int
start_family(struct family *family, int ends[2])
{
	int report[2];
	pid_t helper;
	int pidfd;

	/* The grandchild becomes our child then, and no zombie of init's. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(pipe(report), 0);
	*family = (struct family){ ends[0], ends[1], report[1] };
	helper = test_child_start(be_helper, family);
	pidfd = psd_sys_pidfd_open(helper);
	if (pidfd == -ENOSYS) {
		test_child_kill(helper);
		print_message("SKIP: there is no pidfd_open()\n");
		skip();
	}
	assert_true(pidfd >= 0);
	assert_int_equal(test_poll(pidfd, POLLIN, TEST_DEADLINE), POLLIN);
	psd_fd_close(pidfd);
	assert_int_equal(waitpid(helper, NULL, 0), helper);
	psd_fd_close(report[1]);
	psd_fd_close(ends[1]);
	return report[0];
}

/* What the grandchild saw; it ends with that. */
static char
wait_for_report(int report)
{
	char seen;

	assert_true(test_poll(report, POLLIN, TEST_DEADLINE) > 0);
	assert_int_equal(read(report, &seen, 1), 1);
	psd_fd_close(report);
	assert_true(waitpid(-1, NULL, 0) > 0);
	return seen;
}

static void
naive_reader_waits_for_the_end_that_a_grandchild_holds_back(void **state)
{
	struct family family;
	int ends[2];
	int report;

	(void)state;
	naive_pair(SOCK_SEQPACKET, ends);
	report = start_family(&family, ends);
	/* The requests come, and then neither more nor the end. */
	assert_false(end_comes(ends[0], TEST_GLIMPSE));
	psd_fd_close(ends[0]);
	(void)wait_for_report(report);
}

static void
death_of_the_helper_ends_what_a_grandchild_holds_open(void **state)
{
	static struct psd_frame frame;
	struct psd_conv conv;
	struct family family;
	int ends[2];
	int report;

	(void)state;
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	report = start_family(&family, ends);
	psd_conv_init(&conv, ends[0]);
	psd_frame_init(&frame);
	/* What is queued is read until nothing more is there. */
	for (uint32_t id = 1; id <= REQUESTS; id++) {
		assert_int_equal(psd_conv_recv(&conv, 0, &frame),
		    PSD_HEARD_FRAME);
		assert_int_equal(frame.id, id);
		psd_frame_clear(&frame);
	}
	assert_int_equal(psd_conv_recv(&conv, 0, &frame), PSD_HEARD_NOTHING);
	psd_conv_close(&conv);
	/* The grandchild hears the end and has nobody left to speak to. */
	assert_int_equal(wait_for_report(report), 'E');
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    naive_reader_waits_for_the_end_that_a_grandchild_holds_back),
		cmocka_unit_test(
		    death_of_the_helper_ends_what_a_grandchild_holds_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
