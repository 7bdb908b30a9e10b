/* SPDX-License-Identifier: ISC */
/* What grants say about modes and owners. */
#include "common/mem.h"
#include "common/print.h"
#include "policy/owner.h"
#include "tests/support/dir.h"
#include "tests/support/policy.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include <cmocka.h>

static void
a_line_with_no_mode_or_owner_is_an_error(void **state)
{
	static const struct {
		const char *line;
		const char *says;
	} cases[] = {
		{ "AllowChangeMode=/tmp/**", "a mode is 0 and three" },
		{ "AllowChangeMode=640 /tmp/**", "a mode is 0 and three" },
		{ "AllowChangeMode=0680 /tmp/**", "a mode is 0 and three" },
		{ "AllowChangeMode=04755 /tmp/**", "none beyond 0777" },
		{ "AllowChangeMode=4755 /tmp/**", "none beyond 0777" },
		{ "AllowChangeMode=0640, /tmp/**", "a mode is 0 and three" },
		{ "AllowChangeMode=,0640 /tmp/**", "a mode is 0 and three" },
		{ "AllowChangeMode=+640 /tmp/**", "a mode is 0 and three" },
		{ "AllowChangeMode=* /tmp/**", "a mode is 0 and three" },
		{ "AllowChangeMode=0640", "the path is missing" },
		{ "AllowChangeMode=yes", "as in \"0640,0600 /srv/www/**\"" },
		{ "AllowChangeOwner=/tmp/**", "no such user" },
		{ "AllowChangeOwner=* /tmp/**", "no such user" },
		{ "AllowChangeOwner=no-such-user /tmp/**", "no such user" },
		{ "AllowChangeOwner=root:no-such-group /tmp/**", "no such" },
		{ "AllowChangeOwner=root: /tmp/**", "an owner is USER" },
		{ "AllowChangeOwner=: /tmp/**", "an owner is USER" },
		{ "AllowChangeOwner=-:- /tmp/**", "an owner is USER" },
		{ "AllowChangeOwner=4294967295 /tmp/**", "an owner is USER" },
		{ "AllowChangeOwner=1:65535 /tmp/**", "an owner is USER" },
		{ "AllowChangeOwner=1,,2 /tmp/**", "an owner is USER" },
		{ "AllowChangeOwner=1", "the path is missing" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;
		char text[512];

		(void)snprintf(text, sizeof(text), TEST_POLICY_HEAD "%s\n",
		    cases[i].line);
		test_policy_load(&policy, text, 0);
		assert_null(policy.policy);
		if (strstr(policy.diag.text, cases[i].says) == NULL)
			fail_msg("%s", policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
each_mode_is_granted_as_it_is(void **state)
{
	struct test_policy policy;

	(void)state;
	test_policy_lines(&policy,
	    "SystemCallFilter=@send-descriptors\n"
	    "AllowChangeMode=0640,0000 /tmp/**\nAllowChangeMode=0777 /var/tmp/*\n"
	    "DenyChangeMode=* /tmp/x\nDenyChangeMode=0777 /var/tmp/y");
	assert_null(policy.diag.text);
	assert_true(
	    test_policy_ask(policy.policy, NULL, "change_mode 640 /tmp/a")
		.is_allowed);
	assert_true(test_policy_ask(policy.policy, NULL, "change_mode 0 /tmp/a")
			.is_allowed);
	assert_false(
	    test_policy_ask(policy.policy, NULL, "change_mode 0600 /tmp/a")
		.is_allowed);
	assert_false(
	    test_policy_ask(policy.policy, NULL, "change_mode 0777 /tmp/a")
		.is_allowed);
	assert_false(
	    test_policy_ask(policy.policy, NULL, "change_mode 0640 /tmp/x")
		.is_allowed);
	assert_false(
	    test_policy_ask(policy.policy, NULL, "change_mode 0777 /var/tmp/y")
		.is_allowed);
	test_policy_free(&policy);
}

static void
each_owner_is_granted_as_it_is(void **state)
{
	struct test_policy policy;

	(void)state;
	test_policy_lines(&policy,
	    "SystemCallFilter=@send-descriptors\n"
	    "AllowChangeOwner=root:root,7,:8 /tmp/**");
	assert_string_equal(
	    policy.policy
		->grants[psd_op_find(PSD_OP_change_owner) - psd_op_rows]
		.at[0]
		.labels,
	    "0:0,7:-,-:8");
	assert_true(
	    test_policy_ask(policy.policy, NULL, "change_owner 0:0 /tmp/a")
		.is_allowed);
	assert_true(test_policy_ask(policy.policy, NULL,
	    "change_owner root:root /tmp/a")
			.is_allowed);
	assert_true(
	    test_policy_ask(policy.policy, NULL, "change_owner 7 /tmp/a")
		.is_allowed);
	assert_true(
	    test_policy_ask(policy.policy, NULL, "change_owner :8 /tmp/a")
		.is_allowed);
	assert_false(
	    test_policy_ask(policy.policy, NULL, "change_owner 7:8 /tmp/a")
		.is_allowed);
	assert_false(
	    test_policy_ask(policy.policy, NULL, "change_owner 0 /tmp/a")
		.is_allowed);
	test_policy_free(&policy);
}

static void
a_refusal_suggests_the_line_that_would_allow_it(void **state)
{
	const struct psd_change_owner_req req = {
		.owner = PSD_OWNER(33, PSD_OWNER_KEEP),
		.path = { "/srv/a", 6 },
	};
	const struct psd_change_mode_req mode = {
		.mode = 0604,
		.path = { "/srv/a", 6 },
	};
	char text[256];

	(void)state;
	psd_policy_suggest(text, sizeof(text), psd_op_find(PSD_OP_change_owner),
	    &req);
	assert_string_equal(text, "AllowChangeOwner=33:- /srv/a");
	psd_policy_suggest(text, sizeof(text), psd_op_find(PSD_OP_change_mode),
	    &mode);
	assert_string_equal(text, "AllowChangeMode=0604 /srv/a");
	psd_print_request(text, sizeof(text), psd_op_find(PSD_OP_change_owner),
	    &req);
	assert_string_equal(text, "change_owner(33:-, \"/srv/a\", descriptor)");
	psd_print_request(text, sizeof(text), psd_op_find(PSD_OP_change_mode),
	    &mode);
	assert_string_equal(text, "change_mode(0604, \"/srv/a\", descriptor)");
}

static void
owners_are_found_by_name_and_number(void **state)
{
	uint64_t owner = 0;
	char text[512];

	(void)state;
	assert_int_equal(psd_owner_find("root", false, &owner), 0);
	assert_true(owner == PSD_OWNER(0, PSD_OWNER_KEEP));
	assert_int_equal(psd_owner_find(":root", false, &owner), 0);
	assert_true(owner == PSD_OWNER(PSD_OWNER_KEEP, 0));
	assert_int_equal(psd_owner_find("root", true, &owner), -EINVAL);
	assert_int_equal(psd_owner_find(":root", true, &owner), -EINVAL);
	assert_int_equal(psd_owner_find("-5:5", true, &owner), -EINVAL);
	assert_int_equal(psd_owner_find("-:5", true, &owner), 0);
	assert_true(owner == PSD_OWNER(PSD_OWNER_KEEP, 5));
	assert_int_equal(psd_owner_find("4294967294:4294967294", false, &owner),
	    0);
	assert_true(owner == PSD_OWNER(4294967294u, 4294967294u));
	assert_int_equal(psd_owner_find("", false, &owner), -EINVAL);
	assert_int_equal(psd_owner_find("root:", false, &owner), -EINVAL);
	(void)snprintf(text, sizeof(text), "%0300d:root", 1);
	assert_int_equal(psd_owner_find(text, false, &owner), -EINVAL);
	assert_int_equal(psd_owner_find("a:b:c", false, &owner), -ENOENT);
}

/* A line of /etc/group has all members of its group. */
static void
a_group_is_found_behind_one_with_very_many_members(void **state)
{
	char text[100000];
	size_t len = (size_t)snprintf(text, sizeof(text), "many:x:1:");
	_cleanup_free_ char *path = NULL;
	uint64_t owner = 0;
	char *dir;

	(void)state;
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0)
		skip();
	memset(text + len, 'm', sizeof(text) - len);
	(void)snprintf(text + sizeof(text) - 32, 32, "\nbehind:x:4711:\n");
	dir = test_dir_make();
	assert_non_null(dir);
	assert_int_equal(test_dir_write(dir, "group", text), 0);
	assert_true(asprintf(&path, "%s/group", dir) > 0);
	assert_int_equal(mount(path, "/etc/group", "none", MS_BIND, NULL), 0);
	assert_int_equal(psd_owner_find(":behind", false, &owner), 0);
	assert_true(owner == PSD_OWNER(PSD_OWNER_KEEP, 4711));
	assert_int_equal(umount2("/etc/group", MNT_DETACH), 0);
	test_dir_remove(dir);
}

/* Grants that a helper has no way to use. */
static void
without_the_group_a_line_is_said_to_allow_nothing(void **state)
{
	struct test_policy policy;

	(void)state;
	test_policy_lines(&policy, "AllowChangeMode=0640 /tmp/**");
	assert_non_null(
	    strstr(policy.diag.text, "add SystemCallFilter=@send-descriptors"));
	test_policy_free(&policy);
	test_policy_lines(&policy, "DenyChangeMode=0640 /tmp/**");
	assert_null(policy.diag.text);
	test_policy_free(&policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_with_no_mode_or_owner_is_an_error),
		cmocka_unit_test(each_mode_is_granted_as_it_is),
		cmocka_unit_test(each_owner_is_granted_as_it_is),
		cmocka_unit_test(
		    a_refusal_suggests_the_line_that_would_allow_it),
		cmocka_unit_test(owners_are_found_by_name_and_number),
		cmocka_unit_test(
		    a_group_is_found_behind_one_with_very_many_members),
		cmocka_unit_test(
		    without_the_group_a_line_is_said_to_allow_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
