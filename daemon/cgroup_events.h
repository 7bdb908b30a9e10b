/* SPDX-License-Identifier: ISC */
#ifndef PSD_CGROUP_EVENTS_H
#define PSD_CGROUP_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

/* How often a group has met its limits, as the kernel counts. */
struct psd_cgroup_events {
	uint64_t memory_max; /* its memory was about to exceed memory.max */
	uint64_t kills;      /* of processes, since there was no memory */
	uint64_t tasks_max;  /* another process or thread was refused */
};

/*
 * Reads memory.events and pids.events of a group's directory; what is not
 * there, since its controller is not, stays as it is in ret.
 */
void psd_cgroup_events_of_memory(int dir_fd, struct psd_cgroup_events *ret);
void psd_cgroup_events_of_pids(int dir_fd, struct psd_cgroup_events *ret);

/* The number behind a key of such a file, of a line "KEY NUMBER" each. */
bool psd_cgroup_events_find(const char *text, const char *key, uint64_t *ret);

#endif
