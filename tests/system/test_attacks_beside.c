/* SPDX-License-Identifier: ISC */
/*
 * Attacks from where a helper has more than others: under a user id that it
 * shares with its victim; with a pair that takes descriptors, also of a daemon
 * that has none left; and by many at a time.
 *
 * The daemon has the priority that its unit gives it.  PSD_SOAK=1 has 500 of
 * them, and tells how long a neighbour waited beside one, beside all, and alone,
 * and what was left of the processors for somebody who only reckons;
 * PSD_NICE=0 tells the same without priority.
 */
#include "tests/support/turns.h"
#include "tests/system/attack_fixture.h"

#include <sys/resource.h>
#include <time.h>

enum { CROWD = 12, CROWD_SOAK = 500, IDLE_MS = 200, IDLE_MS_SOAK = 3000 };

static uint64_t untouched;

static size_t
count_crowd(void)
{
	return getenv("PSD_SOAK") != NULL ? CROWD_SOAK : CROWD;
}

static int
prepare(void **state)
{
	struct rlimit limit;
	char instances[64];

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	prepare_attacks();
	write_attacker("shared", "User=nobody\nInstances=2\nRestartSec=1ms",
	    "OnViolation=log");
	write_attacker("takes", "Instances=1\nRestartSec=1ms",
	    "AllowChangeMode=0640 %s/files/inside/**\nOnViolation=log");
	(void)snprintf(instances, sizeof(instances),
	    "Instances=%zu\nRestartSec=1ms", count_crowd());
	write_attacker("crowd", instances, "OnViolation=log");
	rig.on_birth = turns_take_edge;
	start_attacks();
	untouched = sentinels_sum(&rig);
	return 0;
}

/* The attack of this name; fails the test when there is none. */
static size_t
find_attack(const char *name)
{
	size_t i = 0;

	while (i < n_attacks && strcmp(attacks[i].name, name) != 0)
		i++;
	if (i == n_attacks)
		fail_msg("there is no attack %s", name);
	return i;
}

static bool
has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 1;
}

/*
 * Of the same user, but each in a Landlock domain of its own, out of which
 * nobody reaches for another's memory or descriptors.
 */
static void
a_sibling_of_the_same_user_is_out_of_reach(void **state)
{
	static const char *const names[] = { "ptrace_neighbour",
		"suspend_filter", "read_memory", "write_memory", "move_pages",
		"pidfd_of_neighbour" };
	int sibling;

	(void)state;
	if (!has_landlock()) {
		print_message("SKIP: no Landlock, and no wall without\n");
		skip();
	}
	victim = (pid_t)meet_attacker("shared", &sibling);
	for (size_t i = 0; i < PSD_ELEMENTS(names); i++)
		(void)attack_and_look("shared", find_attack(names[i]),
		    untouched);
	/* It was let be. */
	assert_string_equal(order_attack(sibling, find_attack("descriptors")),
	    "9");
	psd_fd_close(sibling);
	assert_true(ledger_settles(rig.pid, &before));
}

static bool
is_of_descriptors(const char *name)
{
	return strncmp(name, "rights_", strlen("rights_")) == 0 ||
	    strcmp(name, "control_messages") == 0;
}

static void
no_descriptor_stays_where_some_may_be_sent(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < n_attacks; i++) {
		if (!is_of_descriptors(attacks[i].name))
			continue;
		(void)attack_and_look("takes", i, untouched);
		n++;
	}
	assert_true(n > 0);
}

/* No number is left for a descriptor that comes. */
static void
set_limit(rlim_t n)
{
	struct rlimit limit;

	assert_int_equal(prlimit(rig.pid, RLIMIT_NOFILE, NULL, &limit), 0);
	limit.rlim_cur = n;
	assert_int_equal(prlimit(rig.pid, RLIMIT_NOFILE, &limit, NULL), 0);
}

static void
attack_without_numbers(size_t i)
{
	struct rlimit limit;
	int fd;

	(void)meet_attacker("takes", &fd);
	assert_int_equal(prlimit(rig.pid, RLIMIT_NOFILE, NULL, &limit), 0);
	set_limit(3);
	(void)order_attack(fd, i);
	(void)neighbour_worst(&neighbour);
	set_limit(limit.rlim_cur);
	psd_fd_close(fd);
	assert_true(ledger_settles(rig.pid, &before));
	assert_int_equal(sentinels_sum(&rig), untouched);
}

static void
a_daemon_without_descriptors_left_drops_who_sends_some(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_attacks; i++)
		if (is_of_descriptors(attacks[i].name))
			attack_without_numbers(i);
}

static uint32_t
neighbour_alone(void)
{
	(void)neighbour_worst(&neighbour);
	(void)poll(NULL, 0,
	    getenv("PSD_SOAK") != NULL ? IDLE_MS_SOAK : IDLE_MS);
	return neighbour_worst(&neighbour);
}

static const char *const floods[] = { "flood_pings", "flood_opens", "flood_log",
	"flood_empty", "in_flight_cycle", "rights_flood", "control_messages",
	"half_closed_deaf", "frame_empty", "unlink_outside" };

/* All are told, and then all are heard. */
static void
attack_together(size_t n)
{
	static int fds[CROWD_SOAK];

	for (size_t i = 0; i < n; i++)
		(void)meet_attacker("crowd", &fds[i]);
	for (size_t i = 0; i < n; i++) {
		char line[PATH_MAX];
		const int len = snprintf(line, sizeof(line),
		    "%s %s/files %d %d", floods[i % PSD_ELEMENTS(floods)],
		    rig.dir, (int)rig.pid, (int)victim);

		assert_int_equal(send(fds[i], line, (size_t)len, MSG_NOSIGNAL),
		    len);
	}
	for (size_t i = 0; i < n; i++) {
		/* Hundreds have some hundred thousand requests. */
		if (test_poll(fds[i], POLLIN, 10 * TEST_DEADLINE) == 0)
			fail_msg("%s does not end",
			    floods[i % PSD_ELEMENTS(floods)]);
		psd_fd_close(fds[i]);
	}
}

static int
reckon_for_ever(void *argument)
{
	volatile unsigned *sum = argument;

	turns_enter_group();
	while (*sum < UINT_MAX)
		*sum = (*sum + 1) % UINT_MAX;
	return 0;
}

static double
seconds(clockid_t clock)
{
	struct timespec now;

	assert_int_equal(clock_gettime(clock, &now), 0);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What a bystander of an ordinary priority has of a processor, in percent. */
static double
share_beside(size_t n)
{
	unsigned sum = 0;
	const pid_t pid = test_child_start(reckon_for_ever, &sum);
	double since, until, had;
	clockid_t clock;

	assert_int_equal(clock_getcpuclockid(pid, &clock), 0);
	since = seconds(CLOCK_MONOTONIC);
	had = seconds(clock);
	if (n > 0)
		attack_together(n);
	else
		(void)poll(NULL, 0, IDLE_MS_SOAK);
	had = seconds(clock) - had;
	until = seconds(CLOCK_MONOTONIC);
	test_child_kill(pid);
	return 100 * had / (until - since);
}

static void
look_at_a_bystander(void)
{
	const double alone = share_beside(0);
	const double beside = share_beside(count_crowd());

	print_message("# a bystander had %.0f %% of a processor alone, %.1f %% "
		      "beside %zu\n",
	    alone, beside, count_crowd());
}

static void
many_together_hold_up_nobody(void **state)
{
	const uint32_t alone = neighbour_alone();
	uint32_t one = 0, all;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(floods); i++) {
		const uint32_t worst =
		    attack_and_look("crowd", find_attack(floods[i]), untouched);

		one = worst > one ? worst : one;
	}
	turns_print(&rig, "beside one");
	attack_together(count_crowd());
	all = neighbour_worst(&neighbour);
	assert_true(ledger_settles(rig.pid, &before));
	assert_int_equal(sentinels_sum(&rig), untouched);
	print_message("# a neighbour's ping took at worst %u us alone, %u us "
		      "beside one, %u us beside %zu\n",
	    alone, one, all, count_crowd());
	turns_print(&rig, "beside all of them");
	print_message("# the daemon's nice value: %d\n",
	    getpriority(PRIO_PROCESS, (id_t)rig.pid));
	if (getenv("PSD_SOAK") != NULL)
		look_at_a_bystander();
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

static int
clean(void **state)
{
	const int r = clean_attacks(state);

	turns_ungroup();
	return r;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sibling_of_the_same_user_is_out_of_reach),
		cmocka_unit_test(no_descriptor_stays_where_some_may_be_sent),
		cmocka_unit_test(
		    a_daemon_without_descriptors_left_drops_who_sends_some),
		cmocka_unit_test(many_together_hold_up_nobody),
	};

	if (geteuid() != 0) {
		print_message("SKIP: no helpers of other users without root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, prepare, clean);
}
