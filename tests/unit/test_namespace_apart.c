/* SPDX-License-Identifier: ISC */
/* What a helper does not share with us, and what a keeper that fails says. */
#include "daemon/namespace.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/spawn_rig.h"
#include "tests/unit/namespace_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static void
network_has_a_loopback_that_is_down(void **state)
{
	static const char *const nothing[] = { NULL };
	struct seen seen;
	char text[4096];
	const char *at;

	(void)state;
	assert_int_equal(begin(&seen, nothing), 0);
	(void)spawn_rig_proc(&seen.rig, "net/dev", text, sizeof(text));
	/* Two lines of heading, one of an interface. */
	at = strchr(strchr(text, '\n') + 1, '\n') + 1;
	assert_int_equal(strncmp(at + strspn(at, " "), "lo:", 3), 0);
	assert_string_equal(strchr(at, '\n'), "\n");
	(void)spawn_rig_proc(&seen.rig, "net/route", text, sizeof(text));
	at = strchr(text, '\n');
	assert_true(at == NULL || at[1] == '\0');
	(void)spawn_rig_proc(&seen.rig, "net/fib_trie", text, sizeof(text));
	assert_null(strstr(text, "127.0.0.1"));
	end(&seen);
}

static void
host_name_says_nothing(void **state)
{
	static const char *const nothing[] = { NULL };
	struct remote_call call = { .number = SYS_uname, .pointers = 1 };
	struct seen seen;

	(void)state;
	assert_int_equal(begin(&seen, nothing), 0);
	assert_int_equal(write(seen.rig.pair, &call, sizeof(call)),
	    sizeof(call));
	assert_int_equal(read(seen.rig.pair, &seen.rig.result,
			     sizeof(seen.rig.result)),
	    sizeof(seen.rig.result));
	/* The second of struct utsname's fields of 65 bytes. */
	assert_string_equal((char *)seen.rig.result.bytes + 65, "privsep");
	end(&seen);
}

static void
our_own_root_and_namespaces_stay(void **state)
{
	static const char *const paths[] = { "/usr/lib", NULL };
	static const char *const links[] = { "/proc/self/ns/mnt",
		"/proc/self/ns/net", "/proc/self/ns/ipc", "/proc/self/ns/uts",
		"/proc/self/root", "/proc/self/cwd" };
	char before[6][64], after[64];
	struct seen seen;
	size_t fds;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		memset(before[i], 0, 64);
		assert_true(readlink(links[i], before[i], 63) > 0);
	}
	fds = test_fds_count();
	assert_int_equal(begin(&seen, paths), 0);
	for (size_t i = 0; i < 6; i++) {
		char name[32];

		memset(after, 0, sizeof(after));
		assert_true(readlink(links[i], after, 63) > 0);
		assert_string_equal(after, before[i]);
		(void)snprintf(name, sizeof(name), "%s",
		    links[i] + strlen("/proc/self/"));
		spawn_rig_link(&seen.rig, name, after, sizeof(after));
		if (i < 4)
			assert_string_not_equal(after, before[i]);
	}
	end(&seen);
	assert_int_equal(test_fds_count(), fds);
}

static int
prepare_with_denied(void *argument)
{
	const int *call = argument;
	struct psd_words nothing = { .n = 0 };
	int ns[PSD_NS_COUNT];
	char why[256] = "";
	size_t before;

	TEST_EXPECT(test_deny(*call, EPERM) == 0);
	before = test_fds_count();
	TEST_EXPECT(psd_namespaces_prepare(&nothing, false, ns, why,
			sizeof(why)) == -EPERM);
	TEST_EXPECT(strstr(why, "Operation not permitted") != NULL);
	TEST_EXPECT(test_fds_count() == before);
	return 0;
}

static int
prepare_where_nothing_is_executed(void *argument)
{
	struct psd_words nothing = { .n = 0 };
	int ns[PSD_NS_COUNT];
	char why[256] = "";

	(void)argument;
	TEST_EXPECT(test_deny(SYS_execveat, ENOENT) == 0);
	TEST_EXPECT(psd_namespaces_prepare(&nothing, false, ns, why,
			sizeof(why)) == -ENOENT);
	TEST_EXPECT(strstr(why, "TOMOYO") != NULL);
	TEST_EXPECT(strstr(why, "lsm=") != NULL);
	return 0;
}

/* Rather no namespaces, which is told, than no helper at all. */
static void
namespaces_in_which_nothing_can_be_executed_are_none(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(prepare_where_nothing_is_executed,
				 NULL)),
	    0);
}

static void
keeper_that_fails_says_why(void **state)
{
	int calls[] = { SYS_unshare, SYS_mount, SYS_sethostname, SYS_pivot_root,
		SYS_umount2 };

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		assert_int_equal(test_child_exit_status(
				     test_child_start(prepare_with_denied,
					 &calls[i])),
		    0);
}

/* As before Linux 5.12, and in sandboxes that know the old calls only. */
static int
see_without_new_calls(void *argument)
{
	static const char *const paths[] = { "/usr/lib", "/etc/passwd", NULL };
	const int *call = argument;
	struct seen seen;
	char text[4096];

	TEST_EXPECT(test_deny(*call, ENOSYS) == 0);
	TEST_EXPECT(begin(&seen, paths) == 0);
	(void)spawn_rig_proc(&seen.rig, "mountinfo", text, sizeof(text));
	TEST_EXPECT(strstr(text, " /usr/lib ro,nosuid,nodev") != NULL);
	TEST_EXPECT(strstr(text, " /etc/passwd ro,nosuid,nodev") != NULL);
	TEST_EXPECT(try_open(&seen, "/etc/passwd", O_RDONLY) >= 0);
	end(&seen);
	return 0;
}

static void
old_calls_do_where_new_ones_are_missing(void **state)
{
	int calls[] = { SYS_mount_setattr, SYS_open_tree, SYS_move_mount };

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		assert_int_equal(test_child_exit_status(
				     test_child_start(see_without_new_calls,
					 &calls[i])),
		    0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(network_has_a_loopback_that_is_down),
		cmocka_unit_test(host_name_says_nothing),
		cmocka_unit_test(our_own_root_and_namespaces_stay),
		cmocka_unit_test(keeper_that_fails_says_why),
		cmocka_unit_test(
		    namespaces_in_which_nothing_can_be_executed_are_none),
		cmocka_unit_test(old_calls_do_where_new_ones_are_missing),
	};
	const struct psd_words nothing = { .n = 0 };
	int ns[PSD_NS_COUNT];
	char why[256];
	const int skipped = spawn_rig_prepare();

	if (skipped != 0)
		return skipped;
	if (psd_namespaces_prepare(&nothing, false, ns, why, sizeof(why)) < 0) {
		printf("1..0 # SKIP no namespaces: %s\n", why);
		return 77;
	}
	psd_namespaces_close(ns);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
