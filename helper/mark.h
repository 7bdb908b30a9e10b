/* SPDX-License-Identifier: ISC */
#ifndef PSD_MARK_H
#define PSD_MARK_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Tells the process that made it from its children, which have a copy of its
 * memory: a page that the kernel empties for them (MADV_WIPEONFORK, Linux
 * 4.14), so that to look costs no system call.  Where a filter refuses that
 * advice the process's number is asked for each time.
 */
struct psd_mark {
	const unsigned char *page; /* or NULL */
	pid_t pid;
};

/* Never fails. */
void psd_mark_init(struct psd_mark *mark);

/* Was it made by this process?  Not after vfork(2), which shares memory. */
bool psd_mark_is_ours(const struct psd_mark *mark);

void psd_mark_free(struct psd_mark *mark);

#endif
