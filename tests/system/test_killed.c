/* SPDX-License-Identifier: ISC */
/*
 * Helpers are killed some microseconds after they have asked, each operation of
 * the catalogue in turn: each end is told once, as the last of its helper, no
 * child, descriptor or program stays, and the next helper is served.
 *
 * PSD_SOAK=1 kills a hundred times as many, PSD_SEED=N at the same moments.
 */
#include "common/fd.h"
#include "tests/support/child.h"
#include "tests/support/ledger.h"
#include "tests/support/seed.h"
#include "tests/system/asking_fixture.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	ROUNDS = 1,
	ROUNDS_SOAK = 100,
	DELAY_MAX_USEC = 400,
};

static struct ledger before;
static unsigned seed;

static int
start(void **state)
{
	(void)prepare(state);
	grant_all("killed", "Instances=1\nRestartSec=1ms\nStartLimitBurst=0",
	    "RequestTimeoutSec=1s\nLogVerdicts=all\nPhases=first second\n"
	    /* Whoever has had its client is replaced without delay. */
	    "AllowAccept=\nAllowAccept=yes once\n");
	write_program("policies/lo.policy", "/bin/cat");
	daemon_rig_start(&rig);
	before = ledger_of(rig.pid);
	return 0;
}

/* Has the puppet ask, and does not wait for the answer. */
static void
have_asked(int puppet, const struct psd_op_row *row)
{
	static struct psd_frame frame;
	char line[HEX_MAX + 16];
	union psd_any_req req;
	int len;

	sample_make(rig.dir);
	sample_fill(row, sample_succeeds_with(row), rig.dir, &req);
	psd_frame_init(&frame);
	assert_int_equal(psd_encode_request(&frame, row, 1, &req), 0);
	assert_true(frame.len * 2 < HEX_MAX);
	len = snprintf(line, sizeof(line), "frame %u ", frame.n_fds);
	for (size_t i = 0; i < frame.len; i++)
		len += snprintf(line + len, 3, "%02x", frame.bytes[i]);
	psd_frame_clear(&frame);
	assert_int_equal(send(puppet, line, (size_t)len, MSG_NOSIGNAL), len);
}

/* How often the log has it, and where the last is. */
static unsigned
count(const char *text, const char *wanted, const char **ret_last)
{
	unsigned n = 0;

	for (const char *at = strstr(text, wanted); at != NULL;
	     at = strstr(at + 1, wanted)) {
		*ret_last = at;
		n++;
	}
	return n;
}

static char *
read_log(void)
{
	char path[PATH_MAX], *text = NULL;
	size_t size = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/log", rig.dir);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_true(getdelim(&text, &size, '\0', file) > 0);
	(void)fclose(file);
	return text;
}

/*
 * One end, one verdict at most of what it asked, and nothing behind the end,
 * nor later: the log is emptied for the next, with whose lines it is read.
 */
static void
check_log(const struct psd_op_row *row, const char *pid)
{
	static char former[64] = "?";
	char tag[64], ended[96], allowed[128];
	const char *end = NULL, *last = NULL;
	char *text = read_log();

	(void)snprintf(tag, sizeof(tag), "killed[%s]: ", pid);
	(void)snprintf(ended, sizeof(ended),
	    "killed[%s]: ended: abrupt (killed by SIGKILL)", pid);
	(void)snprintf(allowed, sizeof(allowed), "killed[%s]: allowed %s(", pid,
	    row->name);
	if (count(text, ended, &end) != 1)
		fail_msg("%s: its end is told %u times", row->name,
		    count(text, ended, &end));
	(void)count(text, tag, &last);
	if (last != end)
		fail_msg("%s: after its end: %.80s", row->name, last);
	if (count(text, allowed, &last) > 1)
		fail_msg("%s: allowed twice", row->name);
	if (strstr(text, former) != NULL)
		fail_msg("%s: of the one before: %s", row->name, former);
	(void)snprintf(former, sizeof(former), "%s", tag);
	free(text);
	daemon_rig_write(&rig, "log", "");
}

/* The first of each operation has its answer: what the daemon keeps is there. */
static void
kill_one(const struct psd_op_row *row, bool is_first)
{
	const struct timespec delay = {
		.tv_nsec = rand_r(&seed) % DELAY_MAX_USEC * 1000,
	};
	char pid[32], ended[64];
	const int puppet = daemon_rig_connect(&rig, "killed");

	(void)snprintf(pid, sizeof(pid), "%s", daemon_rig_say(puppet, "pid"));
	have_asked(puppet, row);
	if (is_first)
		(void)test_poll(puppet, POLLIN, TEST_GLIMPSE);
	(void)nanosleep(&delay, NULL);
	assert_int_equal(kill((pid_t)strtol(pid, NULL, 10), SIGKILL), 0);
	(void)snprintf(ended, sizeof(ended), "killed[%s]: ended: ", pid);
	assert_true(daemon_rig_logs(&rig, ended));
	psd_fd_close(puppet);
	check_log(row, pid);
}

/*
 * Until the programs of dead helpers have ended, and what was under way for
 * them: no more children and descriptors than that.
 */
static void
wait_for_rest(size_t fds)
{
	struct ledger now = { 0 };

	for (int ms = 0; ms < TEST_DEADLINE; ms++) {
		now = ledger_of(rig.pid);
		if (now.children == before.children && now.zombies == 0 &&
		    now.fds <= fds)
			return;
		(void)poll(NULL, 0, 1);
	}
	fail_msg("%zu children, were %zu; %zu descriptors, not %zu",
	    now.children, before.children, now.fds, fds);
}

static void
kill_each(bool is_first)
{
	for (size_t i = 0; i < psd_op_count; i++)
		if (is_asked(&psd_op_rows[i]))
			kill_one(&psd_op_rows[i], is_first);
}

static void
whoever_is_killed_while_it_asks_leaves_nothing(void **state)
{
	const int rounds = getenv("PSD_SOAK") != NULL ? ROUNDS_SOAK : ROUNDS;
	int puppet;

	(void)state;
	kill_each(true);
	wait_for_rest(SIZE_MAX);
	before = ledger_of(rig.pid);
	for (int i = 0; i < rounds; i++)
		kill_each(false);
	wait_for_rest(before.fds);
	puppet = daemon_rig_connect(&rig, "killed");
	assert_string_equal(daemon_rig_say(puppet, "ping 1"), "0");
	psd_fd_close(puppet);
	assert_false(daemon_rig_has_logged(&rig, "dropped: "));
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    whoever_is_killed_while_it_asks_leaves_nothing),
	};
	const int skipped = keep_host();

	if (skipped != 0)
		return skipped;
	seed = test_seed("PSD_SEED");
	return cmocka_run_group_tests(tests, start, clean);
}
