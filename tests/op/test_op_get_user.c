/* SPDX-License-Identifier: ISC */
/* The resolver is the test itself; tests/system/test_names_users.c has one. */
#include "common/list.h"
#include "common/lookup.h"
#include "common/mem.h"
#include "tests/support/lookup_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LINES "AllowGetUser=alice,1000,b*,root\nDenyGetUser=bob,0"

static const char granted[] = "alice";
static const char *const refused[] = { "carol", "bob", "0", "1001", "alice,bob",
	"", "../alice", "*" };

static struct psd_get_user_req
request(const char *user)
{
	return (struct psd_get_user_req){ .user = psd_str_of(user) };
}

static struct psd_lookup_user_rep
entry(const char *name, uint32_t uid)
{
	return (struct psd_lookup_user_rep){
		.name = psd_str_of(name),
		.uid = uid,
		.gid = 100,
		.comment = psd_str_of("Some One"),
		.home = psd_str_of("/home/some"),
		.shell = psd_str_of("/bin/sh"),
	};
}

/* Has the question answered so, and returns the status and the reply. */
static int
ask(struct lookup_rig *rig, const char *what, struct psd_lookup_user_rep *found,
    struct psd_get_user_rep *ret)
{
	struct psd_get_user_req req = request(what);
	struct psd_lookup_user_req asked;
	const uint32_t id = op_rig_send(&rig->op, PSD_OP_get_user, &req);
	const uint32_t question =
	    lookup_rig_hear(rig, 0, PSD_OP_lookup_user, &asked);

	assert_string_equal(asked.user.at, what);
	lookup_rig_reply(rig, 0, PSD_OP_lookup_user, question, 0, found);
	return op_rig_take(&rig->op, PSD_OP_get_user, id, ret);
}

static void
a_granted_user_is_told_by_name_and_id(void **state)
{
	struct psd_lookup_user_rep found = entry("alice", 1000);
	struct psd_get_user_rep rep;
	struct lookup_rig rig;

	(void)state;
	lookup_rig_start(&rig, LINES);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ask(&rig, i == 0 ? "alice" : "1000", &found,
				     &rep),
		    0);
		assert_int_equal(rep.fields, PSD_SHOWS_USER);
		assert_string_equal(rep.name.at, "alice");
		assert_int_equal(rep.uid, 1000);
		assert_int_equal(rep.gid, 100);
		assert_string_equal(rep.comment.at, "Some One");
		assert_string_equal(rep.home.at, "/home/some");
		assert_string_equal(rep.shell.at, "/bin/sh");
	}
	lookup_rig_stop(&rig);
}

static void
an_entry_that_a_deny_line_names_otherwise_is_not_there(void **state)
{
	struct psd_lookup_user_rep root = entry("root", 0);
	struct psd_lookup_user_rep bob = entry("bob", 1000);
	struct psd_get_user_rep rep;
	struct lookup_rig rig;

	(void)state;
	lookup_rig_start(&rig, LINES);
	assert_int_equal(ask(&rig, "root", &root, &rep), -ENOENT);
	assert_int_equal(ask(&rig, "1000", &bob, &rep), -ENOENT);
	lookup_rig_stop(&rig);
}

static void
only_the_fields_that_a_line_shows_are_told(void **state)
{
	struct psd_lookup_user_rep found = entry("alice", 1000);
	struct psd_get_user_rep rep;
	struct lookup_rig rig;

	(void)state;
	lookup_rig_start(&rig,
	    "AllowGetUser=* fields=home\n"
	    "AllowGetUser=alice fields=uid,home");
	/* Of two lines the one that shows more. */
	assert_int_equal(ask(&rig, "alice", &found, &rep), 0);
	assert_int_equal(rep.fields, PSD_SHOWS_UID | PSD_SHOWS_HOME);
	assert_int_equal(rep.uid, 1000);
	assert_string_equal(rep.home.at, "/home/some");
	assert_int_equal(rep.name.len, 0);
	assert_int_equal(rep.gid, (uint32_t)PSD_NO_ID);
	assert_int_equal(rep.comment.len, 0);
	assert_int_equal(rep.shell.len, 0);
	assert_int_equal(ask(&rig, "1000", &found, &rep), 0);
	assert_int_equal(rep.fields, PSD_SHOWS_HOME);
	assert_int_equal(rep.uid, (uint32_t)PSD_NO_ID);
	lookup_rig_stop(&rig);
}

static void
a_refused_user_is_not_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(refused); i++) {
		struct psd_get_user_req req = request(refused[i]);

		lookup_rig_check_refused(LINES, PSD_OP_get_user, &req);
	}
}

static void
what_the_resolver_fails_with_is_told(void **state)
{
	struct psd_get_user_req req = request(granted);

	(void)state;
	lookup_rig_check_failing(LINES, PSD_OP_get_user, &req,
	    PSD_OP_lookup_user);
}

static void
a_malformed_get_user_ends_the_conversation(void **state)
{
	struct psd_get_user_req req = request(granted);

	(void)state;
	op_rig_check_malformed(LINES, PSD_OP_get_user, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_granted_user_is_told_by_name_and_id),
		cmocka_unit_test(
		    an_entry_that_a_deny_line_names_otherwise_is_not_there),
		cmocka_unit_test(only_the_fields_that_a_line_shows_are_told),
		cmocka_unit_test(a_refused_user_is_not_asked_for),
		cmocka_unit_test(what_the_resolver_fails_with_is_told),
		cmocka_unit_test(a_malformed_get_user_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
