/* SPDX-License-Identifier: ISC */
#include "daemon/exec_path.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

enum {
	BITS_MOST = 46,  /* of an address, without the highest of x86-64 */
	BITS_LEAST = 37, /* arm64 can be built with 39 */
	TRIES = 16,      /* at each width; what is taken is drawn again */
};

/* A byte of a page of zeros at this address, unless something is there. */
static const char *
map_at(uint64_t address)
{
	const uint64_t size = (uint64_t)sysconf(_SC_PAGESIZE);
	void *const wanted = (void *)(uintptr_t)(address & ~(size - 1));
	char *const page = mmap(wanted, size, PROT_READ,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (page == MAP_FAILED)
		return NULL;
	/* Linux before 4.17 takes the address for a hint. */
	if (page != wanted) {
		(void)munmap(page, size);
		errno = EEXIST;
		return NULL;
	}
	return &page[address & (size - 1)];
}

const char *
psd_exec_path(void)
{
	static const char *path;
	int tried;

	for (tried = 0; path == NULL; tried++) {
		const int bits = BITS_MOST - tried / TRIES;
		uint64_t drawn;

		if (bits < BITS_LEAST)
			return NULL;
		if (getrandom(&drawn, sizeof(drawn), 0) != sizeof(drawn))
			return NULL;
		path = map_at(drawn >> (64 - bits));
	}
	return path;
}
