/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_DAY_H
#define FAULTS_DAY_H

#include "common/ops.h"
#include "tests/support/daemon_rig.h"
#include "tests/support/ledger.h"

#include <limits.h>

/*
 * A day of a daemon: a real one with a service for every kind of work that
 * there is, and a list of short steps, each of which does one thing and tells
 * how it went in a word or two, the same each time.  Every operation is a step,
 * and so are what privsepctl asks, reloads, starts and ends of helpers, clients
 * of every kind, and the re-exec.
 *
 * Nothing here fails the test by itself when the daemon does not do as it
 * should: that is for the caller to judge.
 */
struct day {
	struct daemon_rig rig;
	char files[PATH_MAX];   /* what operations are about, DIR/files */
	int puppet;             /* our word to the helper "all"; or -EBADF */
	struct ledger baseline; /* the daemon at rest */
	unsigned generation;    /* of the policies that are changed */
	unsigned lives;         /* of helpers that have just ended */
};

enum { DAY_OUTCOME_MAX = 128, DAY_DEADLINE = 30000 };

struct day_step {
	const char *name;
	void (*perform)(struct day *day, const struct day_step *step,
	    char ret[DAY_OUTCOME_MAX]);
	const char *word;             /* of the step's own, or NULL */
	const struct psd_op_row *row; /* that is asked for, or NULL */
	bool uses_up;                 /* the helper has less rights then */
	bool is_long;                 /* too long for a sample */
	bool ends_helper;             /* and has the next one started */
	bool is_of_door;              /* which is that of "door" */
};

/*
 * Once a process, before anything else: gives it a network and a host name of
 * its own, and clocks that only seem to be set.  0, or 77 having said why.
 */
int day_leave_host(void);

/* Makes the directories and policies. */
void day_prepare(struct day *day);

/* The same with "all", the program that it may run, and "echo" only. */
void day_prepare_few(struct day *day);

/*
 * The policy of the helper to which everything is allowed, and of the one that
 * clients speak with, as they are now.
 */
void day_write_all(const struct day *day);
void day_write_door(const struct day *day);

/*
 * Starts the daemon, is met by its helpers, and notes what it has at rest.
 * With is_expected it is traced from its birth (inject_expect() was called).
 */
void day_start(struct day *day, bool is_expected);

/*
 * The same without an assertion: false when it did not get ready; then it is
 * gone, and *ret_status has its exit status (128 + N for a signal).
 */
bool day_may_start(struct day *day, bool is_expected, int *ret_status);

/* Again, after day_start(): does it come to have what it had then? */
bool day_start_again(struct day *day);

/* SIGTERM; the exit status, or -1 when it had to be killed. */
int day_stop(struct day *day);

/* The daemon is no more: forgets it, and returns its exit status. */
int day_bury(struct day *day);

/* Removes all that was made; the daemon is stopped if it runs. */
void day_clean(struct day *day);

/* All steps, in the order of the day. */
const struct day_step *day_steps(size_t *ret_n);

/* Does one, and what it leaves behind is tidied up by day_recover(). */
void day_do(struct day *day, const struct day_step *step,
    char ret[DAY_OUTCOME_MAX]);

/* What the daemon has now. */
struct ledger day_look(const struct day *day);

/*
 * Whatever came before: there is a helper that answers, and the daemon has
 * what it had at rest.  False, having said what is not so.
 */
bool day_recovers(struct day *day, const struct day_step *step);

/* For steps: a line to the puppet and its answer; "" when it is gone. */
const char *day_say(struct day *day, const char *line);

/* For steps: makes sure of a helper of "all"; false when there is none. */
bool day_meet(struct day *day);
void day_part(struct day *day);

/* For steps: meets one, and has the daemon open what it opens once. */
bool day_wake(struct day *day);

/*
 * For steps: privsepctl's exit status, or -1 when it hangs; its last line.
 * Its input is a file.
 */
int day_ctl(struct day *day, char ret[DAY_OUTCOME_MAX],
    const char *const *words);

/* For steps: a connection to a socket below DIR/run, or -errno. */
int day_connect(const struct day *day, const char *name);

/* What comes by the deadline, as text; "" for the end, "..." for nothing. */
const char *day_hear(int fd);

#endif
