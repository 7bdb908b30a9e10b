/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_INJECT_H
#define FAULTS_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Sees the system calls of a daemon, lets one of them fail, or kills somebody
 * at one.  A process of its own does so by ptrace(2), so that the test may wait
 * for the daemon's answer meanwhile; both share a board.
 *
 * A call that is to fail is not made: another that changes nothing (getpid)
 * takes its place, which a filter on the daemon lets pass, and its result is
 * replaced.  close() is made and fails after that, as the kernel's does, and so
 * do close_range(), shutdown(), an epoll_ctl() that adds nothing and a wait()
 * that is not interrupted; of brk(), which returns the old end when it fails,
 * the argument is replaced.
 */
enum inject_act {
	INJECT_NOTHING, /* just write the calls down */
	INJECT_FAIL,    /* and the victim dies, if there is one */
	INJECT_SHORTEN, /* reads or writes one byte only */
	INJECT_KILL_BEFORE,
	INJECT_KILL_AFTER,
};

struct inject_plan {
	enum inject_act act;
	bool of_child; /* a call of a child of the daemon's, not its own */
	int number;    /* which call */
	unsigned nth;  /* of its number, from 1, since inject_arm() */
	int error;     /* with INJECT_FAIL, as errno */
	pid_t victim;  /* who is killed, too; 0: whoever makes the call */
	int begin;     /* counts from the first such call on; 0: at once */
	bool lasts;    /* the next ones, too */
};

/* One that was made, in its order. */
struct inject_call {
	int number;
	unsigned nth;
	bool of_child;
	unsigned child; /* which one, from 1 */
	bool executes;  /* and it goes on to execute a program */
	uint64_t arguments[6];
	uint64_t place; /* tests/faults/place.h */
	long result;
};

/* May this process trace?  Once, before all else: 0, or 77 having said why. */
int inject_prepare(void);

/*
 * The next process that calls inject_born() waits there until it is traced;
 * what it does before its exec does not count.  A fork of the test's calls it
 * (daemon_rig.on_birth).
 */
void inject_expect(bool follows_children);
void inject_born(void);

/* Traces one that runs already. */
void inject_attach(pid_t pid, bool follows_children);

/* Lets go of it, wherever it is. */
void inject_end(void);

/* Begins to count, and to act by the plan, once. */
void inject_arm(const struct inject_plan *plan);

/* Stops that, and returns how many calls were written down. */
size_t inject_disarm(void);

/* Valid until the next inject_arm(). */
const struct inject_call *inject_call(size_t index);

/* Is it the first or the last of those that were made from its place? */
bool inject_is_edge(size_t index);

/* Was the plan carried out? */
bool inject_has_hit(void);

/* Did the child whose call failed execute a program all the same? */
bool inject_child_executed(void);

/* Has the daemon itself, before the plan was carried out? */
bool inject_has_executed(void);

/* Has the daemon ended, and how (as by waitpid(2))? */
bool inject_has_ended(int *ret_status);

/* How many calls it has made in all. */
uint64_t inject_total(void);

/*
 * Waits until the daemon sleeps in its loop, or has ended.  False when it does
 * not by the deadline: it spins, or stands still elsewhere.
 */
bool inject_settles(void);

#endif
