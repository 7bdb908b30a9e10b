/* SPDX-License-Identifier: ISC */
/* What a host lacks that is no layer, and that a daemon does without. */
#include "daemon/host.h"
#include "daemon/host_probe.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/spawn_rig.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static struct psd_host host;
static struct psd_host_settings settings = { .n_uids = 4, .is_monitor = true };

/* Each daemon has its own uids then, if nobody configured them otherwise. */
static int
without_a_common_file(void *argument)
{
	const size_t fds = test_fds_count();
	struct psd_diag diag;

	(void)argument;
	psd_diag_init(&diag);
	settings.uid_first = spawn_rig_uid();
	settings.shares_uids = true;
	TEST_EXPECT(test_deny_argument(SYS_openat, 2,
			O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, EROFS) == 0);
	TEST_EXPECT(psd_host_init(&host, &settings, &diag) == 0);
	TEST_EXPECT((host.layers & PSD_LAYER_UID) != 0);
	TEST_EXPECT(strstr(diag.text,
			"uids are not reserved against other daemons: "
			"/run/privsepd/uids: Read-only file system") != NULL);
	psd_host_free(&host);
	psd_diag_free(&diag);
	TEST_EXPECT(test_fds_count() == fds);
	return 0;
}

/* It goes on with as many descriptors as it was given. */
static int
without_a_limit_of_descriptors(void *argument)
{
	const struct rlimit few = { 64, 4096 };
	struct rlimit now;
	struct psd_diag diag;

	(void)argument;
	psd_diag_init(&diag);
	settings.uid_first = spawn_rig_uid();
	TEST_EXPECT(setrlimit(RLIMIT_NOFILE, &few) == 0);
	psd_host_raise_nofile();
	TEST_EXPECT(getrlimit(RLIMIT_NOFILE, &now) == 0);
	TEST_EXPECT(now.rlim_cur == few.rlim_max);
	TEST_EXPECT(test_deny(SYS_prlimit64, EPERM) == 0);
	TEST_EXPECT(psd_host_init(&host, &settings, &diag) == 0);
	psd_host_free(&host);
	psd_diag_free(&diag);
	return 0;
}

static void
expect_zero(int (*body)(void *argument))
{
	assert_int_equal(test_child_exit_status(test_child_start(body, NULL)),
	    0);
}

static void
what_can_be_done_without_is_no_error(void **state)
{
	(void)state;
	expect_zero(without_a_common_file);
	expect_zero(without_a_limit_of_descriptors);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_can_be_done_without_is_no_error),
	};

	if (geteuid() != 0 || test_under_valgrind()) {
		puts("1..0 # SKIP no root, or no filters under valgrind");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
