/* SPDX-License-Identifier: ISC */
/*
 * Where processors are busy a child waits for one, some ms or some dozens, and
 * a daemon that waits for the child answers nobody meanwhile.
 */
#include "daemon/spawn_later.h"

#include "daemon/daemon.h"
#include "daemon/spawn_environment.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Several times what a start takes; and how long that is remembered. */
enum { SLOW_USEC = 1000, MEMORY_USEC = 60 * 1000000 };

enum { GUARD_SIZE = 64 * 1024, STACKS_KEPT = 64 };

static uint64_t slow_until_usec;
static unsigned char *stacks[STACKS_KEPT];
static size_t n_stacks;

void
psd_spawn_note_time(uint64_t usec)
{
	if (usec > SLOW_USEC)
		slow_until_usec = psd_now() + MEMORY_USEC;
}

bool
psd_spawn_is_slow(void)
{
	return psd_now() < slow_until_usec;
}

/*
 * With a page below it that nobody may touch: the child shares our memory, and
 * must not grow into it.
 */
unsigned char *
psd_spawn_take_stack(void)
{
	unsigned char *mapped;

	if (n_stacks > 0)
		return stacks[--n_stacks];
	mapped = mmap(NULL, GUARD_SIZE + PSD_SPAWN_STACK_SIZE,
	    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1,
	    0);
	if (mapped == MAP_FAILED)
		return NULL;
	if (mprotect(mapped, GUARD_SIZE, PROT_NONE) < 0) {
		(void)munmap(mapped, GUARD_SIZE + PSD_SPAWN_STACK_SIZE);
		return NULL;
	}
	return mapped + GUARD_SIZE;
}

void
psd_spawn_give_stack(unsigned char *stack)
{
	if (stack == NULL)
		return;
	if (n_stacks < STACKS_KEPT)
		stacks[n_stacks++] = stack;
	else
		(void)munmap(stack - GUARD_SIZE,
		    GUARD_SIZE + PSD_SPAWN_STACK_SIZE);
}

static void
free_later(struct psd_spawn_later *later)
{
	psd_spawn_give_stack(later->state.stack);
	free(later->environment);
	free(later);
}

struct psd_spawn_later *
psd_spawn_later_make(const struct psd_spawn_state *state, int report_fd)
{
	struct psd_spawn_later *later = calloc(1, sizeof(*later));

	if (later == NULL)
		return NULL;
	later->state = *state;
	later->birth = *state->birth;
	memcpy(later->pid_variable, PSD_SPAWN_PID, sizeof(PSD_SPAWN_PID));
	later->environment = psd_spawn_environment(state->plan->environment,
	    later->birth.environment,
	    later->birth.pair_end >= 0 ? later->pid_variable : NULL);
	later->state.birth = &later->birth;
	later->state.failure = &later->failure;
	later->state.pid_text =
	    later->pid_variable + strlen(later->pid_variable);
	later->state.environment = later->environment;
	later->state.report_fd = report_fd;
	later->state.is_on_its_own = true;
	later->state.stack = psd_spawn_take_stack();
	if (later->environment != NULL && later->state.stack != NULL)
		return later;
	free_later(later);
	return NULL;
}

const struct psd_spawn_failure *
psd_spawn_late_failure(const struct psd_child *child)
{
	return child->later != NULL && child->later->failure.error != 0
	    ? &child->later->failure
	    : NULL;
}

void
psd_spawn_forget(struct psd_child *child)
{
	if (child->later != NULL)
		free_later(child->later);
	child->later = NULL;
}
