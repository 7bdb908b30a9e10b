/* SPDX-License-Identifier: ISC */
/*
 * A start by a process with much memory and with many descriptors, neither of
 * which a child needs.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_start.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static const char title[] = "a start by a large process";
static const char small_name[] = "as above, up to the filter";

enum { TIMES = 4, MEMORY = 256 * 1024 * 1024, PAGE = 4096, FILES = 5000 };

struct large_start {
	const struct bench_planned_start *planned;
	bool has_memory, has_files;
};

/* Whatever it takes to fill the memory is off the clock. */
static void *
fill_memory(void)
{
	void *filled = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (filled == MAP_FAILED)
		return NULL;
	(void)madvise(filled, MEMORY, MADV_NOHUGEPAGE);
	for (size_t at = 0; at < MEMORY; at += PAGE)
		((volatile char *)filled)[at] = 1;
	return filled;
}

/*
 * The first start is for the caches, which filling and freeing that much has
 * emptied for either side.
 */
static double
start_beside(struct large_start *large, unsigned n)
{
	struct bench_planned_start planned = *large->planned;
	void *filled = fill_memory();
	double took = -1;

	if (filled == NULL)
		return -1;
	if (!large->has_memory)
		(void)munmap(filled, MEMORY);
	if (bench_start_one(&planned) == 0)
		took = bench_start_planned(&planned, n);
	if (large->has_memory)
		(void)munmap(filled, MEMORY);
	return took;
}

static double
start(void *context, unsigned n)
{
	struct large_start *large = context;
	static int fds[FILES];
	size_t n_fds = 0;
	double took;

	while (large->has_files && n_fds < FILES) {
		fds[n_fds] = dup(STDOUT_FILENO);
		if (fds[n_fds] < 0)
			break;
		n_fds++;
	}
	took = large->has_files && n_fds < FILES ? -1 : start_beside(large, n);
	while (n_fds > 0)
		psd_fd_close(fds[--n_fds]);
	return took;
}

void
bench_large_starts(const struct bench_planned_start *planned)
{
	struct large_start small = { .planned = planned };
	struct large_start memory = { planned, .has_memory = true };
	struct large_start files = { planned, .has_files = true };
	const struct bench_case cases[] = {
		{ small_name, start, &small, TIMES, NULL, 0, NULL },
		{ "with 256 MiB of memory in the parent", start, &memory, TIMES,
		    small_name, 1.1, NULL },
		{ "with 5,000 descriptors in the parent", start, &files, TIMES,
		    small_name, 1.1, NULL },
	};
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	bench_group(title, cases, PSD_ELEMENTS(cases));
}
