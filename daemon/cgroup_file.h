/* SPDX-License-Identifier: ISC */
#ifndef PSD_CGROUP_FILE_H
#define PSD_CGROUP_FILE_H

#include <stddef.h>

/* Writes text into a file of a control group's directory.  0 or -errno. */
int psd_cgroup_write(int dir_fd, const char *name, const char *text);

/*
 * Kills every process of the group, which is not to be used any more: without
 * cgroup.kill it stays frozen.  0 or -errno.
 */
int psd_cgroup_kill(int dir_fd);

/* The same process by process, as before Linux 5.14. */
int psd_cgroup_kill_each(int dir_fd);

#endif
