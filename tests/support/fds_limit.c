/* SPDX-License-Identifier: ISC */
#include "tests/support/fds_limit.h"

#include "tests/support/fds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

enum { FDS_MAX = 512 };

static int
find_last(pid_t pid)
{
	static struct test_fd list[FDS_MAX];
	const ssize_t n = test_fds_list(pid, list, FDS_MAX);
	int last = 0;

	assert_true(n > 0 && n < FDS_MAX);
	for (ssize_t i = 0; i < n; i++)
		if (list[i].number > last)
			last = list[i].number;
	return last;
}

static void
set_limit(pid_t pid, rlim_t number)
{
	struct rlimit limit;

	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, NULL, &limit), 0);
	limit.rlim_cur = number < limit.rlim_max ? number : limit.rlim_max;
	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, &limit, NULL), 0);
}

void
test_fds_leave(pid_t pid, unsigned more)
{
	set_limit(pid, (rlim_t)find_last(pid) + 1 + more);
}

void
test_fds_give_back(pid_t pid)
{
	set_limit(pid, RLIM_INFINITY);
}
