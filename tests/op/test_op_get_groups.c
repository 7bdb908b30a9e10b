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

#define LINES "AllowGetGroups=alice\nDenyGetGroups=root"

static const char granted[] = "alice";
static const char *const refused[] = { "root", "bob", "" };

static struct psd_get_groups_req
request(const char *user)
{
	return (struct psd_get_groups_req){ psd_str_of(user), 7, 0 };
}

/* Has the question answered so, and returns the status and the reply. */
static int
ask(struct lookup_rig *rig, const char *what,
    struct psd_lookup_groups_rep *found, struct psd_get_groups_rep *ret)
{
	struct psd_get_groups_req req = request(what);
	struct psd_lookup_groups_req asked;
	const uint32_t id = op_rig_send(&rig->op, PSD_OP_get_groups, &req);
	const uint32_t question =
	    lookup_rig_hear(rig, 0, PSD_OP_lookup_groups, &asked);

	assert_string_equal(asked.user.at, what);
	assert_int_equal(asked.gid, 7);
	lookup_rig_reply(rig, 0, PSD_OP_lookup_groups, question, 0, found);
	return op_rig_take(&rig->op, PSD_OP_get_groups, id, ret);
}

static void
the_groups_of_a_granted_user_are_told(void **state)
{
	unsigned char ids[2 * PSD_ID_LEN];
	struct psd_lookup_groups_rep found = {
		.groups = { ids, sizeof(ids) },
	};
	struct psd_get_groups_rep rep;
	struct lookup_rig rig;

	(void)state;
	psd_ids_put(ids, 7);
	psd_ids_put(ids + PSD_ID_LEN, 100);
	lookup_rig_start(&rig, LINES);
	assert_int_equal(ask(&rig, "alice", &found, &rep), 0);
	assert_int_equal(psd_ids_count(&rep.groups), 2);
	assert_int_equal(psd_ids_get(&rep.groups, 0), 7);
	assert_int_equal(psd_ids_get(&rep.groups, 1), 100);
	lookup_rig_stop(&rig);
}

static void
a_refused_user_is_not_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(refused); i++) {
		struct psd_get_groups_req req = request(refused[i]);

		lookup_rig_check_refused(LINES, PSD_OP_get_groups, &req);
	}
}

static void
what_the_resolver_fails_with_is_told(void **state)
{
	struct psd_get_groups_req req = request(granted);

	(void)state;
	lookup_rig_check_failing(LINES, PSD_OP_get_groups, &req,
	    PSD_OP_lookup_groups);
}

static void
a_malformed_get_groups_ends_the_conversation(void **state)
{
	struct psd_get_groups_req req = request(granted);

	(void)state;
	op_rig_check_malformed(LINES, PSD_OP_get_groups, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_groups_of_a_granted_user_are_told),
		cmocka_unit_test(a_refused_user_is_not_asked_for),
		cmocka_unit_test(what_the_resolver_fails_with_is_told),
		cmocka_unit_test(a_malformed_get_groups_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
