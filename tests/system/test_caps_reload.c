/* SPDX-License-Identifier: ISC */
/* What the daemon may do follows the policies, within what it kept. */
#include "tests/support/child.h"
#include "tests/support/status.h"
#include "tests/system/rig_fixture.h"

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

static const char grant[] = "AllowOpen=read %s/files/**\n";

static int
start(void **state)
{
	(void)prepare(state);
	daemon_rig_write(&rig, "files/word", "word\n");
	daemon_rig_puppet(&rig, "one", "", grant);
	daemon_rig_start(&rig);
	return 0;
}

/* Has the daemon CAP_DAC_READ_SEARCH in that set, "CapEff" or "CapPrm"? */
static bool
has(const char *set)
{
	const char *bits = test_status(rig.pid, set);

	assert_string_not_equal(bits, "");
	return (strtoull(bits, NULL, 16) >> CAP_DAC_READ_SEARCH & 1) != 0;
}

/* Reloads with these lines of one.policy. */
static void
reload(const char *lines, int status)
{
	const char *text;

	daemon_rig_puppet(&rig, "one", "", lines);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), status);
	assert_true(has("CapPrm"));
}

static bool
loses_it(void)
{
	for (int ms = 0; ms < TEST_DEADLINE && has("CapEff"); ms += 20)
		(void)poll(NULL, 0, 20);
	return !has("CapEff");
}

static void
expect_word(int fd)
{
	assert_string_equal(daemon_rig_say(fd, "read %s/files/word", rig.dir),
	    "ok word");
}

/* Until the new helper is ready, the old one serves. */
static void
expect_word_in_time(void)
{
	bool is_read = false;

	for (int ms = 0; ms < TEST_DEADLINE && !is_read; ms += 20) {
		const int fd = daemon_rig_connect(&rig, "one");

		is_read =
		    strcmp(daemon_rig_say(fd, "read %s/files/word", rig.dir),
			"ok word") == 0;
		(void)close(fd);
		(void)poll(NULL, 0, 20);
	}
	assert_true(is_read);
}

static void
a_reload_gives_up_what_nobody_needs_and_takes_it_back(void **state)
{
	(void)state;
	assert_true(has("CapEff"));
	reload("", 0);
	assert_true(loses_it());
	reload("Colour=blue\n", 1);
	assert_false(has("CapEff"));
	reload(grant, 0);
	assert_true(has("CapEff"));
	expect_word_in_time();
}

static void
a_helper_of_an_older_policy_has_what_it_needs_to_its_end(void **state)
{
	int fd = daemon_rig_connect(&rig, "one");

	(void)state;
	expect_word(fd);
	reload("", 0);
	assert_true(has("CapEff"));
	expect_word(fd);
	(void)close(fd);
	assert_true(loses_it());
	assert_true(has("CapPrm"));
}

static void
a_dry_run_leaves_it_as_it_was(void **state)
{
	const char *text;

	(void)state;
	reload("", 0);
	assert_true(loses_it());
	daemon_rig_puppet(&rig, "one", "", grant);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", "--dry-run",
			     NULL),
	    0);
	assert_false(has("CapEff"));
}

static void
a_service_that_is_removed_takes_its_need_along(void **state)
{
	char path[256];
	const char *text;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/policies/one.policy", rig.dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	assert_true(loses_it());
	assert_true(has("CapPrm"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, clean)
		TEST(a_reload_gives_up_what_nobody_needs_and_takes_it_back),
		TEST(a_helper_of_an_older_policy_has_what_it_needs_to_its_end),
		TEST(a_dry_run_leaves_it_as_it_was),
		TEST(a_service_that_is_removed_takes_its_need_along),
#undef TEST
	};

	if (geteuid() != 0) {
		puts("1..0 # SKIP who has no capabilities has none to give up");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
