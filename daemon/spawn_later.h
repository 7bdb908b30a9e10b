/* SPDX-License-Identifier: ISC */
#ifndef PSD_SPAWN_LATER_H
#define PSD_SPAWN_LATER_H

#include "daemon/spawn_child.h"

/* And the digits of the highest process id. */
#define PSD_SPAWN_PID "LISTEN_PID="
enum { PSD_SPAWN_PID_SIZE = 24 };

enum { PSD_SPAWN_STACK_SIZE = 64 * 1024 };

/* All that a child uses which is not waited for. */
struct psd_spawn_later {
	struct psd_spawn_state state;
	struct psd_birth birth;
	struct psd_spawn_failure failure;
	char pid_variable[PSD_SPAWN_PID_SIZE];
	char **environment;
};

/* A start took so long; and is the next one likely to take long, too? */
void psd_spawn_note_time(uint64_t usec);
bool psd_spawn_is_slow(void);

/* A stack, which is the caller's until it gives it back; or NULL. */
unsigned char *psd_spawn_take_stack(void);
void psd_spawn_give_stack(unsigned char *stack);

/*
 * A copy of state, for a child whose listener goes out by report_fd, which is
 * borrowed.  NULL without memory.
 */
struct psd_spawn_later *
psd_spawn_later_make(const struct psd_spawn_state *state, int report_fd);

#endif
