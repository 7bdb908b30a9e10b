/* SPDX-License-Identifier: ISC */
#ifndef PSD_UNIT_H
#define PSD_UNIT_H

#include <stdbool.h>

/* The service manager's longest name of a unit, and its end. */
enum { PSD_UNIT_SIZE = 256 };

/*
 * A name of a service, scope or socket, which are the units that processes are
 * in.  A template is none: its instances have names of their own.
 */
bool psd_unit_is_valid(const char *name);

/*
 * The unit of a process, from what is in its /proc/PID/cgroup: the first group
 * below the root's slices.  What is further down was made by the unit itself,
 * or by whoever it gave that part to, under any name they liked; and what is
 * below a group that is no slice, such as a container's, has a manager of its
 * own.  Returns 0, or -ENOENT when it is in no unit.
 */
int psd_unit_find(const char *membership, char ret[PSD_UNIT_SIZE]);

#endif
