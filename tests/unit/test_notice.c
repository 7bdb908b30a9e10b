/* SPDX-License-Identifier: ISC */
/* What a monitor and its server say before their conversation begins. */
#include "common/fd.h"
#include "common/mem.h"
#include "common/notice.h"
#include "common/pair.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int ends[2];
static size_t before;

static int
open_pair(void **state)
{
	(void)state;
	before = test_fds_count();
	return psd_pair(SOCK_SEQPACKET, ends);
}

static int
close_pair(void **state)
{
	(void)state;
	psd_fd_cleanup(&ends[0]);
	psd_fd_cleanup(&ends[1]);
	return test_fds_count() == before ? 0 : -1;
}

static void
a_notice_comes_with_its_descriptors(void **state)
{
	const struct psd_notice notice = psd_notice_make(PSD_NOTICE_PLAN);
	struct psd_noticed heard;

	(void)state;
	assert_int_equal(psd_notice_send(ends[0], &notice, ends, 2), 0);
	assert_int_equal(psd_notice_receive(ends[1], 0, &heard), 0);
	assert_int_equal(heard.notice.kind, PSD_NOTICE_PLAN);
	assert_int_equal(heard.n_fds, 2);
	assert_true(heard.fds[0] >= 0 && heard.fds[1] >= 0);
	assert_int_equal(heard.fds[2], PSD_NO_FD);
	psd_notice_clear(&heard);
}

static void
a_refusal_comes_with_its_reason(void **state)
{
	struct psd_noticed heard;

	(void)state;
	psd_notice_refuse(ends[0], EPERM, "%s", "why");
	assert_int_equal(psd_notice_receive(ends[1], 0, &heard), 0);
	assert_int_equal(heard.notice.kind, PSD_NOTICE_REFUSED);
	assert_int_equal(heard.notice.error, EPERM);
	assert_string_equal(heard.notice.text, "why");
}

static void
nobody_is_waited_for_longer_than_said(void **state)
{
	struct psd_noticed heard;

	(void)state;
	assert_int_equal(psd_notice_receive(ends[1], 10, &heard), -ETIMEDOUT);
	psd_fd_cleanup(&ends[0]);
	assert_int_equal(psd_notice_receive(ends[1], -1, &heard), -EPIPE);
}

/* Each with descriptors, which must not be left open. */
static void
send_wrong(const void *bytes, size_t len)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control = {
		.header = {
			.cmsg_len = CMSG_LEN(2 * sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		},
	};
	struct iovec record = { (void *)(uintptr_t)bytes, len };
	const struct msghdr message = {
		.msg_iov = &record,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	memcpy(CMSG_DATA(&control.header), ends, 2 * sizeof(int));
	assert_int_equal(sendmsg(ends[0], &message, 0), len);
}

static void
what_is_no_notice_is_refused_with_all_that_came(void **state)
{
	struct {
		struct psd_notice notice;
		char more[sizeof(uint32_t)];
	} longer = { psd_notice_make(PSD_NOTICE_PLAN), { 0 } };
	struct psd_notice wrong[8];
	struct psd_noticed heard;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(wrong); i++)
		wrong[i] = psd_notice_make(PSD_NOTICE_PLAN);
	wrong[0].magic[0] ^= 1;
	wrong[1].version++;
	wrong[2].kind = 0;
	wrong[3].kind = PSD_NOTICE_REFUSED + 1;
	wrong[4].error = EPERM;
	wrong[5].kind = PSD_NOTICE_REFUSED;
	wrong[6].kind = PSD_NOTICE_REFUSED;
	wrong[6].error = -1;
	memset(wrong[7].text, 'x', sizeof(wrong[7].text));
	for (size_t i = 0; i < PSD_ELEMENTS(wrong); i++) {
		send_wrong(&wrong[i], sizeof(wrong[i]));
		assert_int_equal(psd_notice_receive(ends[1], 0, &heard),
		    -EBADMSG);
	}
	send_wrong(&longer, sizeof(longer));
	assert_int_equal(psd_notice_receive(ends[1], 0, &heard), -EBADMSG);
	send_wrong(&longer, sizeof(longer.notice) - 1);
	assert_int_equal(psd_notice_receive(ends[1], 0, &heard), -EBADMSG);
}

static void
more_descriptors_than_fit_are_refused(void **state)
{
	const struct psd_notice notice = psd_notice_make(PSD_NOTICE_PLAN);
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(8 * sizeof(int))];
	} control = {
		.header = {
			.cmsg_len = CMSG_LEN(8 * sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		},
	};
	struct iovec record = { (void *)(uintptr_t)&notice, sizeof(notice) };
	const struct msghdr message = {
		.msg_iov = &record,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct psd_noticed heard;

	(void)state;
	for (size_t i = 0; i < 8; i++)
		memcpy(CMSG_DATA(&control.header) + i * sizeof(int), ends,
		    sizeof(int));
	assert_int_equal(sendmsg(ends[0], &message, 0), sizeof(notice));
	assert_int_equal(psd_notice_receive(ends[1], 0, &heard), -EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_pair, close_pair)
		TEST(a_notice_comes_with_its_descriptors),
		TEST(a_refusal_comes_with_its_reason),
		TEST(nobody_is_waited_for_longer_than_said),
		TEST(what_is_no_notice_is_refused_with_all_that_came),
		TEST(more_descriptors_than_fit_are_refused),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
