/* SPDX-License-Identifier: ISC */
#include "daemon/instance.h"
#include "tests/op/open_fixture.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"

#include <stdlib.h>
#include <sys/syscall.h>

enum { REPLIES_MAX = 4096 };

/* Asks until a reply has to be kept; how many have been asked for. */
static uint32_t
ask_until_full(struct op_rig *rig)
{
	struct psd_open_req req = { .path = op_rig_path(rig, "file"),
		.access = PSD_ACCESS_READ };
	uint32_t n = 0;

	while (STAILQ_EMPTY(&rig->instance->first.unsent) && n++ < REPLIES_MAX)
		(void)op_rig_send(rig, PSD_OP_open, &req);
	return n;
}

/* Takes them all; how many there were, and the status of the last. */
static uint32_t
take_all(struct op_rig *rig, int *ret_status)
{
	static struct psd_frame frame;
	uint32_t n = 0;

	while (!op_rig_is_silent(rig)) {
		psd_frame_init(&frame);
		if (psd_frame_recv(rig->helper, 0, &frame) != PSD_HEARD_FRAME)
			break;
		*ret_status = frame.status;
		psd_frame_clear(&frame);
		n++;
	}
	return n;
}

/*
 * What helpers have not taken yet is counted, and there is a limit for all of
 * them together: then the kernel sends no further descriptor.
 */
static int
body(void *argument)
{
	struct op_rig rig;
	int status = 1;
	uint32_t n;

	(void)argument;
	op_rig_start(&rig, NULL, "AllowOpen=read %s/**");
	put(&rig, "file", "text");
	n = ask_until_full(&rig);
	TEST_EXPECT(n < REPLIES_MAX);
	TEST_EXPECT(test_deny(SYS_sendmsg, ETOOMANYREFS) == 0);
	TEST_EXPECT(take_all(&rig, &status) == n);
	TEST_EXPECT(status == -ETOOMANYREFS);
	op_rig_stop(&rig);
	return 0;
}

static void
a_kept_reply_whose_descriptor_cannot_go_along_is_told_why(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(test_child_start(body, NULL)),
	    0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_kept_reply_whose_descriptor_cannot_go_along_is_told_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
