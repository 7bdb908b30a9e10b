/* SPDX-License-Identifier: ISC */
/*
 * Helpers that were taken over make each attack of tests/attacks against a
 * real daemon, under the filter that they would have and bare: with a uid and
 * walls of their own and no filter, for the daemon must hold when it has a
 * hole.  After each, everybody else must be as before.
 */
#include "tests/support/terminal.h"
#include "tests/system/attack_fixture.h"

#include <sys/ioctl.h>

enum { GROWTH_KIB = 4096 };

static const char removals[] = "AllowUnlink=%s/files/scratch/**\n"
			       "AllowRmdir=%s/files/scratch/**\n"
			       "AllowRename=%s/files/scratch/**\n"
			       "AllowTruncate=%s/files/scratch/**\n";

static int
prepare(void **state)
{
	char lines[sizeof(removals) + 32];

	(void)state;
	prepare_attacks();
	write_attacker("filtered", "Instances=1\nRestartSec=1ms", removals);
	(void)snprintf(lines, sizeof(lines), "%sOnViolation=log", removals);
	write_attacker("bare", "Instances=1\nRestartSec=1ms", lines);
	start_attacks();
	return 0;
}

static void
attack_all(const char *service)
{
	const uint64_t untouched = sentinels_sum(&rig);
	const uint32_t alone = neighbour_worst(&neighbour);
	struct ledger after;
	uint32_t worst = 0;

	for (size_t i = 0; i < n_attacks; i++) {
		const uint32_t beside = attack_and_look(service, i, untouched);

		worst = beside > worst ? beside : worst;
	}
	after = ledger_of(rig.pid);
	print_message("# %zu attacks refused, %s; a neighbour's ping took "
		      "%u us at worst, %u us alone; memory %zu KiB, was %zu\n",
	    n_attacks, service, worst, alone, after.memory, before.memory);
	/* The sanitizers' runtime keeps what was freed. */
	if (getenv("PSD_ASAN") == NULL)
		assert_true(after.memory < before.memory + GROWTH_KIB);
}

static void
every_attack_is_refused_under_the_filter(void **state)
{
	(void)state;
	attack_all("filtered");
}

static void
every_attack_is_refused_without_a_filter(void **state)
{
	(void)state;
	attack_all("bare");
}

/* The daemon's standard input; a helper has none of it. */
static void
nothing_was_typed_at_the_terminal_of_the_daemon(void **state)
{
	char byte;

	(void)state;
	assert_int_equal(test_terminal_input(), 0);
	/* And what is would be seen, where root may do so. */
	if (ioctl(STDIN_FILENO, TIOCSTI, "y") < 0) {
		print_message("# nobody may: %s\n", strerror(errno));
		return;
	}
	assert_int_equal(test_terminal_input(), 1);
	assert_int_equal(read(STDIN_FILENO, &byte, 1), 1);
}

static void
the_daemon_is_the_one_that_was_started(void **state)
{
	(void)state;
	assert_int_equal(kill(rig.pid, 0), 0);
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

static int
run(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_attack_is_refused_under_the_filter),
		cmocka_unit_test(every_attack_is_refused_without_a_filter),
		cmocka_unit_test(
		    nothing_was_typed_at_the_terminal_of_the_daemon),
		cmocka_unit_test(the_daemon_is_the_one_that_was_started),
	};

	return cmocka_run_group_tests(tests, prepare, clean_attacks);
}

int
main(void)
{
	if (geteuid() != 0) {
		print_message("SKIP: no helpers of other users without root\n");
		return 77;
	}
	return test_terminal_run(run);
}
