/* SPDX-License-Identifier: ISC */
/* One pair brings the listeners of all children, and each to its own. */
#include "common/fd.h"
#include "tests/support/child.h"
#include "tests/support/fds.h"
#include "tests/support/spawn_rig.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct sock_filter allow_all = { .code = BPF_RET | BPF_K,
	.k = SECCOMP_RET_ALLOW };
static const struct sock_fprog filter = { .len = 1, .filter = &allow_all };

static void
init(struct spawn_rig *rig)
{
	assert_int_equal(spawn_rig_init(rig, "tiny_pong"), 0);
	rig->plan.filter = &filter;
	rig->plan.want_listener = true;
	rig->plan.owns_uid = true;
}

static void
listener_hangs_up_with_its_own_child_alone(void **state)
{
	struct spawn_rig first, second;

	(void)state;
	init(&first);
	init(&second);
	assert_int_equal(spawn_rig_start(&first), 0);
	assert_int_equal(spawn_rig_start(&second), 0);
	psd_fd_cleanup(&first.pair);
	assert_int_equal(spawn_rig_wait(&first), 0);
	assert_int_equal(test_poll(first.child.listener, POLLIN, TEST_DEADLINE),
	    POLLHUP);
	assert_int_equal(test_poll(second.child.listener, POLLIN, 0), 0);
	spawn_rig_stop(&first);
	spawn_rig_stop(&second);
	spawn_rig_free(&first);
	spawn_rig_free(&second);
}

static void
listener_of_a_failed_start_is_not_the_next_ones(void **state)
{
	struct spawn_rig rig;
	size_t before;
	int program;

	(void)state;
	init(&rig);
	before = test_fds_count();
	program = rig.plan.exec_fd;
	/* No program, which shows after the listener was sent. */
	rig.plan.exec_fd = rig.plan.null_fd;
	assert_int_equal(spawn_rig_start(&rig), -EACCES);
	rig.plan.exec_fd = program;
	assert_int_equal(test_fds_count(), before);
	assert_int_equal(spawn_rig_start(&rig), 0);
	assert_true(rig.child.listener >= 0);
	assert_int_equal(test_poll(rig.child.listener, POLLIN, 0), 0);
	spawn_rig_stop(&rig);
	spawn_rig_free(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listener_hangs_up_with_its_own_child_alone),
		cmocka_unit_test(
		    listener_of_a_failed_start_is_not_the_next_ones),
	};
	const int skipped = spawn_rig_prepare();

	if (skipped != 0)
		return skipped;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
