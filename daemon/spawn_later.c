/* SPDX-License-Identifier: ISC */
/*
 * Where processors are busy a child waits for one, some ms or some dozens, and
 * a daemon that waits for the child answers nobody meanwhile.
 */
#include "daemon/spawn_later.h"

#include "daemon/daemon.h"
#include "daemon/spawn_environment.h"
#include "daemon/spawn_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Several times what a start takes; and how long that is remembered. */
enum { SLOW_USEC = 1000, MEMORY_USEC = 60 * 1000000 };

enum {
	GUARD_SIZE = 64 * 1024,
	STACK_STEP = GUARD_SIZE + PSD_SPAWN_STACK_SIZE,
	STACKS = 16,
};

/* And the digits of the highest process id. */
#define PID_VARIABLE "LISTEN_PID="
_Static_assert(sizeof(PID_VARIABLE) + 10 <= PSD_SPAWN_PID_SIZE,
    "room for a process id");

static LIST_HEAD(late_starts, psd_spawn_memory) late = LIST_HEAD_INITIALIZER(
    late);
static uint64_t slow_until_usec;
static unsigned char *stacks[STACKS];
static size_t n_stacks; /* of these: nobody's */
static bool has_stacks;

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

static void
take_back(struct psd_spawn_memory *memory)
{
	LIST_REMOVE(memory, of_late);
	psd_spawn_give_stack(memory->state.stack);
	memory->state.stack = NULL;
}

static void
take_back_unused(void)
{
	struct psd_spawn_memory *memory, *next;

	for (memory = LIST_FIRST(&late); memory != NULL; memory = next) {
		next = LIST_NEXT(memory, of_late);
		if (__atomic_load_n(&memory->state.is_in_memory,
			__ATOMIC_ACQUIRE) == 0)
			take_back(memory);
	}
}

void
psd_spawn_memory_lend(struct psd_spawn_memory *memory)
{
	LIST_INSERT_HEAD(&late, memory, of_late);
}

/*
 * Each with a gap below it that nobody may touch: the child shares our memory,
 * and must not grow into it.  Returns the lowest, or NULL.
 */
static unsigned char *
map_stacks(size_t n)
{
	unsigned char *const mapped = mmap(NULL, n * STACK_STEP, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (mapped == MAP_FAILED)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (mprotect(mapped + i * STACK_STEP + GUARD_SIZE,
			PSD_SPAWN_STACK_SIZE, PROT_READ | PROT_WRITE) < 0) {
			(void)munmap(mapped, n * STACK_STEP);
			return NULL;
		}
	return mapped + GUARD_SIZE;
}

int
psd_spawn_open_stacks(void)
{
	unsigned char *lowest;

	if (has_stacks)
		return 0;
	lowest = map_stacks(STACKS);
	if (lowest == NULL)
		return -ENOMEM;
	has_stacks = true;
	for (size_t i = n_stacks; i < STACKS; i++)
		stacks[i] = lowest + i * STACK_STEP;
	n_stacks = STACKS;
	return 0;
}

bool
psd_spawn_lacks_stack(void)
{
	if (n_stacks == 0)
		take_back_unused();
	return has_stacks && n_stacks == 0;
}

unsigned char *
psd_spawn_take_stack(void)
{
	if (n_stacks == 0)
		take_back_unused();
	return n_stacks > 0 ? stacks[--n_stacks] : map_stacks(1);
}

void
psd_spawn_give_stack(unsigned char *stack)
{
	if (stack == NULL)
		return;
	if (n_stacks < STACKS)
		stacks[n_stacks++] = stack;
	else
		(void)munmap(stack - GUARD_SIZE, STACK_STEP);
}

void
psd_spawn_memory_free(struct psd_spawn_memory *memory)
{
	psd_spawn_restore_slots(&memory->state);
	psd_spawn_give_stack(memory->state.stack);
	free(memory->environment);
	free(memory);
}

struct psd_spawn_memory *
psd_spawn_memory_make(const struct psd_plan *plan,
    const struct psd_birth *birth)
{
	struct psd_spawn_memory *memory = calloc(1, sizeof(*memory));

	if (memory == NULL)
		return NULL;
	memory->birth = *birth;
	memcpy(memory->pid_variable, PID_VARIABLE, sizeof(PID_VARIABLE));
	memory->environment =
	    psd_spawn_environment(plan->environment, birth->environment,
		birth->pair_end >= 0 ? memory->pid_variable : NULL);
	memory->state = (struct psd_spawn_state){
		.plan = plan,
		.birth = &memory->birth,
		.parent = getpid(),
		.environment = memory->environment,
		.pid_text = memory->pid_variable + strlen(PID_VARIABLE),
		.failure = &memory->failure,
		.stack = psd_spawn_take_stack(),
	};
	if (memory->environment != NULL && memory->state.stack != NULL)
		return memory;
	psd_spawn_memory_free(memory);
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
	struct psd_spawn_memory *memory = child->later;

	if (memory == NULL)
		return;
	if (memory->state.stack != NULL)
		take_back(memory);
	psd_spawn_memory_free(memory);
	child->later = NULL;
}
