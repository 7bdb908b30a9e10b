/* SPDX-License-Identifier: ISC */
#ifndef PSD_PROC_FD_H
#define PSD_PROC_FD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What /proc/self/fd lets one do with a descriptor that is open already. */

/*
 * Opens /proc/self/fd once, at start: what is mounted over /proc later changes
 * nothing.  0 or -errno.
 */
int psd_proc_fd_init(void);

/* A descriptor of /proc itself (O_PATH), of the caller's, or -errno. */
int psd_proc_fd_root(void);

/*
 * How many this process has open; 0: the kernel does not say (before 6.2).
 * Needs none for that.
 */
uint32_t psd_proc_fd_count(void);

/* Opens what fd (O_PATH is enough) refers to anew with open(2)'s flags. */
int psd_proc_fd_reopen(int fd, int flags);

/*
 * For a child: makes the directory of its own descriptors the working one, in
 * the /proc of the start.  0 or -errno.
 */
int psd_proc_fd_enter_own(void);

/* chmod(2) of what fd (O_PATH is enough) refers to.  0 or -errno. */
int psd_proc_fd_chmod(int fd, mode_t mode);

/* Where fd is now, as an absolute path.  0 or -errno. */
int psd_proc_fd_path(int fd, char *ret, size_t size);

/*
 * The mount that fd was opened on, and the number of the file there.  Its file
 * system is not asked, which may be one that never answers.  0 or -errno.
 */
struct psd_place {
	uint64_t mount, inode;
};
int psd_proc_fd_tell(int fd, struct psd_place *ret);

#endif
