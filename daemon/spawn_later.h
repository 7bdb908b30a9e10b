/* SPDX-License-Identifier: ISC */
#ifndef PSD_SPAWN_LATER_H
#define PSD_SPAWN_LATER_H

#include "daemon/spawn_child.h"

#include <sys/queue.h>

enum { PSD_SPAWN_PID_SIZE = 24, PSD_SPAWN_STACK_SIZE = 64 * 1024 };

/* All that a child uses; with one that is not waited for it is psd_child's. */
struct psd_spawn_memory {
	struct psd_spawn_state state;
	struct psd_birth birth;
	struct psd_spawn_failure failure;
	char pid_variable[PSD_SPAWN_PID_SIZE];
	char **environment;
	/* Of one that was not waited for, while the stack is not given back. */
	LIST_ENTRY(psd_spawn_memory) of_late;
};

/*
 * With copies, a stack, and the environment; what is to be told to the child of
 * its descriptors and confinement is the caller's to fill in.  NULL without
 * memory.
 */
struct psd_spawn_memory *psd_spawn_memory_make(const struct psd_plan *plan,
    const struct psd_birth *birth);
void psd_spawn_memory_free(struct psd_spawn_memory *memory);

/*
 * Its child is not waited for: it has the stack until the kernel says that it
 * executed its program or is gone (is_in_memory).
 */
void psd_spawn_memory_lend(struct psd_spawn_memory *memory);

/* A start took so long; and is the next one likely to take long, too? */
void psd_spawn_note_time(uint64_t usec);
bool psd_spawn_is_slow(void);

/*
 * Makes some ahead, for psd_spawn_prepare_process(): to map memory takes a lock
 * that children hold, too, each for a moment, and with no processor to have that
 * moment on it was 15 ms.  0 or -ENOMEM.
 */
int psd_spawn_open_stacks(void);

/* None of them is left: another start had better wait. */
bool psd_spawn_lacks_stack(void);

/* A stack, which is the caller's until it gives it back; or NULL. */
unsigned char *psd_spawn_take_stack(void);
void psd_spawn_give_stack(unsigned char *stack);

#endif
