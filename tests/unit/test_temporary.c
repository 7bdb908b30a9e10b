/* SPDX-License-Identifier: ISC */
/* TemporaryFileSystem=: an instance's own, bounded, and gone with it. */
#include "common/mem.h"
#include "tests/support/plan_rig.h"
#include "tests/support/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { SIZE = 65536 };

static const char helper_lines[] =
    " one two\nLimitNOFILE=64\nType=program\nTemporaryFileSystem=/tmp:size=64K";
static const char policy_lines[] =
    "SystemCallFilter=@helper openat unlinkat mkdirat pwrite64 fallocate";

static void
load(struct plan_rig *rig)
{
	if (plan_rig_load(rig, "tiny_remote", helper_lines, policy_lines) < 0)
		fail_msg("%s", rig->diag.text);
}

static void
start(struct plan_rig *rig)
{
	if (plan_rig_start(rig, true) < 0)
		fail_msg("%s: %s", psd_step_name(rig->spawn.failure.step),
		    strerror(rig->spawn.failure.error));
}

static long
try(struct spawn_rig *rig, const char *path, int flags)
{
	return spawn_rig_call_text(rig, SYS_openat, 1, path,
	    (uint64_t[6]){ (uint64_t)AT_FDCWD, 0, (uint64_t)flags, 0600 });
}

static void
an_instance_sees_its_own_alone(void **state)
{
	const int create = O_RDWR | O_CREAT | O_EXCL;
	struct plan_rig rig;
	struct spawn_rig other;

	(void)state;
	load(&rig);
	start(&rig);
	assert_true(try(&rig.spawn, "/tmp/here", create) >= 0);
	other = rig.spawn;
	other.birth.uid++;
	other.birth.gid++;
	assert_int_equal(spawn_rig_start(&other), 0);
	assert_int_equal(try(&other, "/tmp/here", O_RDONLY), -ENOENT);
	assert_true(try(&other, "/tmp/there", create) >= 0);
	assert_int_equal(try(&rig.spawn, "/tmp/there", O_RDONLY), -ENOENT);
	spawn_rig_stop(&other);
	spawn_rig_stop(&rig.spawn);
	/* And nothing is left for the next one, nor outside. */
	start(&rig);
	assert_int_equal(try(&rig.spawn, "/tmp/here", O_RDONLY), -ENOENT);
	assert_int_equal(access("/tmp/here", F_OK), -1);
	plan_rig_free(&rig);
}

static void
it_is_bounded_in_bytes_and_files(void **state)
{
	struct plan_rig rig;
	char path[64];
	long fd, r = 0;

	(void)state;
	load(&rig);
	start(&rig);
	fd = try(&rig.spawn, "/tmp/large", O_RDWR | O_CREAT);
	assert_true(fd >= 0);
	assert_int_equal(spawn_rig_call(&rig.spawn, SYS_fallocate,
			     (uint64_t[6]){ (uint64_t)fd, 0, 0, SIZE }),
	    0);
	assert_int_equal(spawn_rig_call(&rig.spawn, SYS_fallocate,
			     (uint64_t[6]){ (uint64_t)fd, 0, 0, SIZE + 1 }),
	    -ENOSPC);
	for (int i = 0; i < 64 && r >= 0; i++) {
		(void)snprintf(path, sizeof(path), "/tmp/%d", i);
		r = spawn_rig_call_text(&rig.spawn, SYS_mkdirat, 1, path,
		    (uint64_t[6]){ (uint64_t)AT_FDCWD, 0, 0700 });
	}
	assert_int_equal(r, -ENOSPC);
	plan_rig_free(&rig);
}

static void
what_it_is_in_is_no_way_to_anything(void **state)
{
	struct plan_rig rig;

	(void)state;
	load(&rig);
	start(&rig);
	assert_int_equal(try(&rig.spawn, "/.private/x", O_RDWR | O_CREAT),
	    -EROFS);
	assert_true(try(&rig.spawn, "/x", O_RDWR | O_CREAT) < 0);
	assert_true(try(&rig.spawn, "/tmp/../x", O_RDWR | O_CREAT) < 0);
	assert_true(try(&rig.spawn, "/etc/passwd", O_RDONLY) < 0);
	plan_rig_free(&rig);
}

static void
it_needs_namespaces(void **state)
{
	const uint32_t layers = plan_rig_host.layers;
	struct plan_rig rig;

	(void)state;
	plan_rig_host.layers &= ~(uint32_t)PSD_LAYER_NAMESPACES;
	assert_true(
	    plan_rig_load(&rig, "tiny_remote", helper_lines, policy_lines) < 0);
	assert_non_null(strstr(rig.diag.text, "needs the layer namespaces"));
	plan_rig_host.layers = layers;
	plan_rig_free(&rig);
}

static void
what_is_no_bound_is_an_error(void **state)
{
	static const struct {
		const char *lines, *policy, *says;
	} cases[] = {
		{ "/tmp", "", "takes /tmp:size=SIZE" },
		{ "/tmp:size=0", "", "takes /tmp:size=SIZE" },
		{ "/tmp:size=infinity", "", "takes /tmp:size=SIZE" },
		{ "/tmp:size=64M,mode=755", "", "takes /tmp:size=SIZE" },
		{ "/var/tmp:size=64M", "", "takes /tmp:size=SIZE" },
		{ "/tmp:size=64M\nType=native", "", "leave it out" },
		{ "/tmp:size=64M", "AllowOpen=read /tmp/x",
		    "/tmp/x: TemporaryFileSystem= covers what is there" },
		{ "/tmp:size=64M", "AllowOpen=read /tmp/**", "covers what" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;
		char text[512];

		(void)snprintf(text, sizeof(text),
		    "[Helper]\nExecStart=/bin/true\nType=filter\n"
		    "TemporaryFileSystem=%s\n[Policy]\n"
		    "SystemCallFilter=@helper\n%s\n",
		    cases[i].lines, cases[i].policy);
		test_policy_load(&policy, text, 0);
		assert_null(policy.policy);
		if (strstr(policy.diag.text, cases[i].says) == NULL)
			fail_msg("%s", policy.diag.text);
		test_policy_free(&policy);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_instance_sees_its_own_alone),
		cmocka_unit_test(it_is_bounded_in_bytes_and_files),
		cmocka_unit_test(what_it_is_in_is_no_way_to_anything),
		cmocka_unit_test(it_needs_namespaces),
		cmocka_unit_test(what_is_no_bound_is_an_error),
	};
	const int skipped = plan_rig_prepare();
	int failed;

	if (skipped != 0)
		return skipped;
	if ((plan_rig_host.layers & PSD_LAYER_NAMESPACES) == 0) {
		puts("1..0 # SKIP no namespaces");
		return 77;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	psd_host_free(&plan_rig_host);
	return failed;
}
