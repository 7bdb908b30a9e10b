/* SPDX-License-Identifier: ISC */
/*
 * A state in which one value is another is refused whole, by name, and nothing
 * that it speaks of comes to harm.  For a rehearsal the daemon executes this
 * program, which changes the state of a real daemon and executes the real one.
 */
#include "common/mem.h"
#include "tests/system/reexec_busy.h"

#define NOT_LISTED "descriptor 77777 is not listed, or has two owners"
#define HAS_CHANGED "UidRange= has changed, which needs a restart"
#define NO_STATE "a conversation is in no such state"

static const struct state_change changes[] = {
	{ "daemon", 0, "pid", 1, "it is another process's" },
	{ "daemon", 0, "lock", 77777, NOT_LISTED },
	{ "daemon", 0, "lock", UINT32_MAX, "a descriptor is missing" },
	{ "turns", 0, "work", 77777, "there is no work 77777" },
	{ "uids", 0, "n", 77777, HAS_CHANGED },
	{ "uids", 0, "lock", UINT32_MAX, "belongs to nothing" },
	{ "source", 0, "size", 77777, "no piece where one belongs" },
	{ "source", 0, "size", UINT32_MAX, "4294967295 bytes in pieces" },
	{ "directory", 0, "fd", 77777, NOT_LISTED },
	{ "plan", 0, "program", UINT32_MAX, "a descriptor is missing" },
	{ "plan", 0, "mount", UINT32_MAX, "belongs to nothing" },
	{ "service", 0, "loaded", 77777, "has no policy" },
	{ "service", 1, "loaded", 0, "has another's policy" },
	{ "verdicts", 0, "op", 77777, "there is no operation 77777" },
	{ "times", 0, "place", 77777, "there is no time 77777" },
	{ "listener", 0, "index", 77777, "echo has no such listener" },
	{ "listener", 0, "holder", 77777, "echo has no such listener" },
	{ "door", 0, "holder", 77777, "svc has no such door" },
	{ "instance", 0, "id", 77777, "instance 77777 is out of turn" },
	{ "instance", 0, "state", 77777, "is out of turn" },
	{ "instance", 0, "loaded", 77777, "an instance has no policy" },
	{ "instance", 0, "uid", 77777, "uid 77777 is not its helper's" },
	{ "instance", 0, "leaf", 77777, "there is no leaf 77777" },
	{ "instance", 0, "pidfd", 77777, NOT_LISTED },
	{ "used", 0, "n", 77777, "has another number of lines" },
	{ "conversation", 0, "state", 77777, NO_STATE },
	{ "conversation", 0, "phase", 77777, NO_STATE },
	{ "conversation", 0, "fd", UINT32_MAX, "belongs to nothing" },
	{ "narrowed", 0, "op", 77777, "narrowed: malformed" },
	{ "narrowed", 0, "within", 77777, "one cannot have been narrowed to" },
	{ "narrowed", 0, "mark", 77777, "one cannot have been narrowed to" },
	{ "call", 0, "grant", 77777, "a call's line is not there" },
	{ "call", 0, "grant", UINT32_MAX, "a call was allowed by nothing" },
	{ "call", 0, "is_narrowed", 1, "no narrowed where one belongs" },
	{ "call", 0, "size", 77777, "a call of 77777 bytes" },
	{ "run", 0, "handle", 0, "a helper runs too much" },
	{ "run", 0, "program", 77777, "there is no instance 77777" },
	{ "relayed", 0, "relay", 77777, "there is no instance 77777" },
	{ "client", 0, "fd", 77777, NOT_LISTED },
	{ "question", 0, "row", 77777, "somebody waits for nothing" },
	{ "control", 0, "holder", 77777, "control.sock cannot be watched" },
};

static void
expect_refused(const struct state_change *change)
{
	const char *text;
	const int status = state_change_try(&rig, change, &text);

	if (status != 1 || strstr(text, change->wrong) == NULL ||
	    strstr(text, "goes on as it is") == NULL)
		fail_msg("%s.%s: %d: %s", change->record, change->field, status,
		    text);
}

/* There are some before it, of other helpers. */
static void
expect_no_clone_from_nowhere(void)
{
	struct state_change change = {
		.record = "conversation",
		.field = "origin",
		.value = 77777,
	};
	const char *text = "";

	while (strstr(text, "a clone comes from nowhere") == NULL) {
		const int status = state_change_try(&rig, &change, &text);

		/* The first of an instance has no origin to be looked at. */
		if (status != 0 && strstr(text, "comes from nowhere") == NULL)
			fail_msg("%d: %s", status, text);
		change.nth++;
	}
}

/* Layers and control groups are not everywhere. */
static void
expect_refused_where_there_is_one(const struct state_change *change)
{
	const char *text;

	assert_int_equal(state_change_try(&rig, change, &text), 1);
	if (strstr(text, change->wrong) == NULL &&
	    strstr(text, "there is no ") == NULL)
		fail_msg("%s.%s: %s", change->record, change->field, text);
}

static void
a_value_that_fits_nothing_is_refused_by_name_and_harms_nobody(void **state)
{
	static const struct state_change at_times[] = {
		{ "missing", 0, "layer", 77777, "there is no layer 77777" },
		{ "leaf", 0, "place", 77777, "no place for leaf 77777" },
		{ "leaf", 0, "fd", UINT32_MAX, "a descriptor is missing" },
		{ "cgroup", 0, "fd", 77777, NOT_LISTED },
	};
	struct busy busy;

	(void)state;
	get_busy(&busy);
	for (size_t i = 0; i < PSD_ELEMENTS(changes); i++)
		expect_refused(&changes[i]);
	for (size_t i = 0; i < PSD_ELEMENTS(at_times); i++)
		expect_refused_where_there_is_one(&at_times[i]);
	expect_no_clone_from_nowhere();
	install_rig_put(&rig, install_rig_ours());
	expect_reexec();
	assert_int_equal(door_say(busy.served, "ping 1", NULL, 0), 0);
	tell(busy.echo, "word");
	assert_true(test_poll(busy.echo, POLLIN, TEST_DEADLINE) != 0);
	/* The child of one, which waited all the time for a connection. */
	for (int i = 0; test_poll(busy.one, POLLIN, 0) == 0; i++) {
		assert_true(i < 4);
		(void)close(accept4(busy.full[0], NULL, NULL, SOCK_CLOEXEC));
		(void)test_poll(busy.one, POLLIN, 1000);
	}
	expect_count("one", "started", 1);
	(void)daemon_rig_stop(&rig);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(
		    a_value_that_fits_nothing_is_refused_by_name_and_harms_nobody),
	};

	state_change_rehearse(argc, argv);
	assert_non_null(realpath("/proc/self/exe", ourselves));
	return has_root() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
