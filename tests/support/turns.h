/* SPDX-License-Identifier: ISC */
#ifndef TEST_TURNS_H
#define TEST_TURNS_H

struct daemon_rig;

/* Nice= of systemd/privsepd.service. */
enum { TURNS_NICE = -20 };

/*
 * As on_birth of a rig: the daemon has that, or what PSD_NICE= says, in a group for processor time with
 * all that it starts, as a unit of systemd is.  Elsewhere the kernel weighs whole
 * sessions, and nice values count within one only.  The group can be one of
 * cgroup v1 alone; turns_ungroup() removes it when its processes are gone.
 */
void turns_take_edge(void);
void turns_enter_group(void); /* another child of the test, for good */
void turns_ungroup(void);

/* The longest turn of a daemon's loop that was for some work, in ms. */
struct turn {
	double wall, cpu;
};

/* As the daemon tells; fails the test when it tells of no such work. */
struct turn turns_of(struct daemon_rig *rig, const char *work);

/* Says in a test's log what has been the longest of each kind of work. */
void turns_print(struct daemon_rig *rig, const char *when);

#endif
