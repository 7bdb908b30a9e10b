/* SPDX-License-Identifier: ISC */
/* What the daemon keeps is what its policies call for. */
#include "daemon/caps.h"
#include "daemon/spawn.h"
#include "policy/load.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"
#include "tests/support/expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cmocka.h>

static char *dir;

/* A policy with these lines below ExecStart=; NULL when it does not load. */
static struct psd_policy *
load(const char *lines)
{
	struct psd_diag diag;
	struct psd_policy *policy = NULL;
	char text[1024], path[256];

	psd_diag_init(&diag);
	(void)snprintf(text, sizeof(text), "[Helper]\nExecStart=/bin/true\n%s",
	    lines);
	(void)snprintf(path, sizeof(path), "%s/t.policy", dir);
	if (test_dir_write(dir, "t.policy", text) == 0)
		policy = psd_policy_load_file(path, PSD_LOAD_TRUST, &diag);
	if (diag.text != NULL)
		(void)printf("# %s", diag.text);
	psd_diag_free(&diag);
	return policy;
}

static bool
has(cap_value_t cap, cap_flag_t flag)
{
	cap_t caps = cap_get_proc();
	cap_flag_value_t is_set = CAP_CLEAR;

	(void)cap_get_flag(caps, cap, flag, &is_set);
	(void)cap_free(caps);
	return is_set == CAP_SET;
}

/* Keeps what policy needs and a few words more. */
static int
keep(const struct psd_policy *policy, const char *kept)
{
	struct psd_word word = { .text = kept };
	const struct psd_words words = { .at = &word,
		.n = kept == NULL ? 0 : 1 };
	struct psd_diag diag;
	int r;

	psd_diag_init(&diag);
	r = psd_caps_keep(&policy, policy == NULL ? 0 : 1, &words, &diag);
	psd_diag_free(&diag);
	return r;
}

static int
without_policies(void *argument)
{
	char text[512];

	(void)argument;
	TEST_EXPECT(keep(NULL, NULL) == 0);
	TEST_EXPECT(has(CAP_SETUID, CAP_EFFECTIVE));
	TEST_EXPECT(has(CAP_SYS_ADMIN, CAP_PERMITTED));
	TEST_EXPECT(!has(CAP_DAC_OVERRIDE, CAP_PERMITTED));
	TEST_EXPECT(!has(CAP_DAC_READ_SEARCH, CAP_PERMITTED));
	TEST_EXPECT(!has(CAP_NET_BIND_SERVICE, CAP_PERMITTED));
	TEST_EXPECT(!has(CAP_NET_RAW, CAP_PERMITTED));
	TEST_EXPECT(!has(CAP_SYS_MODULE, CAP_PERMITTED));
	psd_caps_text(text, sizeof(text));
	TEST_EXPECT(
	    strcmp(text, "kill setgid setuid setpcap sys_chroot sys_admin") ==
	    0);
	/* After the bounding set is empty, only the kept ones are left. */
	TEST_EXPECT(psd_spawn_prepare_process() == 0);
	TEST_EXPECT(has(CAP_SETUID, CAP_INHERITABLE));
	TEST_EXPECT(!has(CAP_NET_RAW, CAP_INHERITABLE));
	for (long cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		TEST_EXPECT(prctl(PR_CAPBSET_READ, cap) == 0);
	return 0;
}

static int
with_grants(void *argument)
{
	struct psd_policy *policy =
	    load("ListenStream=127.0.0.1:80\n[Policy]\n"
		 "SystemCallFilter=@helper\nAllowAccept=yes\n"
		 "AllowOpen=read /etc/**\n");

	(void)argument;
	TEST_EXPECT(policy != NULL);
	TEST_EXPECT(keep(policy, NULL) == 0);
	TEST_EXPECT(has(CAP_NET_BIND_SERVICE, CAP_EFFECTIVE));
	TEST_EXPECT(has(CAP_DAC_READ_SEARCH, CAP_EFFECTIVE));
	/* For writing alone. */
	TEST_EXPECT(!has(CAP_DAC_OVERRIDE, CAP_PERMITTED));
	TEST_EXPECT(!has(CAP_CHOWN, CAP_PERMITTED));
	psd_policy_free(policy);
	return 0;
}

/* Reading settings takes nothing, writing them does. */
static int
with_settings(void *argument)
{
	struct psd_policy *reading = load("[Policy]\nAllowReadSysctl=net.**\n");
	struct psd_policy *writing =
	    load("[Policy]\nAllowReadSysctl=net.**\n"
		 "AllowWriteSysctl=net.ipv4.ip_forward\n");

	(void)argument;
	TEST_EXPECT(reading != NULL && writing != NULL);
	TEST_EXPECT(keep(writing, NULL) == 0);
	TEST_EXPECT(has(CAP_NET_ADMIN, CAP_EFFECTIVE));
	TEST_EXPECT(keep(reading, NULL) == 0);
	TEST_EXPECT(!has(CAP_NET_ADMIN, CAP_EFFECTIVE));
	psd_policy_free(reading);
	psd_policy_free(writing);
	return 0;
}

static int
with_clocks(void *argument)
{
	struct psd_policy *policy =
	    load("[Policy]\nAllowAdjustClock=yes max=1s\n");

	(void)argument;
	TEST_EXPECT(policy != NULL);
	TEST_EXPECT(keep(policy, NULL) == 0);
	TEST_EXPECT(has(CAP_SYS_TIME, CAP_EFFECTIVE));
	TEST_EXPECT(!has(CAP_NET_ADMIN, CAP_PERMITTED));
	psd_policy_free(policy);
	return 0;
}

static int
with_writing(void *argument)
{
	struct psd_policy *policy =
	    load("ListenStream=127.0.0.1:8080\n[Policy]\n"
		 "SystemCallFilter=@helper\nAllowAccept=yes\n"
		 "AllowOpen=write,create /var/tmp/**\n"
		 "DenyStat=/etc/**\n");

	(void)argument;
	TEST_EXPECT(policy != NULL);
	TEST_EXPECT(keep(policy, "CAP_NET_RAW") == 0);
	TEST_EXPECT(has(CAP_DAC_OVERRIDE, CAP_EFFECTIVE));
	TEST_EXPECT(has(CAP_CHOWN, CAP_EFFECTIVE));
	TEST_EXPECT(has(CAP_NET_RAW, CAP_EFFECTIVE));
	TEST_EXPECT(!has(CAP_NET_BIND_SERVICE, CAP_PERMITTED));
	psd_policy_free(policy);
	return 0;
}

static int
with_ports(void *argument)
{
	struct psd_policy *high = load("[Policy]\nSystemCallFilter=@helper\n"
				       "AllowListen=tcp *:0,8080,1024-65535\n"
				       "DenyListen=tcp *:80\n");
	struct psd_policy *low = load("[Policy]\nSystemCallFilter=@helper\n"
				      "AllowListen=tcp *:8080,443\n");
	struct psd_policy *bind = load("[Policy]\nSystemCallFilter=@helper\n"
				       "AllowBind=udp *:1-1023\n");

	(void)argument;
	TEST_EXPECT(high != NULL && low != NULL && bind != NULL);
	TEST_EXPECT(keep(bind, NULL) == 0);
	TEST_EXPECT(has(CAP_NET_BIND_SERVICE, CAP_EFFECTIVE));
	TEST_EXPECT(keep(low, NULL) == 0);
	TEST_EXPECT(has(CAP_NET_BIND_SERVICE, CAP_EFFECTIVE));
	TEST_EXPECT(keep(high, NULL) == 0);
	TEST_EXPECT(!has(CAP_NET_BIND_SERVICE, CAP_EFFECTIVE));
	psd_policy_free(high);
	psd_policy_free(low);
	psd_policy_free(bind);
	return 0;
}

static int
later_policy(void *argument)
{
	struct psd_policy *first = load("[Policy]\nSystemCallFilter=@helper\n");
	struct psd_policy *second;
	struct psd_diag diag;

	(void)argument;
	TEST_EXPECT(first != NULL);
	TEST_EXPECT(keep(first, NULL) == 0);
	second = load("[Policy]\nSystemCallFilter=@helper\n"
		      "AllowOpen=read /etc/**\nAllowStat=/etc/**\n");
	TEST_EXPECT(second != NULL);
	psd_diag_init(&diag);
	TEST_EXPECT(psd_caps_missing((const struct psd_policy *const *)&first,
			1, &diag) == 0);
	TEST_EXPECT(diag.text == NULL);
	TEST_EXPECT(psd_caps_missing((const struct psd_policy *const *)&second,
			1, &diag) < 0);
	TEST_EXPECT(diag.errors == 1);
	TEST_EXPECT(
	    strstr(diag.text,
		"t.policy:5: needs a restart: CAP_DAC_READ_SEARCH") != NULL);
	psd_diag_free(&diag);
	psd_policy_free(first);
	psd_policy_free(second);
	return 0;
}

static int
unknown_name(void *argument)
{
	struct psd_word word = { .text = "CAP_NONSENSE",
		.where = { "privsepd.conf", 3 } };
	const struct psd_words words = { .at = &word, .n = 1 };
	struct psd_diag diag;

	(void)argument;
	psd_diag_init(&diag);
	TEST_EXPECT(psd_caps_keep(NULL, 0, &words, &diag) < 0);
	TEST_EXPECT(strstr(diag.text,
			"privsepd.conf:3: there is no capability "
			"CAP_NONSENSE, see") != NULL);
	psd_diag_free(&diag);
	return 0;
}

static void
expect_zero(int (*body)(void *))
{
	assert_int_equal(test_child_exit_status(test_child_start(body, NULL)),
	    0);
}

static void
without_policies_only_what_confining_takes_is_kept(void **state)
{
	(void)state;
	expect_zero(without_policies);
}

static void
grants_keep_what_their_operations_need(void **state)
{
	(void)state;
	expect_zero(with_grants);
	expect_zero(with_writing);
	expect_zero(with_ports);
	expect_zero(with_settings);
	expect_zero(with_clocks);
}

static void
policy_that_needs_what_is_gone_needs_a_restart(void **state)
{
	(void)state;
	expect_zero(later_policy);
}

static void
unknown_capability_is_an_error(void **state)
{
	(void)state;
	expect_zero(unknown_name);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    without_policies_only_what_confining_takes_is_kept),
		cmocka_unit_test(grants_keep_what_their_operations_need),
		cmocka_unit_test(
		    policy_that_needs_what_is_gone_needs_a_restart),
		cmocka_unit_test(unknown_capability_is_an_error),
	};
	int failed;

	if (!has(CAP_DAC_READ_SEARCH, CAP_PERMITTED) ||
	    !has(CAP_SYS_ADMIN, CAP_PERMITTED)) {
		puts("1..0 # SKIP no capabilities to drop");
		return 77;
	}
	dir = test_dir_make();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	test_dir_remove(dir);
	return failed;
}
