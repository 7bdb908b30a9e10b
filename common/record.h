/* SPDX-License-Identifier: ISC */
#ifndef PSD_RECORD_H
#define PSD_RECORD_H

#include <stddef.h>

/*
 * Sends bytes as one record, with up to PSD_FDS_MAX descriptors beside it, which
 * stay the caller's.  flags are those of send(); when interrupted it begins
 * again, and never raises SIGPIPE.  0 or -errno.
 */
int psd_record_send(int fd, const void *bytes, size_t len, const int *fds,
    size_t n_fds, int flags);

#endif
