/* SPDX-License-Identifier: ISC */
#ifndef PSD_CONFINE_H
#define PSD_CONFINE_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

struct psd_limit {
	int resource; /* RLIMIT_* */
	struct rlimit value;
};

/*
 * How a process is to be confined, by itself: a helper between its birth and
 * its program, or a server that goes on as the helper of its own monitor.
 * Everything is borrowed.
 */
struct psd_confine {
	uid_t uid;
	gid_t gid;
	bool set_ids;             /* change groups, gid, uid */
	bool is_unprivileged;     /* no capabilities at all, not even in a user
				 namespace: what needs them is left out */
	bool has_no_bounding_set; /* it was verified before */
	const struct psd_limit *limits;
	size_t n_limits;
	int landlock_fd;                       /* ruleset, or PSD_NO_FD */
	const struct sock_fprog *filter;       /* NULL: none (tests only) */
	const struct sock_fprog *plain_filter; /* used when a listener cannot
						  be had; NULL: fail */
	bool want_listener; /* user notification for denied calls */
	int report_fd;      /* the socket that the listener goes out by */

	/* Written by psd_confine_load_filter(). */
	bool has_listener;
	int listener;
};

/*
 * The steps, which are to be done in this order; 0 or more when done, else
 * -errno, and the process must not go on.  They make raw system calls and
 * touch nothing but the structure, so that a child which shares its parent's
 * memory can make them.
 */
int psd_confine_set_limits(struct psd_confine *confine);
int psd_confine_start_session(struct psd_confine *confine);
int psd_confine_join_keyring(struct psd_confine *confine);
int psd_confine_empty_bounding_set(struct psd_confine *confine);
int psd_confine_lock_securebits(struct psd_confine *confine);
int psd_confine_drop_groups(struct psd_confine *confine);
int psd_confine_change_gid(struct psd_confine *confine);
int psd_confine_change_uid(struct psd_confine *confine);
int psd_confine_drop_capabilities(struct psd_confine *confine);
int psd_confine_verify(struct psd_confine *confine);
int psd_confine_set_no_new_privs(struct psd_confine *confine);
int psd_confine_enter_landlock(struct psd_confine *confine);
int psd_confine_load_filter(struct psd_confine *confine);

/*
 * Sends len bytes and the listener, if there is one, over the report socket,
 * whose number the filter lets pass for it.  What was sent, or -errno.
 */
int psd_confine_report(const struct psd_confine *confine, const void *bytes,
    size_t len);

#endif
