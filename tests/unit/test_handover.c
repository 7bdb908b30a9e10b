/* SPDX-License-Identifier: ISC */
/* What privsepctl run hears of the privsepd that it started. */
#include "common/fd.h"
#include "common/handover.h"
#include "common/mem.h"
#include "common/pair.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cmocka.h>

static int ends[2];
static size_t open_before;

static int
begin(void **state)
{
	(void)state;
	open_before = test_fds_count();
	return psd_pair(SOCK_SEQPACKET, ends);
}

static int
end(void **state)
{
	(void)state;
	psd_fd_cleanup(&ends[0]);
	psd_fd_cleanup(&ends[1]);
	return test_fds_count() == open_before ? 0 : -1;
}

/* A record of so many bytes with so many descriptors. */
static void
send_raw(const void *bytes, size_t len, size_t n_fds)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(4 * sizeof(int))];
	} control;
	const int fds[4] = { 0, 0, 0, 0 };
	struct iovec record = { (void *)(uintptr_t)bytes, len };
	struct msghdr message = { .msg_iov = &record, .msg_iovlen = 1 };

	memset(&control, 0, sizeof(control));
	if (n_fds > 0) {
		control.header = (struct cmsghdr){
			.cmsg_len = CMSG_LEN(n_fds * sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		};
		memcpy(CMSG_DATA(&control.header), fds, n_fds * sizeof(int));
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
	}
	assert_int_equal(sendmsg(ends[1], &message, 0), (ssize_t)len);
}

static void
what_is_sent_is_received_close_on_exec(void **state)
{
	const struct psd_handover sent = { .version = PSD_HANDOVER_VERSION,
		.stop_usec = 42 };
	struct psd_handover heard;
	struct stat here, there;
	int fd = PSD_NO_FD;

	(void)state;
	assert_int_equal(psd_handover_send(ends[1], &sent, ends[0]), 0);
	assert_int_equal(psd_handover_receive(ends[0], &heard, &fd), 0);
	assert_int_equal(heard.stop_usec, 42);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fstat(ends[0], &here), 0);
	assert_int_equal(fstat(fd, &there), 0);
	assert_int_equal(here.st_ino, there.st_ino);
	psd_fd_cleanup(&fd);
}

static void
nothing_is_kept_of_what_is_no_handover(void **state)
{
	const struct psd_handover good = { .version = PSD_HANDOVER_VERSION };
	const struct psd_handover newer = { .version =
						PSD_HANDOVER_VERSION + 1 };
	const struct psd_handover lost = { .version = PSD_HANDOVER_VERSION,
		.kind = PSD_HANDOVER_ENDED };
	const struct psd_handover allowed = { .version = PSD_HANDOVER_VERSION,
		.kind = PSD_HANDOVER_REFUSED };
	const struct psd_handover negative = { .version = PSD_HANDOVER_VERSION,
		.kind = PSD_HANDOVER_ENDED,
		.status = -1 };
	const struct psd_handover refused = { .version = PSD_HANDOVER_VERSION,
		.kind = PSD_HANDOVER_REFUSED,
		.status = -1 };
	const struct psd_handover odd = { .version = PSD_HANDOVER_VERSION,
		.kind = PSD_HANDOVER_REFUSED + 1 };
	const char longer[sizeof(good) + 1] = { PSD_HANDOVER_VERSION };
	const struct {
		const void *bytes;
		size_t len, n_fds;
	} cases[] = {
		{ &good, sizeof(good), 0 },
		{ &good, sizeof(good), 2 },
		{ &good, sizeof(good), 4 },
		{ &good, sizeof(good) - 1, 1 },
		{ &good, 0, 1 },
		{ longer, sizeof(longer), 1 },
		{ &newer, sizeof(newer), 1 },
		{ &lost, sizeof(lost), 1 },
		{ &allowed, sizeof(allowed), 0 },
		{ &odd, sizeof(odd), 0 },
		{ &negative, sizeof(negative), 0 },
		{ &refused, sizeof(refused), 1 },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		const size_t before = test_fds_count();
		struct psd_handover heard;
		int fd = PSD_NO_FD;

		send_raw(cases[i].bytes, cases[i].len, cases[i].n_fds);
		assert_int_equal(psd_handover_receive(ends[0], &heard, &fd),
		    -EBADMSG);
		assert_int_equal(fd, PSD_NO_FD);
		assert_int_equal(test_fds_count(), before);
	}
}

static void
status_comes_without_a_descriptor(void **state)
{
	const struct psd_handover sent[] = {
		{ .version = PSD_HANDOVER_VERSION,
		    .kind = PSD_HANDOVER_ENDED,
		    .status = 124 },
		{ .version = PSD_HANDOVER_VERSION,
		    .kind = PSD_HANDOVER_REFUSED,
		    .status = -EPERM },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(sent); i++) {
		struct psd_handover heard;
		int fd = PSD_NO_FD;

		assert_int_equal(psd_handover_send(ends[1], &sent[i], fd), 0);
		assert_int_equal(psd_handover_receive(ends[0], &heard, &fd), 0);
		assert_int_equal(fd, PSD_NO_FD);
		assert_memory_equal(&heard, &sent[i], sizeof(heard));
	}
}

/* Linux tells of the reset before what was said ahead of it. */
static void
last_word_is_heard_from_one_who_did_not_read_ours(void **state)
{
	const struct psd_handover sent = { .version = PSD_HANDOVER_VERSION,
		.kind = PSD_HANDOVER_ENDED,
		.status = 3 };
	struct psd_handover heard;
	int fd = PSD_NO_FD;

	(void)state;
	assert_int_equal(send(ends[0], "", 1, 0), 1);
	assert_int_equal(psd_handover_send(ends[1], &sent, fd), 0);
	psd_fd_cleanup(&ends[1]);
	assert_int_equal(psd_handover_receive(ends[0], &heard, &fd), 0);
	assert_int_equal(heard.status, 3);
	assert_int_equal(psd_handover_receive(ends[0], &heard, &fd), -EPIPE);
}

static void
other_side_that_has_ended_is_epipe(void **state)
{
	struct psd_handover heard = { .version = PSD_HANDOVER_VERSION };
	int fd = PSD_NO_FD;

	(void)state;
	psd_fd_cleanup(&ends[1]);
	assert_int_equal(psd_handover_receive(ends[0], &heard, &fd), -EPIPE);
	assert_int_equal(psd_handover_send(ends[0], &heard, ends[0]), -EPIPE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_is_sent_is_received_close_on_exec, begin, end),
		cmocka_unit_test_setup_teardown(
		    nothing_is_kept_of_what_is_no_handover, begin, end),
		cmocka_unit_test_setup_teardown(
		    status_comes_without_a_descriptor, begin, end),
		cmocka_unit_test_setup_teardown(
		    last_word_is_heard_from_one_who_did_not_read_ours, begin,
		    end),
		cmocka_unit_test_setup_teardown(
		    other_side_that_has_ended_is_epipe, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
