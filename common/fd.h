/* SPDX-License-Identifier: ISC */
#ifndef PSD_FD_H
#define PSD_FD_H

#include <errno.h>

/*
 * What a descriptor variable holds when it holds no descriptor.  Not -1, so
 * that closing it by mistake is seen as what it is: EBADF.
 */
#define PSD_NO_FD (-EBADF)

/* Returns *fd and leaves PSD_NO_FD there: the caller owns it from now on. */
int psd_fd_take(int *fd);

/* Closes fd unless it is negative; keeps errno.  Takes over fd. */
void psd_fd_close(int fd);

/* Closes *fd and leaves PSD_NO_FD there; for _cleanup_fd_. */
void psd_fd_cleanup(int *fd);

#define _cleanup_fd_ __attribute__((cleanup(psd_fd_cleanup)))

#endif
