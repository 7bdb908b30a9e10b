/* SPDX-License-Identifier: ISC */
/* Whose look is next, and which ones have to give way. */
#include "common/fd.h"
#include "common/mem.h"
#include "daemon/lookup.h"
#include "tests/support/lookup_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { HELPERS = 3, CROWD = 70 };

static struct lookup_rig rig;

/* What resolver i is asked for, which it then answers. */
static const char *
serve(size_t i)
{
	static char host[PSD_NAME_MAX + 1];
	struct psd_lookup_host_req asked;
	const uint32_t id =
	    lookup_rig_hear(&rig, i, PSD_OP_lookup_host, &asked);

	(void)snprintf(host, sizeof(host), "%s", asked.host.at);
	lookup_rig_reply(&rig, i, PSD_OP_lookup_host, id, -ENOENT, NULL);
	return host;
}

static void
helpers_take_turns_however_many_each_has(void **state)
{
	static const char *const many[] = { "a1", "a2", "a3", "a4", "a5" };
	static const char *const order[] = { "a1", "a2", "c2", "a3", "a4",
		"a5" };
	struct psd_instance *helpers[HELPERS];
	int ends[HELPERS];

	(void)state;
	lookup_rig_start(&rig, "AllowResolve=**");
	for (size_t i = 0; i < HELPERS; i++)
		helpers[i] = lookup_rig_add(&rig, &ends[i]);
	for (size_t i = 0; i < PSD_ELEMENTS(many); i++)
		lookup_rig_ask(&rig, ends[0], many[i]);
	lookup_rig_ask(&rig, ends[1], "b1");
	lookup_rig_ask(&rig, ends[1], "b2");
	lookup_rig_ask(&rig, ends[2], "c1");
	lookup_rig_ask(&rig, ends[2], "c2");
	/* The first resolver is busy with a1; the third helper is not last. */
	assert_string_equal(serve(1), "b1");
	assert_string_equal(serve(1), "c1");
	/* The second one hangs over b2. */
	for (size_t i = 0; i < PSD_ELEMENTS(order); i++)
		assert_string_equal(serve(0), order[i]);
	assert_string_equal(serve(1), "b2");
	for (size_t i = 0; i < HELPERS; i++)
		lookup_rig_drop(helpers[i], &ends[i]);
	lookup_rig_stop(&rig);
}

static void
one_service_leaves_a_resolver_to_the_others(void **state)
{
	struct psd_instance *helpers[2];
	struct psd_lookup_host_req asked;
	int ends[2];

	(void)state;
	lookup_rig_start(&rig, "AllowResolve=**");
	for (size_t i = 0; i < 2; i++)
		helpers[i] = lookup_rig_add(&rig, &ends[i]);
	for (int i = 0; i < PSD_WAITING_MAX; i++)
		lookup_rig_ask(&rig, ends[0], "hangs");
	(void)lookup_rig_hear(&rig, 0, PSD_OP_lookup_host, &asked);
	assert_false(lookup_rig_is_asked(&rig));
	for (int i = 0; i < 3; i++) {
		lookup_rig_ask(&rig, ends[1], "quick");
		assert_string_equal(serve(1), "quick");
	}
	assert_false(lookup_rig_is_asked(&rig));
	/* What is too much for one helper is told to it. */
	lookup_rig_ask(&rig, ends[0], "one.more");
	assert_int_equal(lookup_rig_status(&rig, ends[0]), -EBUSY);
	for (size_t i = 0; i < 2; i++)
		lookup_rig_drop(helpers[i], &ends[i]);
	lookup_rig_stop(&rig);
}

static void
when_too_many_wait_the_last_in_turn_gives_way(void **state)
{
	struct psd_instance *helpers[CROWD];
	int ends[CROWD];

	(void)state;
	lookup_rig_start(&rig, "AllowResolve=**");
	for (size_t i = 0; i < CROWD; i++)
		helpers[i] = lookup_rig_add(&rig, &ends[i]);
	for (size_t i = 0; i < CROWD - 1; i++)
		for (int k = 0; k < PSD_WAITING_MAX; k++)
			lookup_rig_ask(&rig, ends[i], "greedy");
	assert_int_equal(rig.op.daemon.lookups.n_waiting, PSD_LOOKUPS_MAX);
	assert_int_equal(lookup_rig_status(&rig, ends[CROWD - 2]), -EBUSY);
	lookup_rig_ask(&rig, ends[CROWD - 1], "modest");
	assert_int_equal(rig.op.daemon.lookups.n_waiting, PSD_LOOKUPS_MAX);
	assert_int_equal(helpers[CROWD - 1]->first.n_waiting, 1);
	for (size_t i = 0; i < CROWD; i++)
		lookup_rig_drop(helpers[i], &ends[i]);
	assert_int_equal(rig.op.daemon.lookups.n_waiting, 0);
	lookup_rig_stop(&rig);
}

static void
a_look_of_a_helper_that_has_gone_is_forgotten(void **state)
{
	struct psd_instance *helper;
	struct psd_lookup_host_req asked;
	uint32_t id;
	int end;

	(void)state;
	lookup_rig_start(&rig, "AllowResolve=**");
	helper = lookup_rig_add(&rig, &end);
	lookup_rig_ask(&rig, end, "first");
	lookup_rig_ask(&rig, end, "second");
	id = lookup_rig_hear(&rig, 0, PSD_OP_lookup_host, &asked);
	lookup_rig_drop(helper, &end);
	assert_int_equal(rig.op.daemon.lookups.n_waiting, 0);
	/* The answer that comes is for nobody, and the resolver free again. */
	assert_non_null(rig.resolvers[0]->lookup);
	lookup_rig_reply(&rig, 0, PSD_OP_lookup_host, id, -ENOENT, NULL);
	assert_null(rig.resolvers[0]->lookup);
	assert_false(rig.resolvers[0]->is_broken);
	assert_false(lookup_rig_is_asked(&rig));
	lookup_rig_stop(&rig);
}

/* As at a stop, when helpers have their grace and the resolver may be gone. */
static void
a_resolver_that_was_removed_is_asked_no_more(void **state)
{
	struct psd_instance *helper;
	int end;

	(void)state;
	lookup_rig_start(&rig, "AllowResolve=**");
	helper = lookup_rig_add(&rig, &end);
	psd_service_remove(rig.op.daemon.resolver);
	lookup_rig_ask(&rig, end, "late");
	assert_int_equal(rig.op.daemon.lookups.n_waiting, 1);
	lookup_rig_drop(helper, &end);
	assert_int_equal(rig.op.daemon.lookups.n_waiting, 0);
	lookup_rig_stop(&rig);
}

static void
only_a_resolver_answers(void **state)
{
	struct psd_instance *helper;
	int end;

	(void)state;
	lookup_rig_start(&rig, "AllowResolve=**");
	helper = lookup_rig_add(&rig, &end);
	/* A reply of hello's. */
	assert_int_equal(send(end, "\2\0\1\0\0\0\0\0\0\0\0\0", 12, 0), 12);
	op_rig_turn(&rig.op);
	assert_true(helper->is_broken);
	lookup_rig_drop(helper, &end);
	/* Nor does one that was not asked. */
	lookup_rig_reply(&rig, 0, PSD_OP_lookup_host, 0, -ENOENT, NULL);
	assert_true(rig.resolvers[0]->is_broken);
	assert_false(rig.resolvers[1]->is_broken);
	lookup_rig_stop(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(helpers_take_turns_however_many_each_has),
		cmocka_unit_test(one_service_leaves_a_resolver_to_the_others),
		cmocka_unit_test(when_too_many_wait_the_last_in_turn_gives_way),
		cmocka_unit_test(a_look_of_a_helper_that_has_gone_is_forgotten),
		cmocka_unit_test(a_resolver_that_was_removed_is_asked_no_more),
		cmocka_unit_test(only_a_resolver_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
