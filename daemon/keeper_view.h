/* SPDX-License-Identifier: ISC */
#ifndef PSD_KEEPER_VIEW_H
#define PSD_KEEPER_VIEW_H

#include "policy/policy.h"

/* One thing that a helper's root shows. */
struct psd_view_item {
	char *path;   /* absolute; no component of it is a link */
	char *target; /* of a symbolic link; NULL: to be bound */
	int fd;       /* O_PATH of what is to be bound; PSD_NO_FD: nothing is,
			 and it is an empty directory */
	int tree;     /* its mount here once it is shown, or PSD_NO_FD */
	bool is_dir;
	bool is_device;   /* one that may be opened */
	bool is_writable; /* some word says so of it or of what it is in */
	bool can_run;     /* likewise, that its files may be executed */
};

enum { PSD_VIEW_ITEMS_MAX = 512 };

struct psd_view {
	struct psd_view_item at[PSD_VIEW_ITEMS_MAX];
	size_t n;
};

/*
 * Follows each path to where it really is: every symbolic link on the way
 * becomes an item, and what is at its end.  Parents come before what is
 * beneath them.  What is missing is left out.  0 or -errno; for a keeper,
 * which ends soon: frees nothing.
 */
int psd_view_resolve(const struct psd_words *paths, struct psd_view *ret);

#endif
