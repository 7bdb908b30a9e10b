/* SPDX-License-Identifier: ISC */
#ifndef PSD_CGROUP_FILE_H
#define PSD_CGROUP_FILE_H

#include <stddef.h>

/* Writes text into a file of a control group's directory.  0 or -errno. */
int psd_cgroup_write(int dir_fd, const char *name, const char *text);

/* Reads such a file, cut at size, closed by NUL.  0 or -errno. */
int psd_cgroup_read(int dir_fd, const char *name, char *ret, size_t size);

/* Kills every process of the group.  0 or -errno. */
int psd_cgroup_kill(int dir_fd);

#endif
