/* SPDX-License-Identifier: ISC */
/* Helpers that call other services' helpers. */
#include "tests/support/child.h"
#include "tests/support/partner_rig.h"
#include "tests/system/rig_fixture.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HOLDS = 6, TEXT = 512 };

static const char plain[] = "SystemCallFilter=@helper @loader";

static int
prepare_files(void **state)
{
	(void)prepare(state);
	daemon_rig_write(&rig, "files/key", "a secret of sixteen\n");
	daemon_rig_write(&rig, "files/shown", "shown\n");
	return 0;
}

/* A service whose helper calls others as its clients say. */
static void
write_caller(const char *policy_lines)
{
	char policy[TEXT * 4];
	const char *dir = getenv("PSD_HELPERS");

	if (dir == NULL)
		dir = getenv("B");
	(void)snprintf(policy, sizeof(policy),
	    "[Helper]\n"
	    "ExecStart=%s/tests/helpers/caller\n"
	    "ListenStream=%%s/run/caller.sock\n"
	    "Instances=1..4\n"
	    "[Policy]\n"
	    "SystemCallFilter=@helper @loader @send-descriptors\n"
	    "AllowOpen=@runtime\n"
	    "AllowOpen=read %%s/files/shown\n"
	    "AllowAccept=yes\n"
	    "%s\n",
	    dir, policy_lines);
	daemon_rig_write(&rig, "policies/caller.policy", policy);
}

static void
write_signer(const char *helper_lines)
{
	partner_policy(&rig, "signer", "%s/files/key", helper_lines,
	    "SystemCallFilter=@helper @loader\n"
	    "AllowOpen=read %s/files/key once");
}

static void
expect(int client, const char *line, int status)
{
	const char *answer = daemon_rig_say(client, "%s", line);

	if (strtol(answer, NULL, 10) != status)
		fail_msg("%s: %s, not %d", line, answer, status);
}

static void
a_key_stays_in_a_process_that_other_helpers_call(void **state)
{
	char first[TEXT];
	int client;

	(void)state;
	write_signer("Provides=sign\nInstances=2..8");
	write_caller("AllowCall=sign");
	daemon_rig_start(&rig);
	client = daemon_rig_connect(&rig, "caller");
	(void)snprintf(first, sizeof(first), "%s",
	    daemon_rig_say(client, "call sign sign pay 10"));
	assert_int_equal(strlen(first), 2 + 16);
	assert_string_equal(daemon_rig_say(client, "call sign sign pay 10"),
	    first);
	assert_string_not_equal(daemon_rig_say(client, "call sign sign pay 99"),
	    first);
	/* The name is a grant's; the service's own is none. */
	expect(client, "call signer sign pay 10", -EPERM);
	expect(client, "call other sign pay 10", -EPERM);
	/* And the service has no door. */
	assert_int_equal(door_connect(&rig, "signer"), -ENOENT);
	(void)close(client);
}

static void
descriptors_pass_between_helpers_where_both_policies_say_so(void **state)
{
	char line[TEXT];
	int client;

	(void)state;
	partner_policy(&rig, "reader", "",
	    "Provides=read\nInstances=2..8\nAcceptFileDescriptors=yes",
	    "SystemCallFilter=@helper @loader @send-descriptors\n"
	    "AllowOpen=read %s/files/**");
	write_caller("AllowCall=read");
	daemon_rig_start(&rig);
	client = daemon_rig_connect(&rig, "caller");
	(void)snprintf(line, sizeof(line), "pass read %s/files/shown read",
	    rig.dir);
	assert_string_equal(daemon_rig_say(client, "%s", line), "0 shown");
	(void)snprintf(line, sizeof(line), "call read give %s/files/key",
	    rig.dir);
	assert_string_equal(daemon_rig_say(client, "%s", line),
	    "0 20 bytes in it");
	(void)close(client);
}

static void
a_provider_that_dies_or_is_stopped_is_told(void **state)
{
	const char *text;
	int client;

	(void)state;
	partner_policy(&rig, "svc", "", "Provides=work\nInstances=1..4", plain);
	write_caller("AllowCall=work,gone");
	daemon_rig_start(&rig);
	client = daemon_rig_connect(&rig, "caller");
	expect(client, "call work die", -EPIPE);
	expect(client, "call work echo again", 0);
	expect(client, "call gone echo", -ENOENT);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "stop", "svc", NULL), 0);
	expect(client, "call work echo", -ESHUTDOWN);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	expect(client, "call work echo", 0);
	(void)close(client);
}

static void
a_reload_goes_on_with_the_new_provider(void **state)
{
	const char *text;
	int client;

	(void)state;
	partner_policy(&rig, "old", "", "Provides=work", plain);
	write_caller("AllowCall=work");
	daemon_rig_start(&rig);
	client = daemon_rig_connect(&rig, "caller");
	expect(client, "call work echo", 0);
	/* The name moves to another service, in one reload. */
	partner_policy(&rig, "old", "", "Clients=user:0", plain);
	partner_policy(&rig, "new", "", "Provides=work", plain);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	expect(client, "call work echo", 0);
	/* Two of one name are refused, and nothing changes. */
	partner_policy(&rig, "old", "", "Provides=work", plain);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 1);
	assert_non_null(strstr(text, "Provides=work is new.policy's already"));
	expect(client, "call work echo", 0);
	(void)close(client);
}

static void
two_services_that_provide_one_name_do_not_start(void **state)
{
	(void)state;
	partner_policy(&rig, "one", "", "Provides=work", plain);
	partner_policy(&rig, "two", "", "Provides=other work", plain);
	assert_int_equal(daemon_rig_start_fails(&rig), 78);
	assert_true(daemon_rig_has_logged(&rig,
	    "Provides=work is one.policy's already"));
}

/* One taken-over caller holds what it may, and another is served. */
static void
a_caller_that_holds_all_it_may_keeps_no_other_out(void **state)
{
	int greedy, other;

	(void)state;
	partner_policy(&rig, "svc", "",
	    "Provides=work\nInstances=1..4\nMaxConnectionsPerUser=2", plain);
	write_caller("AllowCall=work");
	daemon_rig_start(&rig);
	greedy = daemon_rig_connect(&rig, "caller");
	expect(greedy, "hold work", 0);
	expect(greedy, "hold work", 0);
	for (int i = 0; i < HOLDS; i++)
		expect(greedy, "hold work", -EUSERS);
	assert_true(daemon_rig_has_logged(&rig, "svc: refused client: uid "));
	/* The one that serves greedy is busy, so another helper answers. */
	other = daemon_rig_connect(&rig, "caller");
	expect(other, "call work echo", 0);
	(void)close(greedy);
	(void)close(other);
}

static void
status_and_explain_know_who_provides_and_who_may_call(void **state)
{
	const char *text;

	(void)state;
	partner_policy(&rig, "svc", "",
	    "Provides=work more\nClients=user:0 group:7", plain);
	write_caller("AllowCall=work,m*");
	daemon_rig_start(&rig);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", "svc", NULL), 0);
	assert_non_null(strstr(text, "  clients       user:0 group:7\n"));
	assert_non_null(strstr(text, "  provides      work more\n"));
	assert_non_null(strstr(text, "  connections   0, 0 admitted, "));
	assert_int_equal(daemon_rig_ctl(&rig, &text, "explain", "caller",
			     "call", "more", NULL),
	    0);
	assert_non_null(strstr(text, "AllowCall=work,m*"));
	assert_int_equal(daemon_rig_ctl(&rig, &text, "explain", "caller",
			     "call", "other", NULL),
	    3);
	assert_non_null(strstr(text, "AllowCall=other"));
}

#define WITH_RIG(test) \
	cmocka_unit_test_setup_teardown((test), prepare_files, clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RIG(a_key_stays_in_a_process_that_other_helpers_call),
		WITH_RIG(
		    descriptors_pass_between_helpers_where_both_policies_say_so),
		WITH_RIG(a_provider_that_dies_or_is_stopped_is_told),
		WITH_RIG(a_reload_goes_on_with_the_new_provider),
		WITH_RIG(two_services_that_provide_one_name_do_not_start),
		WITH_RIG(a_caller_that_holds_all_it_may_keeps_no_other_out),
		WITH_RIG(status_and_explain_know_who_provides_and_who_may_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
