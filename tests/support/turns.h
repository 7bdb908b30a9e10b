/* SPDX-License-Identifier: ISC */
#ifndef TEST_TURNS_H
#define TEST_TURNS_H

struct daemon_rig;

/* The longest turn of a daemon's loop that was for some work, in ms. */
struct turn {
	double wall, cpu;
};

/* As the daemon tells; fails the test when it tells of no such work. */
struct turn turns_of(struct daemon_rig *rig, const char *work);

/* Says in a test's log what has been the longest of each kind of work. */
void turns_print(struct daemon_rig *rig, const char *when);

#endif
