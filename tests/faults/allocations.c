/* SPDX-License-Identifier: ISC */
#include "tests/faults/allocations.h"

#include "tests/faults/places.h"
#include "tests/support/preload.h"

#include <assert.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

enum { CPU_USEC = 200000 };

static char path[PATH_MAX];

void
allocations_show(void)
{
	assert(preload("allocations") == 0);
	assert(setenv(ALLOCATIONS_BOARD, path, 1) == 0);
}

void
allocations_hide(void)
{
	assert(unsetenv("LD_PRELOAD") == 0);
	assert(unsetenv(ALLOCATIONS_BOARD) == 0);
}

bool
allocations_are_watched(void)
{
	return getenv(ALLOCATIONS_BOARD) != NULL;
}

static struct allocations *
map_board(int fd)
{
	struct allocations *board = mmap(NULL, sizeof(*board),
	    PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert(board != MAP_FAILED);
	return board;
}

/* It has a name for as long as we have it. */
static struct allocations *
make_board(void)
{
	const int fd = memfd_create("allocations", MFD_CLOEXEC);

	assert(fd >= 0 && ftruncate(fd, sizeof(struct allocations)) == 0);
	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), fd);
	return map_board(fd);
}

static struct allocations *
open_board(void)
{
	struct allocations *board;
	int fd;

	(void)snprintf(path, sizeof(path), "%s", getenv(ALLOCATIONS_BOARD));
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert(fd >= 0);
	board = map_board(fd);
	(void)close(fd);
	return board;
}

struct allocations *
allocations_prepare(void)
{
	struct allocations *board;

	if (getenv("PSD_ASAN") != NULL || getenv("B") == NULL) {
		(void)printf("SKIP: a sanitizer has the allocator\n");
		return NULL;
	}
	if (allocations_are_watched())
		return open_board();
	board = make_board();
	board->wants_places = places_are_asked();
	board->pid = -1;
	allocations_show();
	return board;
}

void
allocations_arm(struct allocations *board, pid_t pid, uint64_t fails_at)
{
	board->n = 0;
	board->n_frames = 0;
	board->fails_at = fails_at;
	board->pid = pid;
}

void
allocations_fork(struct allocations *board, const uint64_t *which,
    size_t n_which, void on_end(void *argument, uint64_t n, int status),
    void *argument)
{
	memset(board->is_chosen, 0, sizeof(board->is_chosen));
	for (size_t i = 0; i < n_which; i++)
		board->is_chosen[which[i]] = true;
	board->begin_child = allocations_bound_child;
	board->on_end = on_end;
	board->argument = argument;
	board->is_child = false;
	allocations_arm(board, getpid(), 0);
	board->forks = true;
}

/* A handler of the test's would go on with the next test there. */
void
allocations_bound_child(void)
{
	/* Ten times what all of it takes. */
	const struct itimerval most = { .it_value.tv_usec = CPU_USEC };

	(void)signal(SIGSEGV, SIG_DFL);
	(void)signal(SIGBUS, SIG_DFL);
	assert(setitimer(ITIMER_PROF, &most, NULL) == 0);
}

uint64_t
allocations_disarm(struct allocations *board)
{
	board->fails_at = 0;
	board->forks = false;
	return board->n;
}

size_t
allocations_choose(const struct allocations *board, uint64_t n, uint64_t most,
    unsigned *seed, const uint64_t **ret_which)
{
	static uint64_t which[ALLOCATIONS_PLACES];
	const bool by_place = places_are_asked();
	const bool is_all = n == 0 || n <= most || getenv("PSD_SOAK") != NULL;
	size_t chosen = 0;

	assert(n < ALLOCATIONS_PLACES);
	for (uint64_t i = 1; i <= n; i++)
		if (by_place ? places_is_new(board->places[i]) : is_all)
			which[chosen++] = i;
	while (!by_place && !is_all && chosen < most)
		which[chosen++] = (uint64_t)rand_r(seed) % n + 1;
	*ret_which = which;
	return chosen;
}

bool
allocations_have_failed(const struct allocations *board)
{
	return board->n_frames > 0;
}

/* "privsepd+0x1234 ", or nothing of an address that is in no file. */
static int
print_place(FILE *maps, uintptr_t address, char *ret, size_t size)
{
	char line[PATH_MAX + 128];
	unsigned long first, end, offset;
	const char *name;

	rewind(maps);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx %*s %lx", &first, &end, &offset) !=
			3 ||
		    address < first || address >= end)
			continue;
		line[strcspn(line, "\n")] = '\0';
		name = strrchr(line, '/');
		return snprintf(ret, size, "%s+0x%lx ",
		    name != NULL ? name + 1 : "?", address - first + offset);
	}
	return 0;
}

const char *
allocations_where(const struct allocations *board, pid_t pid)
{
	static char text[ALLOCATIONS_FRAMES * 64];
	char name[32];
	size_t len = 0;
	FILE *maps;

	text[0] = '\0';
	(void)snprintf(name, sizeof(name), "/proc/%d/maps", (int)pid);
	maps = fopen(name, "re");
	if (maps == NULL)
		return text;
	/* The first two are the library's own. */
	for (int i = 2; i < board->n_frames && len < sizeof(text); i++)
		len += (size_t)print_place(maps, (uintptr_t)board->frames[i],
		    text + len, sizeof(text) - len);
	(void)fclose(maps);
	return text;
}
