/* SPDX-License-Identifier: ISC */
/* What a start does where the kernel, or a sandbox, has less. */
#include "common/fd.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/spawn_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct sock_filter allow_all = { .code = BPF_RET | BPF_K,
	.k = SECCOMP_RET_ALLOW };
static const struct sock_fprog filter = { .len = 1, .filter = &allow_all };

static bool
has_child(void)
{
	return waitpid(-1, NULL, WNOHANG | __WALL) >= 0 || errno != ECHILD;
}

/* All steps, so that each call is made. */
static int
init_everything(struct spawn_rig *rig, int ret_ns[PSD_NS_COUNT])
{
	static const char *const paths[] = { "/proc/self/ns/mnt",
		"/proc/self/ns/net", "/proc/self/ns/ipc", "/proc/self/ns/uts" };
	/* Landlock's own call; what it governs does not matter here. */
	const uint64_t governed = 1 << 1;
	const int r = spawn_rig_init(rig, "tiny_pong");

	if (r < 0)
		return r;
	for (size_t i = 0; i < PSD_NS_COUNT; i++)
		ret_ns[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
	rig->plan.namespaces = ret_ns;
	rig->plan.landlock_fd = (int)syscall(SYS_landlock_create_ruleset,
	    &governed, sizeof(governed), 0);
	rig->plan.filter = &filter;
	rig->plan.plain_filter = NULL;
	rig->plan.want_listener = true;
	return 0;
}

/* The second listener of a chain is refused by the kernel. */
static int
start_below_a_listener(void *argument)
{
	const bool has_plain = argument != NULL;
	struct spawn_rig rig;
	int ns[PSD_NS_COUNT];

	TEST_EXPECT(init_everything(&rig, ns) == 0);
	TEST_EXPECT(prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0);
	TEST_EXPECT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter) >= 0);
	if (!has_plain) {
		TEST_EXPECT(spawn_rig_start(&rig) == -EBUSY);
		TEST_EXPECT(rig.failure.step == PSD_STEP_FILTER);
		return 0;
	}
	rig.plan.plain_filter = &filter;
	TEST_EXPECT(spawn_rig_start(&rig) == 0);
	TEST_EXPECT(rig.child.listener == PSD_NO_FD);
	spawn_rig_stop(&rig);
	return 0;
}

static void
second_listener_falls_back_to_the_plain_filter(void **state)
{
	static char yes[] = "plain";

	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(start_below_a_listener, yes)),
	    0);
	assert_int_equal(test_child_exit_status(
			     test_child_start(start_below_a_listener, NULL)),
	    0);
}

static int
start_without_clone3(void *argument)
{
	const int *error = argument;
	struct spawn_rig rig;
	int ns[PSD_NS_COUNT];
	char text[64];

	TEST_EXPECT(init_everything(&rig, ns) == 0);
	TEST_EXPECT(test_deny(SYS_clone3, *error) == 0);
	TEST_EXPECT(spawn_rig_start(&rig) == 0);
	TEST_EXPECT(rig.child.is_slow);
	spawn_rig_status(&rig, "SigIgn", text, sizeof(text));
	TEST_EXPECT(strcmp(text, "0000000000000000") == 0);
	spawn_rig_stop(&rig);
	/* And its failures are told in the same way. */
	TEST_EXPECT(test_deny(SYS_setsid, EPERM) == 0);
	TEST_EXPECT(spawn_rig_start(&rig) == -EPERM);
	TEST_EXPECT(rig.failure.step == PSD_STEP_SESSION);
	TEST_EXPECT(!has_child());
	return 0;
}

static void
without_clone3_there_is_clone(void **state)
{
	int errors[] = { ENOSYS, EPERM };

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(test_child_exit_status(
				     test_child_start(start_without_clone3,
					 &errors[i])),
		    0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    second_listener_falls_back_to_the_plain_filter),
		cmocka_unit_test(without_clone3_there_is_clone),
	};
	const int skipped = spawn_rig_prepare();

	if (skipped != 0)
		return skipped;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
