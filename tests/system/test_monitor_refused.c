/* SPDX-License-Identifier: ISC */
/* What is in the way of a private monitor leaves the server as it was. */
#include "common/mem.h"
#include "common/steps.h"
#include "tests/support/child.h"
#include "tests/system/monitor_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sys/stat.h>

enum { NOBODY = 65534 };

/* The server gets this error, and goes on as before. */
static void
expect(int error)
{
	assert_int_equal(atoi(rig.answer), -error);
	assert_true(server_rig_is_untouched(&rig));
	assert_true(server_rig_monitor_ends(&rig));
	assert_int_equal(atoi(daemon_rig_say(rig.fd, "pid")), rig.pid);
}

static void
with_several_threads_it_is_refused(void **state)
{
	const struct server_oddity oddity = { .argument = "thread" };

	(void)state;
	server_rig_policy(&rig, "", "");
	server_rig_start(&rig, &oddity);
	expect(EBUSY);
}

static void
leave_open(void)
{
	if (open("/etc/shadow", O_RDONLY) < 0 && open("/", O_PATH) < 0)
		_exit(96);
}

static void
a_descriptor_that_is_not_named_is_refused_by_name(void **state)
{
	const struct server_oddity oddity = { .prepare = leave_open };

	(void)state;
	server_rig_policy(&rig, "KeepFDs=sockets events", "");
	server_rig_start(&rig, &oddity);
	expect(EPERM);
	assert_true(daemon_rig_logs(&rig.daemon,
	    "KeepFDs= does not name open descriptor 3 (/"));
}

static void
a_bad_policy_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text, *told;
	} cases[] = {
		{ "[Helper]\nType=monitor\nKeepFD=5\n", ":3: there is no key" },
		{ "[Helper]\nType=monitor\nExecStart=/bin/true\n",
		    ":3: ExecStart= means nothing" },
		{ "[Helper]\nType=monitor\nRequire=namespaces\n",
		    ":3: Require= asks for namespaces" },
		{ "[Helper]\nExecStart=/bin/true\n",
		    "Type=monitor is missing" },
		{ "[Helper]\nType=monitor\n[Policy]\nAllowOpen=read "
		  "/no/such/directory/x\n",
		    ":4: " },
		{ "[Helper]\nType=monitor\nListenStream=127.0.0.1:99999\n",
		    ":3: ListenStream= takes" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		daemon_rig_write(&rig.daemon, "policies/server.policy",
		    cases[i].text);
		server_rig_start(&rig, NULL);
		expect(EINVAL);
		assert_true(daemon_rig_logs(&rig.daemon, cases[i].told));
		server_rig_stop(&rig);
	}
}

static void
a_policy_that_is_not_there_is_refused(void **state)
{
	(void)state;
	server_rig_start(&rig, NULL);
	expect(EINVAL);
	assert_true(daemon_rig_logs(&rig.daemon, "server.policy: "));
}

static void
a_policy_that_others_can_write_is_refused(void **state)
{
	char path[PATH_MAX];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/policies/server.policy",
	    rig.daemon.dir);
	server_rig_policy(&rig, "", "");
	assert_int_equal(chmod(path, 0666), 0);
	server_rig_start(&rig, NULL);
	expect(EINVAL);
	server_rig_stop(&rig);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(chown(path, NOBODY, NOBODY), 0);
	server_rig_start(&rig, NULL);
	expect(EINVAL);
	server_rig_stop(&rig);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/etc/hostname", path), 0);
	server_rig_start(&rig, NULL);
	expect(EINVAL);
}

static void
without_privsepd_the_server_is_told(void **state)
{
	const struct server_oddity oddity = { .program = "no-such-privsepd" };

	(void)state;
	server_rig_policy(&rig, "", "");
	server_rig_start(&rig, &oddity);
	expect(ENOENT);
}

static void
a_plan_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *what;
		int error;
	} cases[] = {
		{ "silence", EPIPE },
		{ "bytes", EBADMSG },
		{ "nothing", EBADMSG },
		{ "file", EBADMSG },
		{ "unsealed", EBADMSG },
		{ "more", EBADMSG },
		{ "root", EBADMSG },
		{ "low", EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		const struct server_oddity oddity = {
			.program = "tests/helpers/fake_monitor",
			.policy = cases[i].what,
		};

		server_rig_start(&rig, &oddity);
		expect(cases[i].error);
		server_rig_stop(&rig);
	}
}

/* The plan is sound, and its last step but one cannot be done. */
static void
a_step_that_fails_is_the_end_of_the_server(void **state)
{
	const struct server_oddity oddity = {
		.program = "tests/helpers/fake_monitor",
		.policy = "filter",
	};

	(void)state;
	server_rig_start(&rig, &oddity);
	assert_string_equal(rig.answer, "");
	assert_int_equal(server_rig_wait(&rig), PSD_STEP_FILTER);
}

static void
become_nobody(void)
{
	if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) < 0)
		_exit(96);
}

static void
an_ordinary_users_server_is_confined_under_its_own_uid(void **state)
{
	const struct server_oddity oddity = { .prepare = become_nobody };

	(void)state;
	daemon_rig_write(&rig.daemon, "files/open", "granted\n");
	server_rig_policy(&rig, "", "AllowOpen=read %s/files/open");
	server_rig_start(&rig, &oddity);
	assert_true(daemon_rig_logs(&rig.daemon, "without: uid namespaces"));
	assert_string_equal(rig.answer, "0");
	assert_int_equal(atoi(server_rig_status(&rig, "Uid")), NOBODY);
	assert_string_equal(server_rig_status(&rig, "Seccomp"), "2");
	assert_string_equal(daemon_rig_say(rig.fd, "read %s/files/open",
				rig.daemon.dir),
	    "ok granted");
}

static void
what_an_ordinary_user_cannot_give_can_be_required(void **state)
{
	const struct server_oddity oddity = { .prepare = become_nobody };

	(void)state;
	server_rig_policy(&rig, "Require=uid", "");
	server_rig_start(&rig, &oddity);
	assert_int_equal(atoi(rig.answer), -EINVAL);
	assert_true(daemon_rig_logs(&rig.daemon,
	    "Require= asks for what cannot be had here: uid"));
	assert_true(server_rig_gains_as_we(&rig));
}

static void
a_daemon_passes_over_policies_of_monitors(void **state)
{
	const char *text;

	(void)state;
	server_rig_policy(&rig, "", "");
	daemon_rig_puppet(&rig.daemon, "one", "", "");
	daemon_rig_start(&rig.daemon);
	assert_int_equal(daemon_rig_ctl(&rig.daemon, &text, "status", NULL), 0);
	assert_non_null(strstr(text, "one"));
	assert_null(strstr(text, "server"));
}

static int
start_by_hand(void *policy)
{
	char program[PATH_MAX];

	(void)snprintf(program, sizeof(program), "%s/privsepd", getenv("B"));
	(void)close_range(STDERR_FILENO + 1, ~0U, 0);
	(void)execl(program, program, "--monitor", "--policy", policy,
	    (char *)NULL);
	return 98;
}

static void
nobody_else_starts_a_monitor(void **state)
{
	char policy[PATH_MAX];

	(void)state;
	server_rig_policy(&rig, "", "");
	(void)snprintf(policy, sizeof(policy), "%s/policies/server.policy",
	    rig.daemon.dir);
	assert_int_equal(test_child_exit_status(
			     test_child_start(start_by_hand, policy)),
	    2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clean)
		TEST(with_several_threads_it_is_refused),
		TEST(a_descriptor_that_is_not_named_is_refused_by_name),
		TEST(a_bad_policy_is_told_with_its_line),
		TEST(a_policy_that_is_not_there_is_refused),
		TEST(a_policy_that_others_can_write_is_refused),
		TEST(without_privsepd_the_server_is_told),
		TEST(a_plan_that_is_none_is_refused),
		TEST(a_step_that_fails_is_the_end_of_the_server),
		TEST(an_ordinary_users_server_is_confined_under_its_own_uid),
		TEST(what_an_ordinary_user_cannot_give_can_be_required),
		TEST(a_daemon_passes_over_policies_of_monitors),
		TEST(nobody_else_starts_a_monitor),
#undef TEST
	};

	if (geteuid() != 0) {
		print_message("SKIP: needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
