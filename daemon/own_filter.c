/* SPDX-License-Identifier: ISC */
#include "daemon/own_filter.h"

#include "common/arch.h"
#include "common/mem.h"
#include "daemon/own_calls.h"
#include "policy/callname.h"
#include "policy/callset.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ENTRIES_MAX = PSD_CALLS_MAX, ENTRY_SIZE = 160, WHY_SIZE = 128 };

static struct {
	char *at[ENTRIES_MAX]; /* sorted */
	size_t n;
	char why_missing[WHY_SIZE];
} in_force = { .why_missing = "not loaded yet" };

size_t
psd_own_filter_count(void)
{
	return in_force.n;
}

const char *
psd_own_filter_entry(size_t i)
{
	return in_force.at[i];
}

const char *
psd_own_filter_why_missing(void)
{
	return in_force.n > 0 ? "" : in_force.why_missing;
}

static int
by_text(const void *left, const void *right)
{
	const char *const *a = left;
	const char *const *b = right;

	return strcmp(*a, *b);
}

static bool
has(const char *entry)
{
	return bsearch(&entry, in_force.at, in_force.n, sizeof(entry),
		   by_text) != NULL;
}

int
psd_own_filter_adopt(const char *entry)
{
	char *copy;
	size_t at;

	if (has(entry))
		return 0;
	if (in_force.n == ENTRIES_MAX)
		return -E2BIG;
	copy = strdup(entry);
	if (copy == NULL)
		return -ENOMEM;
	for (at = in_force.n++; at > 0 && strcmp(in_force.at[at - 1], copy) > 0;
	     at--)
		in_force.at[at] = in_force.at[at - 1];
	in_force.at[at] = copy;
	return 0;
}

/* One test a row is all that our own table has. */
static void
print_entry(const struct psd_call_row *row, char ret[ENTRY_SIZE])
{
	if (psd_call_row_is_free(row))
		(void)snprintf(ret, ENTRY_SIZE, "%s", row->call);
	else
		(void)snprintf(ret, ENTRY_SIZE, "%s (%s)", row->call,
		    row->tests[0].text);
}

/* A call that this architecture does not have is needed by nobody. */
static bool
is_covered(const struct psd_call_row *row)
{
	char entry[ENTRY_SIZE];

	print_entry(row, entry);
	return psd_call_number(PSD_AUDIT_ARCH, row->call) < 0 ||
	    has(row->call) || has(entry);
}

/* A helper's own filter looks at arguments; this one does not again. */
static struct psd_call_row
freed(const struct psd_call_row *row)
{
	struct psd_call_row whole = *row;

	memset(whole.tests, 0, sizeof(whole.tests));
	return whole;
}

/* Calls need(cookie, row, where) for each call that is ours or a group's. */
static void
for_each_fixed(void (*need)(void *cookie, const struct psd_call_row *row,
		   const struct psd_where *where),
    void *cookie)
{
	for (size_t i = 0; i < psd_own_call_count; i++)
		need(cookie, &psd_own_call_rows[i], NULL);
	for (size_t i = 0; i < psd_call_row_count; i++) {
		const struct psd_call_row row = freed(&psd_call_rows[i]);

		/* What fails does so by the helper's own filter. */
		if (row.error == 0)
			need(cookie, &row, NULL);
	}
}

static void
for_each_word(const struct psd_words *words,
    void (*need)(void *cookie, const struct psd_call_row *row,
	const struct psd_where *where),
    void *cookie)
{
	for (size_t i = 0; i < words->n; i++) {
		const struct psd_call_row row = {
			.call = words->at[i].text,
			.reason = "named by a policy",
		};

		if (psd_call_group_find(row.call) == PSD_CALLS_single)
			need(cookie, &row, &words->at[i].where);
	}
}

struct rows {
	struct psd_call_row *at;
	size_t n, room;
	bool out_of_memory;
};

static void
collect(void *cookie, const struct psd_call_row *row,
    const struct psd_where *where)
{
	struct rows *rows = cookie;

	(void)where;
	if (rows->n == rows->room) {
		const size_t room = 2 * rows->room + ENTRIES_MAX;
		struct psd_call_row *grown =
		    reallocarray(rows->at, room, sizeof(*grown));

		if (grown == NULL) {
			rows->out_of_memory = true;
			return;
		}
		rows->at = grown;
		rows->room = room;
	}
	rows->at[rows->n++] = *row;
}

/*
 * Without the mitigations that the kernel may put on whoever has a filter: the
 * daemon runs no code of others, and a helper's own filter asks for them.  The
 * privilege to load a filter is at hand; where it is not, every child would set
 * no_new_privs anyway.
 */
static int
load(const struct sock_fprog *program)
{
	const unsigned flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program) == 0)
		return 0;
	if (errno != EACCES)
		return -errno;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program) < 0)
		return -errno;
	return 0;
}

static int
note_all(const struct rows *rows)
{
	int r = 0;

	for (size_t i = 0; i < rows->n && r == 0; i++) {
		char entry[ENTRY_SIZE];

		if (is_covered(&rows->at[i]))
			continue;
		print_entry(&rows->at[i], entry);
		r = psd_own_filter_adopt(entry);
	}
	return r;
}

/*
 * What is refused is not SECCOMP_RET_ERRNO, which would beat the notification
 * by which a helper's own filter tells of a call.  SECCOMP_RET_TRACE is below
 * that, and answers ENOSYS where nobody traces.
 */
static int
compile_and_load(const struct rows *rows, struct psd_diag *diag)
{
	struct psd_filter *filter = psd_filter_compile_rows(rows->at, rows->n,
	    SECCOMP_RET_TRACE, "the daemon's own filter", diag);
	int r;

	if (filter == NULL)
		return diag->out_of_memory ? -ENOMEM : -EIO;
	r = load(&filter->program);
	psd_filter_free(filter);
	if (r == 0)
		return note_all(rows);
	(void)snprintf(in_force.why_missing, sizeof(in_force.why_missing),
	    "seccomp: %s", strerror(-r));
	psd_diag_warning(diag, NULL,
	    "no system call filter of the daemon's "
	    "own: %s",
	    in_force.why_missing);
	return 0;
}

int
psd_own_filter_load(const struct psd_policy *const *policies, size_t n_policies,
    const struct psd_words *keep, struct psd_diag *diag)
{
	struct rows rows = { .n = 0 };
	int r = -ENOMEM;

	if (in_force.n > 0)
		return 0;
	for_each_fixed(collect, &rows);
	for_each_word(keep, collect, &rows);
	for (size_t i = 0; i < n_policies; i++)
		for_each_word(&policies[i]->calls, collect, &rows);
	if (!rows.out_of_memory)
		r = compile_and_load(&rows, diag);
	free(rows.at);
	return r;
}

struct search {
	struct psd_diag *diag;
	const char *last; /* that was told: rows of a call follow each other */
	int result;
};

static void
tell_missing(void *cookie, const struct psd_call_row *row,
    const struct psd_where *where)
{
	struct search *search = cookie;

	if (is_covered(row) ||
	    (search->last != NULL && strcmp(search->last, row->call) == 0))
		return;
	search->last = row->call;
	search->result = -EPERM;
	if (where != NULL)
		psd_diag_error(search->diag, where,
		    "needs a restart: system call %s", row->call);
	else
		psd_diag_error(search->diag, NULL,
		    "needs a restart: system call %s (%s)", row->call,
		    row->reason);
}

int
psd_own_filter_check(const struct psd_policy *const *policies,
    size_t n_policies, struct psd_diag *diag)
{
	struct search search = { .diag = diag };

	if (in_force.n == 0)
		return 0;
	for_each_fixed(tell_missing, &search);
	for (size_t i = 0; i < n_policies; i++)
		for_each_word(&policies[i]->calls, tell_missing, &search);
	return search.result;
}
