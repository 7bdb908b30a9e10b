/* SPDX-License-Identifier: ISC */
#include "helper/mark.h"
#include "tests/support/deny.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void
assert_strange_to(pid_t pid, const struct psd_mark *mark)
{
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(psd_mark_is_ours(mark) ? 1 : 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(psd_mark_is_ours(mark));
}

static void
children_find_it_strange(void **state)
{
	struct psd_mark mark;

	(void)state;
	psd_mark_init(&mark);
	assert_non_null(mark.page);
	assert_true(psd_mark_is_ours(&mark));
	assert_strange_to(fork(), &mark);
	/* The C library hears nothing of this one. */
	assert_strange_to((pid_t)syscall(SYS_clone, SIGCHLD, 0UL, 0UL, 0UL,
			      0UL),
	    &mark);
	psd_mark_free(&mark);
}

/* In a child of its own, since a filter stays. */
static void
where_the_advice_is_refused_the_number_tells(void **state)
{
	struct psd_mark mark;
	pid_t pid;
	int status;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (test_deny(SYS_madvise, EPERM) != 0)
			_exit(2);
		psd_mark_init(&mark);
		if (mark.page != NULL || !psd_mark_is_ours(&mark))
			_exit(3);
		pid = fork();
		if (pid == 0)
			_exit(psd_mark_is_ours(&mark) ? 1 : 0);
		_exit(waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 4);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(children_find_it_strange),
		cmocka_unit_test(where_the_advice_is_refused_the_number_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
