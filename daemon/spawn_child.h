/* SPDX-License-Identifier: ISC */
#ifndef PSD_SPAWN_CHILD_H
#define PSD_SPAWN_CHILD_H

#include "common/confine.h"
#include "daemon/spawn.h"

/* The number of the helper's end of the pair. */
enum { PSD_PAIR_NUMBER = 3 };

/*
 * What psd_spawn() and its child share: the child is in the parent's memory
 * until it executes its program, and the parent does nothing but wait for
 * that.  With one that is on its own the parent does as ever, and all this is
 * kept for it alone (daemon/spawn_later.h).
 */
struct psd_spawn_state {
	const struct psd_plan *plan;
	const struct psd_birth *birth;
	pid_t parent;
	char *const *environment; /* with LISTEN_* */
	char *pid_text;           /* where LISTEN_PID='s digits go */
	int report_fd;            /* the child's end, or PSD_NO_FD */
	unsigned files_end;       /* it shares the parent's table, of which it
				     needs what is below; 0: it does not */
	size_t group;             /* of slots, for spawn_files.c, */
	uint32_t lowered;         /* and which are in use */
	bool enters_cgroup;       /* by itself, clone3() did not do it */
	bool has_no_handlers;     /* clone3() took those of signals away */
	bool is_on_its_own;       /* nobody waits */
	bool stops_parent;        /* CLONE_VFORK: until it has its program */
	unsigned char *stack;     /* its lowest address */
	struct psd_confine confine;

	/* Written by the child: the step that was begun last, too. */
	struct psd_spawn_failure *failure;
	bool in_cgroup;
	bool has_left; /* the parent's table; atomic, as the parent runs on */
	/* Cleared by the kernel, with CLONE_CHILD_CLEARTID, at exec or end. */
	pid_t is_in_memory;

	/* The child's own: sources, moved out of the way of the targets. */
	int exec_fd, landlock_fd, null_fd, pair_end;
	int stdio[3]; /* or PSD_NO_FD: /dev/null */
	int namespaces[PSD_NS_COUNT];
};

/*
 * Has psd_spawn_prepare_process() put all signals to their defaults?  The
 * daemon ignores none afterwards and has no handlers: its loop takes signals
 * by signalfd(2).
 */
bool psd_spawn_signals_are_default(void);

/*
 * The child between its birth and its program.  Does not return when all
 * goes well; else returns the failed step, which is the exit status.  Only
 * raw system calls and this state: whatever else it would touch is the
 * parent's too.
 */
int psd_spawn_child(void *argument);

/*
 * Makes the pair by which children hand over their listeners, once, for
 * psd_spawn_prepare_process().  Without it psd_spawn() makes one for each.
 * 0 or -errno.
 */
int psd_spawn_open_report(void);

/* Its steps that common/confine.h does not have; 0 or -errno. */
int psd_spawn_mount_temporary(struct psd_spawn_state *state);
int psd_spawn_bind_processors(struct psd_spawn_state *state);
int psd_spawn_ask_for_death(struct psd_spawn_state *state);
int psd_spawn_unblock_signals(struct psd_spawn_state *state);

#endif
