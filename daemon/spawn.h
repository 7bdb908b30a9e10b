/* SPDX-License-Identifier: ISC */
#ifndef PSD_SPAWN_H
#define PSD_SPAWN_H

#include "policy/diag.h"
#include "common/steps.h"
#include "policy/policy.h"

#include <linux/filter.h>
#include <sched.h>
#include <sys/types.h>

/* The namespaces prepared for a service (daemon/namespace.h). */
enum { PSD_NS_MNT, PSD_NS_NET, PSD_NS_IPC, PSD_NS_UTS, PSD_NS_COUNT };

/* Where a temporary file system goes, and the directory that is in. */
#define PSD_SPAWN_TEMPORARY_DIR "/.private"
#define PSD_SPAWN_TEMPORARY PSD_SPAWN_TEMPORARY_DIR "/tmp"

/*
 * The numbers of the child's that lie above its limit, counted from
 * psd_plan.exec_number, which is the first.  Our own limit has to be above
 * them.
 */
enum psd_spawn_numbers {
	PSD_SPAWN_REPORT = 1, /* the socket that the listener goes out by */
	PSD_SPAWN_LANDLOCK = 2,
	PSD_SPAWN_NUMBERS = 3, /* of them */
};

/* psd_plan.exec_number is no less: the child needs those below. */
enum { PSD_SPAWN_LOWEST = 8 };

/*
 * What all instances of a service share, prepared at policy load and not
 * changed any more.  Descriptors are borrowed.
 */
struct psd_plan {
	int exec_fd;     /* O_PATH or read-only descriptor of the program */
	int exec_number; /* the high number it gets in the child */
	const char *exec_path; /* the empty string at the address that the
				  filter lets pass; NULL: any */
	char *const *argv;
	char *const *environment; /* NAME=value, without LISTEN_*; may be
				     NULL */
	const int *namespaces;    /* PSD_NS_COUNT descriptors, or NULL; a
				     single one may be PSD_NO_FD */
	const char *temporary; /* options of a tmpfs of each instance's own at
				  PSD_SPAWN_TEMPORARY, or NULL */
	uint64_t temporary_rights; /* Landlock's there */
	int null_fd;               /* /dev/null, read-write */
	const struct psd_limit *limits;
	size_t n_limits;
	const cpu_set_t *processors; /* or NULL: the daemon's own */
	bool set_ids;         /* change groups, gid, uid (not rootless) */
	bool owns_uid;        /* nobody else has the helper's uid */
	bool is_unprivileged; /* no capabilities at all, not even in a user
				 namespace: what needs them is left out */
	int landlock_fd;      /* ruleset, or PSD_NO_FD */
	const struct sock_fprog *filter;       /* NULL: none (tests only) */
	const struct sock_fprog *plain_filter; /* used when a listener cannot
						  be had; NULL: fail */
	bool want_listener; /* user notification for denied calls */
};

/* What is this one instance's own. */
struct psd_birth {
	uid_t uid;
	gid_t gid;
	int pair_end;     /* the child's end; becomes number 3; borrowed; or
			  PSD_NO_FD, and there is no such number */
	int stderr_fd;    /* or PSD_NO_FD: /dev/null; borrowed */
	const int *stdio; /* standard input, output and error (borrowed), of a
			     program; or NULL: /dev/null; without the last,
			     stderr_fd */
	char *const *environment; /* more NAME=value, or NULL */
	int cgroup_fd;            /* a leaf directory, or PSD_NO_FD; borrowed */
	pid_t watcher;            /* who is to read its memory, or 0 */
	bool may_fail_later; /* whoever starts it can do without the wait */
};

struct psd_spawn_failure {
	enum psd_step step; /* PSD_STEP_NONE: before there was a child */
	int error;          /* errno of that step; 0: none failed */
};

/* The child; descriptors are the caller's. */
struct psd_child {
	pid_t pid;
	int pidfd;
	int listener;   /* of denied calls, or PSD_NO_FD */
	bool in_cgroup; /* false: none was given */
	bool is_slow;   /* clone3() was refused, so clone() was used */
	/*
	 * Of one that was not waited for: what is kept for it, or NULL; and
	 * where its listener comes from, or PSD_NO_FD.
	 */
	struct psd_spawn_memory *later;
	int report;
};

/*
 * Starts one confined helper.  Returns 0 and the child, which has executed
 * its program by then, or -errno with failure telling the step; then there is
 * no child, no zombie and no descriptor left.  Waits for the exec, 200 to
 * 400 µs; a child that is held up longer than two seconds is killed, which
 * is -ETIMEDOUT.  For one thread: all children use the same stack.
 *
 * When starts have lately taken longer, one that may fail later is not waited
 * for.  Then plan must stay until psd_spawn_forget().
 */
int psd_spawn(const struct psd_plan *plan, const struct psd_birth *birth,
    struct psd_child *ret_child, struct psd_spawn_failure *ret_failure);

/* The step that failed in a child that has ended, or NULL. */
const struct psd_spawn_failure *psd_spawn_late_failure(
    const struct psd_child *child);

/* It has executed its program, or has ended. */
void psd_spawn_forget(struct psd_child *child);

/*
 * Default dispositions for all signals: whoever started us may have left some
 * ignored, and with SIGCHLD no child of ours could be waited for.  Before the
 * first child.  0 or -errno.
 */
int psd_spawn_default_signals(void);

/*
 * Once at the daemon's start, before the first spawn: default dispositions
 * for all signals, non-dumpable, and an empty bounding set after what is kept
 * went into the inheritable set (and ambient, when not uid 0).  Returns 0 or
 * -errno; -EPERM when rootless, which is no error there.
 */
int psd_spawn_prepare_process(void);

/* The same at a start, with diag; without privileges as much as can be had. */
int psd_spawn_prepare_start(bool is_unprivileged, struct psd_diag *diag);

#endif
