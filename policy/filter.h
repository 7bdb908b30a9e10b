/* SPDX-License-Identifier: ISC */
#ifndef PSD_FILTER_H
#define PSD_FILTER_H

#include "policy/policy.h"

#include <linux/filter.h>

/* What a call that the policy does not list meets. */
enum psd_filter_kind {
	PSD_FILTER_NOTIFY, /* the listener decides (user notification) */
	PSD_FILTER_PLAIN,  /* no listener: kill, EPERM or pass, as OnViolation
			      says */
};

/*
 * What only the child's last steps use.  Both numbers lie at or above the
 * helper's hard limit, so that after the exec, which closes them, no
 * descriptor with that number can exist again.
 */
struct psd_filter_numbers {
	int exec_fd; /* execveat(exec_fd, exec_path, ..., AT_EMPTY_PATH); below
			  0: no exec is to come */
	int report_fd; /* sendmsg(report_fd, ...) */
	/*
	 * The very address of the empty string that execveat is given.  The
	 * number alone is not enough: the kernel does not look at it when the
	 * path is absolute, and the filter cannot look at the path.  At an
	 * address that the helper cannot guess only the daemon's child can
	 * make the call.  NULL: any address, for tests and checks.
	 */
	const char *exec_path;
};

/* A compiled program; does not change any more, and may be others', too. */
struct psd_filter {
	struct sock_fprog program; /* its instructions are the filter's own */
	int highest_known;         /* a call above this number answers ENOSYS */
};

/*
 * Compiles the policy's SystemCallFilter= and proves the result: an
 * evaluator runs the program over every call number and over every argument
 * class that the policy speaks of, for this architecture and foreign ones,
 * and compares the verdict with what the policy says.  Policies with the same
 * call set share one filter.  Returns NULL with diag on failure.
 */
struct psd_filter *psd_filter_compile(const struct psd_policy *policy,
    enum psd_filter_kind kind, const struct psd_filter_numbers *numbers,
    struct psd_diag *diag);

/*
 * The same of n rows that no policy speaks of; refusal is SECCOMP_RET_* for all
 * other calls, what names the filter in messages.
 */
struct psd_call_row;
struct psd_filter *psd_filter_compile_rows(const struct psd_call_row *rows,
    size_t n, uint32_t refusal, const char *what, struct psd_diag *diag);
void psd_filter_free(struct psd_filter *filter);

/* Checks the words of SystemCallFilter=: groups, names, no "~". */
bool psd_filter_check_word(const char *word, const struct psd_where *where,
    struct psd_diag *diag);

/*
 * For each call that the policy's filter lets pass, in order of name: calls
 * line(cookie, "openat", "why, or the argument rule", "@helper").  0, or
 * -ENOMEM before the first.
 */
int psd_filter_list(const struct psd_policy *policy,
    void (*line)(void *cookie, const char *call, const char *rule,
	const char *group),
    void *cookie);

/*
 * A denied call as a reader knows it, from its number and registers only:
 * 'socket(AF_INET, SOCK_STREAM, 0)'; and its name alone, or "call 512".
 */
void psd_filter_print_call(char *ret, size_t size, uint32_t arch, int number,
    const uint64_t args[6]);

/* The same with these texts in place of registers, where there is one. */
void psd_filter_print_named(char *ret, size_t size, uint32_t arch, int number,
    const uint64_t args[6], const char *const names[6]);
void psd_filter_call_name(char *ret, size_t size, uint32_t arch, int number);

#endif
