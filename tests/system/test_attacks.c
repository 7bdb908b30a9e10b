/* SPDX-License-Identifier: ISC */
/*
 * Helpers that were taken over make each attack of tests/attacks against a
 * real daemon, under the filter that they would have and bare: with a uid and
 * walls of their own and no filter, for the daemon must hold when it has a
 * hole.  After each, everybody else must be as before.
 *
 * It says beside which of them a neighbour waited longest; PSD_SOAK=1 looks
 * longer at how long it waits alone.
 */
#include "tests/support/terminal.h"
#include "tests/support/turns.h"
#include "tests/system/attack_fixture.h"

#include <sys/ioctl.h>

enum {
	GROWTH_KIB = 4096,
	WORST = 5,
	WANTED_USEC = 50000,
	SOAK_MS = 3000,
	TRIES = 4
};

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

/* The attacks beside which a neighbour waited longest, the worst first. */
struct table {
	struct {
		size_t attack;
		uint32_t usec;
	} at[WORST + 1];
	size_t n;
};

static void
note_wait(struct table *table, size_t attack, uint32_t usec)
{
	size_t i = table->n;

	for (; i > 0 && table->at[i - 1].usec < usec; i--)
		table->at[i] = table->at[i - 1];
	table->at[i].attack = attack;
	table->at[i].usec = usec;
	if (table->n < WORST)
		table->n++;
}

/* What is others' time on a busy machine is not there each time. */
static uint32_t
wait_at_least(const char *service, size_t attack, uint32_t usec,
    uint64_t untouched)
{
	for (int i = 1; i < TRIES; i++) {
		const uint32_t again =
		    attack_and_look(service, attack, untouched);

		usec = again < usec ? again : usec;
	}
	return usec;
}

static void
print_waits(const struct table *table, const char *service, uint32_t alone,
    uint64_t untouched)
{
	uint32_t least = 0;

	for (size_t i = 0; i < table->n; i++) {
		const size_t attack = table->at[i].attack;
		uint32_t usec = table->at[i].usec;

		print_message("#   %u us beside %s", usec,
		    attacks[attack].name);
		if (getenv("PSD_SOAK") != NULL) {
			usec = wait_at_least(service, attack, usec, untouched);
			print_message(", %u at least", usec);
		}
		print_message("\n");
		least = usec > least ? usec : least;
	}
	print_message("# %zu attacks refused, %s; a neighbour's ping took "
		      "%u us at worst alone; at most %d beside one: %s\n",
	    n_attacks, service, alone, WANTED_USEC,
	    least <= WANTED_USEC ? "yes" : "MISSED");
}

static uint32_t
wait_alone(void)
{
	(void)neighbour_worst(&neighbour);
	if (getenv("PSD_SOAK") != NULL)
		(void)poll(NULL, 0, SOAK_MS);
	return neighbour_worst(&neighbour);
}

static void
attack_all(const char *service)
{
	const uint64_t untouched = sentinels_sum(&rig);
	const uint32_t alone = wait_alone();
	struct table table = { .n = 0 };
	struct ledger after;

	for (size_t i = 0; i < n_attacks; i++)
		note_wait(&table, i, attack_and_look(service, i, untouched));
	after = ledger_of(rig.pid);
	print_waits(&table, service, alone, untouched);
	turns_print(&rig, service);
	print_message("# memory %zu KiB, was %zu\n", after.memory,
	    before.memory);
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
