/* SPDX-License-Identifier: ISC */
#ifndef TEST_FILTER_H
#define TEST_FILTER_H

#include "policy/filter.h"
#include "policy/program.h"

/*
 * A policy of which only SystemCallFilter= matters: words separated by
 * spaces.  Valid until test_filter_policy_free().
 */
struct test_filter_policy {
	struct psd_policy policy;
	char *text;
};

void test_filter_policy_init(struct test_filter_policy *ret, const char *words,
    enum psd_violation on_violation);
void test_filter_policy_free(struct test_filter_policy *policy);

/*
 * Compiles such a policy; a failure fails the test and shows the reason.
 * numbers may be NULL.
 */
struct psd_filter *test_filter_compile(const char *words,
    enum psd_violation on_violation, enum psd_filter_kind kind,
    const struct psd_filter_numbers *numbers);

/*
 * Binds the calling process to the program, with a listener when ret_listener
 * is not NULL.  Returns 0 or -errno.
 */
int test_filter_load(const struct sock_fprog *program, int *ret_listener);

/*
 * Runs body(argument) in a child bound to the program and waits for its end:
 * the status of waitpid(2).  The child ends with what body passes to
 * test_filter_exit(), which makes one call alone.
 */
int test_filter_run(const struct sock_fprog *program,
    void (*body)(void *argument), void *argument);

/* The exit status of a child that could not load its filter. */
enum { TEST_FILTER_FAILED = 98 };

/*
 * Not marked as never returning: there the address sanitizer would make calls
 * of its own, which a filter may hold against the child.
 */
void test_filter_exit(int status);

#endif
