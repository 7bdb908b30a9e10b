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

#define LINES "AllowGetGroup=users,100,adm fields=name,gid\nDenyGetGroup=4"

static const char granted[] = "users";
static const char *const refused[] = { "root", "4", "101", "", "user" };

static struct psd_get_group_req
request(const char *group)
{
	return (struct psd_get_group_req){ .group = psd_str_of(group) };
}

static struct psd_lookup_group_rep
entry(const char *name, uint32_t gid)
{
	static const unsigned char members[] = "alice\0bob";

	return (struct psd_lookup_group_rep){
		.name = psd_str_of(name),
		.gid = gid,
		.members = { members, sizeof(members) },
	};
}

/* Has the question answered so, and returns the status and the reply. */
static int
ask(struct lookup_rig *rig, const char *what,
    struct psd_lookup_group_rep *found, struct psd_get_group_rep *ret)
{
	struct psd_get_group_req req = request(what);
	struct psd_lookup_group_req asked;
	const uint32_t id = op_rig_send(&rig->op, PSD_OP_get_group, &req);
	const uint32_t question =
	    lookup_rig_hear(rig, 0, PSD_OP_lookup_group, &asked);

	assert_string_equal(asked.group.at, what);
	lookup_rig_reply(rig, 0, PSD_OP_lookup_group, question, 0, found);
	return op_rig_take(&rig->op, PSD_OP_get_group, id, ret);
}

static void
members_are_told_only_where_a_line_says_so(void **state)
{
	struct psd_lookup_group_rep found = entry("users", 100);
	struct psd_get_group_rep rep;
	struct lookup_rig rig;
	size_t at = 0;

	(void)state;
	lookup_rig_start(&rig, "AllowGetGroup=users");
	assert_int_equal(ask(&rig, "users", &found, &rep), 0);
	assert_int_equal(rep.fields, PSD_SHOWS_NAME | PSD_SHOWS_GID);
	assert_string_equal(rep.name.at, "users");
	assert_int_equal(rep.gid, 100);
	assert_int_equal(rep.members.len, 0);
	lookup_rig_stop(&rig);
	lookup_rig_start(&rig, "AllowGetGroup=users fields=members");
	assert_int_equal(ask(&rig, "users", &found, &rep), 0);
	assert_int_equal(rep.fields, PSD_SHOWS_MEMBERS);
	assert_int_equal(rep.name.len, 0);
	assert_int_equal(rep.gid, (uint32_t)PSD_NO_ID);
	assert_string_equal(psd_names_next(&rep.members, &at), "alice");
	assert_string_equal(psd_names_next(&rep.members, &at), "bob");
	assert_null(psd_names_next(&rep.members, &at));
	lookup_rig_stop(&rig);
}

static void
an_entry_that_a_deny_line_names_otherwise_is_not_there(void **state)
{
	struct psd_lookup_group_rep adm = entry("adm", 4);
	struct psd_get_group_rep rep;
	struct lookup_rig rig;

	(void)state;
	lookup_rig_start(&rig, LINES);
	assert_int_equal(ask(&rig, "adm", &adm, &rep), -ENOENT);
	lookup_rig_stop(&rig);
}

static void
a_refused_group_is_not_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(refused); i++) {
		struct psd_get_group_req req = request(refused[i]);

		lookup_rig_check_refused(LINES, PSD_OP_get_group, &req);
	}
}

static void
what_the_resolver_fails_with_is_told(void **state)
{
	struct psd_get_group_req req = request(granted);

	(void)state;
	lookup_rig_check_failing(LINES, PSD_OP_get_group, &req,
	    PSD_OP_lookup_group);
}

static void
a_malformed_get_group_ends_the_conversation(void **state)
{
	struct psd_get_group_req req = request(granted);

	(void)state;
	op_rig_check_malformed(LINES, PSD_OP_get_group, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_told_only_where_a_line_says_so),
		cmocka_unit_test(
		    an_entry_that_a_deny_line_names_otherwise_is_not_there),
		cmocka_unit_test(a_refused_group_is_not_asked_for),
		cmocka_unit_test(what_the_resolver_fails_with_is_told),
		cmocka_unit_test(a_malformed_get_group_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
