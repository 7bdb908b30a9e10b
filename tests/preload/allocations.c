/* SPDX-License-Identifier: ISC */
/*
 * In the place of the C library's malloc() and its like, see
 * tests/faults/allocations.h.  What they do is left to them.
 */
#include "tests/faults/allocations.h"
#include "tests/faults/places.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the C library calls them itself. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

/* As many callers as make another place of it. */
enum { PLACE_FRAMES = 4 };

static struct allocations *board;

/* Where libseccomp's code is, and the program's own. */
static uintptr_t seccomp_first, seccomp_end, own_first, own_end;

static void
find_code(const struct dl_phdr_info *info, uintptr_t *ret_first,
    uintptr_t *ret_end)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0)
			continue;
		*ret_first = info->dlpi_addr + part->p_vaddr;
		*ret_end = *ret_first + part->p_memsz;
	}
}

/* The program is the first. */
static int
look_for_code(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	if (own_end == 0)
		find_code(info, &own_first, &own_end);
	else if (info->dlpi_name != NULL &&
	    strstr(info->dlpi_name, "/libseccomp.so") != NULL)
		find_code(info, &seccomp_first, &seccomp_end);
	return 0;
}

__attribute__((constructor)) static void
look_for_board(void)
{
	const char *path = getenv(ALLOCATIONS_BOARD);
	void *first[1];
	pid_t nobody = 0;
	int fd;

	/* It loads what it needs, which takes memory. */
	(void)backtrace(first, 1);
	(void)dl_iterate_phdr(look_for_code, NULL);
	fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (fd < 0)
		return;
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	(void)close(fd);
	if (board == MAP_FAILED)
		abort();
	(void)atomic_compare_exchange_strong(&board->pid, &nobody, getpid());
}

/* Not the C library's, which a child may share with us. */
static bool
is_watched(void)
{
	return board != NULL && board->pid == (pid_t)syscall(SYS_getpid);
}

static void
note_place(uint64_t n)
{
	void *frames[ALLOCATIONS_FRAMES];
	const int n_frames =
	    n < ALLOCATIONS_PLACES ? backtrace(frames, ALLOCATIONS_FRAMES) : 0;
	uint64_t place = 0;
	int found = 0;

	for (int i = 0; i < n_frames && found < PLACE_FRAMES; i++) {
		const uintptr_t at = (uintptr_t)frames[i];

		if (at < own_first || at >= own_end)
			continue;
		place = places_add(place, at - own_first);
		found++;
	}
	if (n < ALLOCATIONS_PLACES)
		board->places[n] = place;
}

static void
note_frames(void)
{
	board->n_frames = backtrace(board->frames, ALLOCATIONS_FRAMES);
	errno = ENOMEM;
}

static void
begin_child(void)
{
	board->begin_child();
	board->forks = false;
	board->is_child = true;
	board->pid = (pid_t)syscall(SYS_getpid);
	note_frames();
}

/* True in a child. */
static bool
fails_in_child(uint64_t n)
{
	const pid_t us = board->pid;
	const int64_t n_live = board->n_live;
	int status;
	pid_t child;

	board->pid = -1;
	child = fork();
	if (child == 0) {
		begin_child();
		return true;
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		abort();
	board->pid = -1;
	board->on_end(board->argument, n, status);
	board->is_child = false;
	board->forks = true;
	board->n_frames = 0;
	board->n_live = n_live;
	board->n = n;
	board->pid = us;
	return false;
}

static bool
fails(const void *caller)
{
	const uintptr_t at = (uintptr_t)caller;

	if (!is_watched() ||
	    (board->spares_libseccomp && at >= seccomp_first &&
		at < seccomp_end))
		return false;
	if (board->forks) {
		const uint64_t n = ++board->n;

		return n < ALLOCATIONS_PLACES && board->is_chosen[n] &&
		    fails_in_child(n);
	}
	if (++board->n != board->fails_at) {
		if (board->wants_places && board->fails_at == 0)
			note_place(board->n);
		return false;
	}
	note_frames();
	return true;
}

static void *
given(void *memory)
{
	if (memory != NULL && is_watched())
		board->n_live++;
	return memory;
}

void *
malloc(size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL
						  : given(__libc_malloc(size));
}

void *
calloc(size_t nmemb, size_t size)
{
	return fails(__builtin_return_address(0))
	    ? NULL
	    : given(__libc_calloc(nmemb, size));
}

void *
realloc(void *ptr, size_t size)
{
	void *moved;

	if (ptr != NULL && size == 0) {
		free(ptr);
		return NULL;
	}
	if (fails(__builtin_return_address(0)))
		return NULL;
	moved = __libc_realloc(ptr, size);
	return ptr == NULL ? given(moved) : moved;
}

void *
reallocarray(void *ptr, size_t nmemb, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(nmemb, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(ptr, bytes);
}

void *
memalign(size_t alignment, size_t size)
{
	return fails(__builtin_return_address(0))
	    ? NULL
	    : given(__libc_memalign(alignment, size));
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int
posix_memalign(void **memptr, size_t alignment, size_t size)
{
	void *memory = memalign(alignment, size);

	if (memory == NULL)
		return ENOMEM;
	*memptr = memory;
	return 0;
}

void
free(void *ptr)
{
	if (ptr != NULL && is_watched())
		board->n_live--;
	__libc_free(ptr);
}
