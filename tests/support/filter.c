/* SPDX-License-Identifier: ISC */
#include "tests/support/filter.h"

#include "tests/support/child.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORDS_MAX = 512 };

void
test_filter_policy_init(struct test_filter_policy *ret, const char *words,
    enum psd_violation on_violation)
{
	struct psd_words *calls = &ret->policy.calls;
	char *rest = NULL;
	char *word;

	memset(ret, 0, sizeof(*ret));
	ret->policy.name = "test";
	ret->policy.file = "test.policy";
	ret->policy.on_violation = on_violation;
	ret->text = strdup(words);
	calls->at = calloc(WORDS_MAX, sizeof(*calls->at));
	assert_non_null(ret->text);
	assert_non_null(calls->at);
	for (word = strtok_r(ret->text, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		assert_true(calls->n < WORDS_MAX);
		calls->at[calls->n].text = word;
		calls->at[calls->n].where.file = "test.policy";
		calls->at[calls->n].where.line = 7;
		calls->n++;
	}
}

void
test_filter_policy_free(struct test_filter_policy *policy)
{
	free(policy->text);
	free(policy->policy.calls.at);
}

struct psd_filter *
test_filter_compile(const char *words, enum psd_violation on_violation,
    enum psd_filter_kind kind, const struct psd_filter_numbers *numbers)
{
	struct test_filter_policy policy;
	struct psd_filter *filter;
	struct psd_diag diag;

	psd_diag_init(&diag);
	test_filter_policy_init(&policy, words, on_violation);
	filter = psd_filter_compile(&policy.policy, kind, numbers, &diag);
	test_filter_policy_free(&policy);
	if (diag.text != NULL)
		fail_msg("%s", diag.text);
	psd_diag_free(&diag);
	assert_non_null(filter);
	return filter;
}

int
test_filter_load(const struct sock_fprog *program, int *ret_listener)
{
	const unsigned flags =
	    ret_listener != NULL ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
	long r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);
	if (r < 0)
		return -errno;
	if (ret_listener != NULL)
		*ret_listener = (int)r;
	return 0;
}

void
test_filter_exit(int status)
{
	(void)syscall(SYS_exit_group, status);
}

struct run {
	const struct sock_fprog *program;
	void (*body)(void *argument);
	void *argument;
};

/* The test's own handlers would go on with the test, in the child. */
static void
forget_handlers(void)
{
	int number;

	for (number = 1; number < NSIG; number++)
		(void)signal(number, SIG_DFL);
}

static int
load_and_run(void *argument)
{
	static const struct rlimit no_core = { 0, 0 };
	const struct run *run = argument;

	forget_handlers();
	(void)setrlimit(RLIMIT_CORE, &no_core);
	if (test_filter_load(run->program, NULL) < 0)
		return TEST_FILTER_FAILED;
	run->body(run->argument);
	return 0;
}

int
test_filter_run(const struct sock_fprog *program, void (*body)(void *argument),
    void *argument)
{
	struct run run = {
		.program = program,
		.body = body,
		.argument = argument,
	};
	const pid_t pid = test_child_start(load_and_run, &run);
	int status = -1;

	assert_true(pid > 0);
	assert_int_equal(test_child_wait(pid, &status), 0);
	return status;
}
