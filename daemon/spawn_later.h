/* SPDX-License-Identifier: ISC */
#ifndef PSD_SPAWN_LATER_H
#define PSD_SPAWN_LATER_H

#include "daemon/spawn_child.h"

enum { PSD_SPAWN_PID_SIZE = 24, PSD_SPAWN_STACK_SIZE = 64 * 1024 };

/* All that a child uses; with one that is not waited for it is psd_child's. */
struct psd_spawn_memory {
	struct psd_spawn_state state;
	struct psd_birth birth;
	struct psd_spawn_failure failure;
	char pid_variable[PSD_SPAWN_PID_SIZE];
	char **environment;
};

/*
 * With copies, a stack, and the environment; what is to be told to the child of
 * its descriptors and confinement is the caller's to fill in.  NULL without
 * memory.
 */
struct psd_spawn_memory *psd_spawn_memory_make(const struct psd_plan *plan,
    const struct psd_birth *birth);
void psd_spawn_memory_free(struct psd_spawn_memory *memory);

/* A start took so long; and is the next one likely to take long, too? */
void psd_spawn_note_time(uint64_t usec);
bool psd_spawn_is_slow(void);

/* A stack, which is the caller's until it gives it back; or NULL. */
unsigned char *psd_spawn_take_stack(void);
void psd_spawn_give_stack(unsigned char *stack);

#endif
