/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_ALLOCATIONS_H
#define FAULTS_ALLOCATIONS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Lets an allocation of memory fail, whoever makes it: our code, the C library
 * or any other.  tests/preload/allocations.c, which is loaded before all of
 * them, does so, in the one process that the board names; both share it as a
 * file.
 */
enum { ALLOCATIONS_FRAMES = 24, ALLOCATIONS_PLACES = 1 << 16 };

struct allocations {
	_Atomic pid_t pid;         /* 0: whoever is executed next */
	_Atomic uint64_t n;        /* that were asked for since it was armed */
	_Atomic uint64_t fails_at; /* 0: none */
	bool spares_libseccomp;    /* what it asks for does not count */
	_Atomic int64_t n_live;    /* since the process began */
	_Atomic int n_frames; /* above 0: it has failed, and that is where */
	void *frames[ALLOCATIONS_FRAMES];
	bool wants_places; /* of those that do not fail, too */
	uint64_t places[ALLOCATIONS_PLACES]; /* tests/faults/places.h */

	/*
	 * For allocations_fork(): a child is made at each of these, in which it
	 * fails, and the process goes on when the child has ended, having told
	 * of it, by a call that is not watched.
	 */
	_Atomic bool forks;
	_Atomic bool is_child;
	bool is_chosen[ALLOCATIONS_PLACES];
	void (*begin_child)(void);
	void (*on_end)(void *argument, uint64_t n, int status);
	void *argument;
};

/* The names of its file and of the library, as the library looks for them. */
#define ALLOCATIONS_BOARD "PSD_ALLOCATIONS_BOARD"

/*
 * Makes a board, or opens the one that this process looks at, and has whatever is executed from now on look at it.  NULL,
 * having said SKIP, where a sanitizer has the allocator for itself.
 */
struct allocations *allocations_prepare(void);

/* Does this process look at one itself? */
bool allocations_are_watched(void);

/* Programs that are executed from now on know nothing of it. */
void allocations_hide(void);
void allocations_show(void);

void allocations_arm(struct allocations *board, pid_t pid, uint64_t fails_at);

/*
 * As allocations_arm() for this process, but each of these fails in a child of
 * its own (is_child), which has a fifth of a second of the processor.  So what
 * comes before it is done once and not again for each.
 */
void allocations_fork(struct allocations *board, const uint64_t *which,
    size_t n_which, void on_end(void *argument, uint64_t n, int status),
    void *argument);

/* What a child of a test needs that may go on for ever, or die by a signal. */
void allocations_bound_child(void);

/* Stops counting; how many were asked for. */
uint64_t allocations_disarm(struct allocations *board);

/*
 * Which are to fail of the first n that were asked for since it was armed: all
 * with PSD_SOAK=1 and when there are no more than most, one of each new
 * place with PSD_FAULT_PLACES=1, else so many at random.  Valid until the next
 * call.
 */
size_t allocations_choose(const struct allocations *board, uint64_t n,
    uint64_t most, unsigned *seed, const uint64_t **ret_which);

bool allocations_have_failed(const struct allocations *board);

/* Where the one that failed was asked for, in words for addr2line. */
const char *allocations_where(const struct allocations *board, pid_t pid);

#endif
