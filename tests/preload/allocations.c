/* SPDX-License-Identifier: ISC */
/*
 * In the place of the C library's malloc() and its like, see
 * tests/faults/allocations.h.  What they do is left to them.
 */
#include "tests/faults/allocations.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the C library calls them itself. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

static struct allocations *board;

/* Where libseccomp's code is. */
static uintptr_t seccomp_first, seccomp_end;

static int
look_for_libseccomp(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	if (info->dlpi_name == NULL ||
	    strstr(info->dlpi_name, "/libseccomp.so") == NULL)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0)
			continue;
		seccomp_first = info->dlpi_addr + part->p_vaddr;
		seccomp_end = seccomp_first + part->p_memsz;
	}
	return 1;
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
	(void)dl_iterate_phdr(look_for_libseccomp, NULL);
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

static bool
fails(const void *caller)
{
	const uintptr_t at = (uintptr_t)caller;

	if (!is_watched() ||
	    (board->spares_libseccomp && at >= seccomp_first &&
		at < seccomp_end) ||
	    ++board->n != board->fails_at)
		return false;
	board->n_frames = backtrace(board->frames, ALLOCATIONS_FRAMES);
	errno = ENOMEM;
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
