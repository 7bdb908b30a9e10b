/* SPDX-License-Identifier: ISC */
/* Started by an ordinary user: weaker, never silently so. */
#include "common/fd.h"
#include "daemon/host.h"
#include "daemon/rootless.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/plan_rig.h"
#include "tests/support/valgrind.h"
#include "tests/unit/rootless_fixture.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

/* What a rootless daemon does before it starts helpers. */
static int
begin(bool *ret_entered)
{
	const struct psd_host_settings settings = {
		.uid_first = PSD_UID_FIRST,
		.n_uids = PSD_UIDS,
	};
	struct psd_diag diag;
	char why[256] = "";
	int r;

	TEST_EXPECT(become_nobody() == 0);
	r = psd_rootless_enter(ret_entered, why, sizeof(why));
	TEST_EXPECT((r == 0) == *ret_entered);
	TEST_EXPECT(r == 0 || why[0] != '\0');
	psd_diag_init(&diag);
	TEST_EXPECT(psd_host_init(&plan_rig_host, &settings, &diag) == 0);
	psd_diag_free(&diag);
	return 0;
}

static int
answers(struct spawn_rig *rig)
{
	char text[16] = "";

	TEST_EXPECT(send(rig->pair, "ping", 4, MSG_NOSIGNAL) == 4);
	TEST_EXPECT(recv(rig->pair, text, sizeof(text), 0) == 4);
	return 0;
}

static int
start_in_a_user_namespace(void *argument)
{
	static const char *const sets[] = { "CapInh", "CapPrm", "CapEff",
		"CapBnd", "CapAmb" };
	struct plan_rig rig;
	bool entered;
	char text[512];

	(void)argument;
	TEST_EXPECT(begin(&entered) == 0);
	if (!entered)
		return NO_NAMESPACE;
	TEST_EXPECT(geteuid() == 0);
	TEST_EXPECT(psd_spawn_prepare_process() == 0);
	TEST_EXPECT(plan_rig_host.is_rootless && !plan_rig_host.set_ids);
	TEST_EXPECT((plan_rig_host.layers & PSD_LAYER_UID) == 0);
	psd_layers_print_missing(&plan_rig_host, text, sizeof(text));
	TEST_EXPECT(strstr(text, "uid: started by an ordinary user") != NULL);
	if ((plan_rig_host.layers & PSD_LAYER_NAMESPACES) == 0)
		return NO_NAMESPACE;
	if (plan_rig_load(&rig, "tiny_pong", "",
		"AllowOpen=@runtime\nSystemCallFilter=@helper") < 0) {
		(void)dprintf(STDOUT_FILENO, "# %s", rig.diag.text);
		return TEST_NOT_AS_EXPECTED;
	}
	TEST_EXPECT(psd_prepared_layers(rig.prepared) == plan_rig_host.layers);
	if (plan_rig_start(&rig, false) < 0) {
		(void)dprintf(STDOUT_FILENO, "# %s: %s\n",
		    psd_step_name(rig.spawn.failure.step),
		    strerror(rig.spawn.failure.error));
		return TEST_NOT_AS_EXPECTED;
	}
	TEST_EXPECT(answers(&rig.spawn) == 0);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		spawn_rig_status(&rig.spawn, sets[i], text, sizeof(text));
		TEST_EXPECT(strcmp(text, "0000000000000000") == 0);
	}
	spawn_rig_status(&rig.spawn, "NoNewPrivs", text, sizeof(text));
	TEST_EXPECT(strcmp(text, "1") == 0);
	spawn_rig_status(&rig.spawn, "Seccomp", text, sizeof(text));
	TEST_EXPECT(strcmp(text, "2") == 0);
	plan_rig_free(&rig);
	psd_host_free(&plan_rig_host);
	return 0;
}

/* Without user namespaces the other layers stand. */
static int
start_without_a_user_namespace(void *argument)
{
	struct plan_rig rig;
	bool entered;
	char text[512];

	(void)argument;
	TEST_EXPECT(
	    test_deny_argument(SYS_unshare, 0, CLONE_NEWUSER, EPERM) == 0);
	TEST_EXPECT(begin(&entered) == 0);
	TEST_EXPECT(!entered);
	TEST_EXPECT(plan_rig_host.is_unprivileged);
	TEST_EXPECT(psd_spawn_prepare_process() == -EPERM);
	TEST_EXPECT((plan_rig_host.layers &
			(PSD_LAYER_UID | PSD_LAYER_NAMESPACES)) == 0);
	psd_layers_print_missing(&plan_rig_host, text, sizeof(text));
	TEST_EXPECT(strstr(text,
			"\nnamespaces: cannot make namespaces: "
			"Operation not permitted\n") != NULL);
	TEST_EXPECT(plan_rig_load(&rig, "tiny_pong", "",
			"SystemCallFilter=@helper") == 0);
	if (plan_rig_start(&rig, false) < 0) {
		(void)dprintf(STDOUT_FILENO, "# %s: %s\n",
		    psd_step_name(rig.spawn.failure.step),
		    strerror(rig.spawn.failure.error));
		return TEST_NOT_AS_EXPECTED;
	}
	TEST_EXPECT(answers(&rig.spawn) == 0);
	spawn_rig_status(&rig.spawn, "CapPrm", text, sizeof(text));
	TEST_EXPECT(strcmp(text, "0000000000000000") == 0);
	spawn_rig_status(&rig.spawn, "Seccomp", text, sizeof(text));
	TEST_EXPECT(strcmp(text, "2") == 0);
	spawn_rig_stop(&rig.spawn);
	/* What is missing and asked for is refused. */
	plan_rig_free(&rig);
	TEST_EXPECT(plan_rig_load(&rig, "tiny_pong", "\nRequire=uid namespaces",
			"SystemCallFilter=@helper") < 0);
	TEST_EXPECT(strstr(rig.diag.text, "uid namespaces") != NULL);
	plan_rig_free(&rig);
	psd_host_free(&plan_rig_host);
	return 0;
}

static void
user_gets_every_layer_but_the_uid(void **state)
{
	const int status = test_child_exit_status(
	    test_child_start(start_in_a_user_namespace, NULL));

	(void)state;
	if (status == NO_NAMESPACE) {
		print_message("SKIP: users may not make namespaces here\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static void
user_without_namespaces_is_told_so(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(start_without_a_user_namespace,
				 NULL)),
	    0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(user_gets_every_layer_but_the_uid),
		cmocka_unit_test(user_without_namespaces_is_told_so),
	};

	if (geteuid() != 0) {
		puts("1..0 # SKIP not root: the user nobody is needed");
		return 77;
	}
	if (test_under_valgrind()) {
		puts("1..0 # SKIP valgrind knows no child in our memory");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
