/* SPDX-License-Identifier: ISC */
/*
 * Each system call between the birth of a helper and its program fails once:
 * the log names service, step and error in one entry, whoever asked is told the
 * error, nothing is left, and the daemon goes on.
 */
#include "tests/faults/errnos.h"
#include "tests/faults/verdict.h"
#include "tests/support/deny.h"
#include "tests/system/start_fixture.h"

enum { CALLS_MAX = 512 };

/* What a start's child calls, until it executes its program. */
struct point {
	int number;
	unsigned nth;
};

static bool has_told[PSD_STEP_EXEC + 1];

/* As where a sandbox refuses clone3(): the child does more by itself. */
static void
deny_clone3(void)
{
	if (test_deny(SYS_clone3, ENOSYS) < 0)
		_exit(96);
}

static int
prepare_without_clone3(void **state)
{
	(void)state;
	start_daemon(deny_clone3);
	return 0;
}

/* The number of the step that an entry names. */
static enum psd_step
step_of(const char *entry)
{
	for (int step = PSD_STEP_CGROUP; step <= PSD_STEP_EXEC; step++) {
		const char *name = psd_step_name((enum psd_step)step);
		const size_t len = strlen(name);

		if (strncmp(entry, name, len) == 0 && entry[len] == ':')
			return (enum psd_step)step;
	}
	return PSD_STEP_NONE;
}

/*
 * What is looked at and not as it should be: that is an error of ours, not of
 * the call.
 */
static bool
is_error_of(const struct point *point, enum psd_step step, int planned,
    int told)
{
	/* The library's word for it. */
	if (planned == EMSGSIZE)
		planned = ENAMETOOLONG;
	return told == planned || (step == PSD_STEP_VERIFY && told == EPERM) ||
	    (step == PSD_STEP_MAKE_WAY && point->number == SYS_fcntl &&
		told == EBUSY);
}

static void
run_well(void)
{
	unsigned handle = 0;
	int r = -1;

	assert_int_equal(sscanf(daemon_rig_say(caller, "run lo"), "%d %u", &r,
			     &handle),
	    2);
	assert_int_equal(r, 0);
	assert_string_equal(daemon_rig_say(caller, "close-input"), "0");
	assert_string_equal(daemon_rig_say(caller, "output"), "end");
	assert_string_equal(daemon_rig_say(caller, "errors"), "end");
	assert_string_equal(daemon_rig_say(caller, "await %u", handle),
	    "0 0 0");
}

static size_t
list_points(struct point ret[CALLS_MAX])
{
	const struct inject_plan nothing = { .act = INJECT_NOTHING };
	size_t n_calls, n = 0;

	inject_arm(&nothing);
	run_well();
	assert_true(inject_settles());
	n_calls = inject_disarm();
	for (size_t i = 0; i < n_calls && n < CALLS_MAX; i++) {
		const struct inject_call *call = inject_call(i);

		if (call->of_child && call->executes)
			ret[n++] = (struct point){ call->number, call->nth };
	}
	assert_in_range(n, 1, CALLS_MAX - 1);
	return n;
}

/* Which step was told to have failed; not before the one of the last fault. */
static enum psd_step
fail_at(const struct point *point, int error, enum psd_step last)
{
	const struct inject_plan plan = {
		.act = INJECT_FAIL,
		.of_child = true,
		.number = point->number,
		.nth = point->nth,
		.error = error,
	};
	char entry[PATH_MAX], wanted[PATH_MAX];
	enum psd_step step;
	size_t n;
	int r;

	if (verdict_of_program(&plan))
		return last;
	n = find_entries("lo", 0, entry);
	inject_arm(&plan);
	r = atoi(daemon_rig_say(caller, "run lo"));
	assert_true(inject_settles());
	(void)inject_disarm();
	assert_true(inject_has_hit());
	assert_false(inject_child_executed());
	assert_int_equal(find_entries("lo", n, entry), n + 1);
	step = step_of(entry);
	(void)snprintf(wanted, sizeof(wanted), "%s: %s", psd_step_name(step),
	    strerror(-r));
	if ((strcmp(entry, wanted) != 0 && error != EMSGSIZE) || step < last ||
	    !is_error_of(point, step, error, -r))
		fail_msg("%s, time %u, fails with %s after %s: %d, %s",
		    errnos_call_name(point->number), point->nth,
		    errnos_name(error), psd_step_name(last), r, entry);
	assert_true(ledger_settles(rig.pid, &before));
	return step;
}

static void
fail_at_each(void)
{
	static struct point points[CALLS_MAX];
	const size_t n = list_points(points);
	enum psd_step last = PSD_STEP_CGROUP;

	memset(has_told, 0, sizeof(has_told));
	for (size_t i = 0; i < n; i++) {
		const struct errnos *errnos = errnos_of(points[i].number);

		if (errnos == NULL)
			continue;
		for (size_t k = 0; k < errnos->n; k++) {
			last = fail_at(&points[i], errnos->at[k], last);
			has_told[last] = true;
		}
	}
	run_well();
	assert_string_equal(daemon_rig_say(caller, "ping 1"), "0");
}

/* Those of a server that confines itself, and one that cannot fail. */
static const enum psd_step elsewhere[] = { PSD_STEP_LIFELINE,
	PSD_STEP_BOUNDING_SET, PSD_STEP_WATCHER, PSD_STEP_DUMPABLE };

static void
expect_told(enum psd_step first, enum psd_step but)
{
	for (int step = (int)first; step <= PSD_STEP_EXEC; step++) {
		bool is_elsewhere = step == (int)but;

		for (size_t i = 0; i < PSD_ELEMENTS(elsewhere); i++)
			is_elsewhere =
			    is_elsewhere || step == (int)elsewhere[i];
		if (!is_elsewhere && !has_told[step])
			fail_msg("it never failed to %s",
			    psd_step_name((enum psd_step)step));
	}
}

static void
each_step_that_fails_is_named_and_told_to_the_caller(void **state)
{
	(void)state;
	fail_at_each();
	/* A program has no pair. */
	expect_told(PSD_STEP_MAKE_WAY, PSD_STEP_PAIR);
}

static void
so_is_each_of_a_child_that_clone_makes(void **state)
{
	(void)state;
	fail_at_each();
	expect_told(before.leaves > 0 ? PSD_STEP_CGROUP : PSD_STEP_MAKE_WAY,
	    PSD_STEP_PAIR);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    each_step_that_fails_is_named_and_told_to_the_caller,
		    prepare, clean),
		cmocka_unit_test_setup_teardown(
		    so_is_each_of_a_child_that_clone_makes,
		    prepare_without_clone3, clean),
	};

	return run_starts(tests, PSD_ELEMENTS(tests));
}
