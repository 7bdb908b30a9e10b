/* SPDX-License-Identifier: ISC */
#ifndef PSD_SMALL_FILE_H
#define PSD_SMALL_FILE_H

#include <stddef.h>

/*
 * Reads what the kernel tells in a file of /proc or of a control group, at once
 * and cut at size, and closes it by NUL.  0 or -errno.
 */
int psd_small_file_read(int dir_fd, const char *name, char *ret, size_t size);

#endif
