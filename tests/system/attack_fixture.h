/* SPDX-License-Identifier: ISC */
#ifndef ATTACK_FIXTURE_H
#define ATTACK_FIXTURE_H

/*
 * A daemon, a helper beside those that were taken over, and how each attack of
 * tests/attacks is made and judged.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/attacks/attack.h"
#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"
#include "tests/support/ledger.h"
#include "tests/support/neighbour.h"
#include "tests/support/sentinels.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include <cmocka.h>

enum { ATTACKS_MAX = 1024, LOG_MAX = 1 << 16 };

static struct daemon_rig rig;
static struct neighbour neighbour;
static pid_t victim; /* the neighbour, or whom a test names */
static struct ledger before;
static int puppet = PSD_NO_FD;
static struct {
	char name[64];
	int kind;
} attacks[ATTACKS_MAX];
static size_t n_attacks;

static const char *
attacker(void)
{
	static char path[PATH_MAX];
	const char *dir = getenv("PSD_HELPERS");

	(void)snprintf(path, sizeof(path), "%s/tests/helpers/attacker",
	    dir != NULL ? dir : getenv("B"));
	return path;
}

/* Lines of the policy's sections, beside what all of them have. */
static void
write_attacker(const char *name, const char *helper_lines,
    const char *policy_lines)
{
	char text[PATH_MAX * 2], path[64];

	(void)snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=%s\nListenStream=%%s/run/%s.sock\n"
	    "StartLimitBurst=0\n%s\n"
	    "[Policy]\nSystemCallFilter=@helper @loader @network-io\n"
	    "AllowOpen=@runtime\nAllowAccept=yes once\n"
	    "AllowOpen=read %%s/files/inside/**\n%s\n",
	    attacker(), name, helper_lines, policy_lines);
	(void)snprintf(path, sizeof(path), "policies/%s.policy", name);
	daemon_rig_write(&rig, path, text);
}

static void
run_list(int out)
{
	(void)dup2(out, STDOUT_FILENO);
	(void)execl(attacker(), attacker(), "list", (char *)NULL);
	_exit(98);
}

/* PSD_ATTACKS=WORD: only those with it in their names, and what they got. */
static bool
is_wanted(const char *name)
{
	const char *word = getenv("PSD_ATTACKS");

	return word == NULL || strstr(name, word) != NULL;
}

static void
list_attacks(void)
{
	int ends[2];
	FILE *list;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		run_list(ends[1]);
	(void)close(ends[1]);
	list = fdopen(ends[0], "r");
	assert_non_null(list);
	while (n_attacks < ATTACKS_MAX &&
	    fscanf(list, "%63s %d", attacks[n_attacks].name,
		&attacks[n_attacks].kind) == 2)
		n_attacks += is_wanted(attacks[n_attacks].name);
	(void)fclose(list);
	assert_int_equal(test_child_exit_status(pid), 0);
	assert_true(n_attacks > 0 && n_attacks < ATTACKS_MAX);
}

/*
 * A key of the session in which the daemon is started.  What it is looked for
 * by is there, or the attacks would say nothing.
 */
static void
add_secret_key(void)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, ATTACK_RING) < 0) {
		print_message("# there are no keys here\n");
		return;
	}
	assert_true(syscall(SYS_add_key, "user", ATTACK_KEY, "secret", 6,
			KEY_SPEC_SESSION_KEYRING) >= 0);
	assert_true(syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING,
			"user", ATTACK_KEY, 0) >= 0);
}

/* Directories and files; the policies are the test's. */
static void
prepare_attacks(void)
{
	list_attacks();
	add_secret_key();
	daemon_rig_prepare(&rig);
	sentinels_make(&rig);
	daemon_rig_puppet(&rig, "neighbour", "", "");
}

static void
start_attacks(void)
{
	daemon_rig_start(&rig);
	puppet = daemon_rig_connect(&rig, "neighbour");
	victim = (pid_t)strtol(daemon_rig_say(puppet, "pid"), NULL, 10);
	neighbour_start(&neighbour, puppet);
	before = ledger_at_rest(rig.pid, LEDGER_REST_MS);
}

static int
clean_attacks(void **state)
{
	(void)state;
	neighbour_stop(&neighbour);
	psd_fd_cleanup(&puppet);
	daemon_rig_clean(&rig);
	return 0;
}

/* How often the log says something of one helper. */
static unsigned
count_entries(const char *service, int pid, const char *what)
{
	static char text[LOG_MAX * 16];
	char path[PATH_MAX], wanted[128];
	unsigned n = 0;
	FILE *log;

	(void)snprintf(path, sizeof(path), "%s/log", rig.dir);
	(void)snprintf(wanted, sizeof(wanted), "%s[%d]: %s", service, pid,
	    what);
	log = fopen(path, "re");
	assert_non_null(log);
	text[fread(text, 1, sizeof(text) - 1, log)] = '\0';
	(void)fclose(log);
	for (const char *at = strstr(text, wanted); at != NULL;
	     at = strstr(at + 1, wanted))
		n++;
	return n;
}

/*
 * A call that ends its helper is refused and the helper dropped: once each.
 * Without a filter it goes on, and may make others.
 */
static bool
is_logged(const char *service, int pid)
{
	const unsigned refused = count_entries(service, pid, "refused ");
	const unsigned dropped = count_entries(service, pid, "dropped: ");

	if ((refused > 1 && strcmp(service, "filtered") == 0) || dropped > 1)
		fail_msg("%s[%d]: refused %u times, dropped %u times", service,
		    pid, refused, dropped);
	return refused + dropped > 0;
}

/*
 * What the policy refuses is in the log, and whom it ended; not what the
 * kernel made of a name that the policy grants, or of a call.
 */
static bool
must_be_logged(const char *verdict, size_t i)
{
	const long error = strtol(verdict, NULL, 10);

	return verdict[0] == '\0' ||
	    (attacks[i].kind == ATTACK_ASKS &&
		(error == EPERM || error == EPIPE));
}

static void
judge(const char *service, size_t i, int pid, const char *verdict)
{
	bool is_named = false;

	if (attacks[i].kind == ATTACK_FILTERED &&
	    strcmp(service, "filtered") != 0)
		return;
	if (attacks[i].kind != ATTACK_OTHERS && strcmp(verdict, "0") == 0)
		fail_msg("%s succeeds, %s", attacks[i].name, service);
	if (!must_be_logged(verdict, i))
		return;
	for (int ms = 0; !is_named && ms < TEST_DEADLINE; ms++) {
		is_named = is_logged(service, pid);
		if (!is_named)
			(void)poll(NULL, 0, 1);
	}
	if (!is_named)
		fail_msg("%s, %s: not in the log", attacks[i].name, service);
}

/* One that waits to be told what to do; its process id. */
static int
meet_attacker(const char *service, int *ret_fd)
{
	char line[32] = "";

	*ret_fd = daemon_rig_connect(&rig, service);
	assert_true(test_poll(*ret_fd, POLLIN, TEST_DEADLINE) != 0);
	assert_true(recv(*ret_fd, line, sizeof(line) - 1, 0) > 0);
	return (int)strtol(line, NULL, 10);
}

/* What it answers with: an error, 0, or nothing when it has ended. */
static const char *
order_attack(int fd, size_t i)
{
	return daemon_rig_say(fd, "%s %s/files %d %d\n", attacks[i].name,
	    rig.dir, (int)rig.pid, (int)victim);
}

static void
attack(const char *service, size_t i)
{
	char verdict[32];
	int fd;
	const int pid = meet_attacker(service, &fd);

	(void)snprintf(verdict, sizeof(verdict), "%s", order_attack(fd, i));
	(void)close(fd);
	judge(service, i, pid, verdict);
	if (getenv("PSD_ATTACKS") != NULL)
		print_message("# %s %s: %s\n", service, attacks[i].name,
		    verdict);
}

/* An attack, and then everybody else; how long the neighbour waited. */
static uint32_t
attack_and_look(const char *service, size_t i, uint64_t untouched)
{
	attack(service, i);
	assert_true(ledger_settles(rig.pid, &before));
	if (sentinels_sum(&rig) != untouched)
		fail_msg("%s changed a file", attacks[i].name);
	sentinels_refresh(&rig);
	return neighbour_worst(&neighbour);
}

#endif
