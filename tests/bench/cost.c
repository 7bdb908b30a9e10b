/* SPDX-License-Identifier: ISC */
/*
 * What a filter costs each call of whoever has it: one that the kernel knows to
 * pass whatever its arguments, and one whose argument the program looks at.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "daemon/own_filter.h"
#include "policy/callgroup.h"
#include "policy/filter.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_daemon.h"
#include "tests/support/child.h"

#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char title[] = "a thousand calls of getppid()";
static const char bare_name[] = "without a filter";

enum { THOUSAND = 1000, TIMES = 20, ROWS_MAX = 512 };

/* A process with such filters, which measures its own calls. */
struct filtered {
	bool has_own;  /* the daemon's own, which all its children have */
	bool has_rule; /* the helper's looks at an argument */
	enum psd_call_group_id groups[4];
	int ours, theirs;
	pid_t pid;
};

static bool
has_group(const struct filtered *filtered, enum psd_call_group_id group)
{
	for (size_t i = 0; i < PSD_ELEMENTS(filtered->groups); i++)
		if (filtered->groups[i] == group)
			return true;
	return false;
}

/* A helper's filter of these groups, with a row for the call as well. */
static struct psd_filter *
compile(const struct filtered *filtered, struct psd_diag *diag)
{
	static struct psd_call_row rows[ROWS_MAX];
	size_t n = 0;

	rows[n++] = (struct psd_call_row){
		.group = PSD_CALLS_single,
		.call = "getppid",
		.reason = "is measured",
		.tests = { { filtered->has_rule ? PSD_TEST_int_is
						: PSD_TEST_end,
		    0, 0, "nothing = 0" } },
	};
	for (size_t i = 0; i < psd_call_row_count && n < ROWS_MAX; i++)
		if (has_group(filtered, psd_call_rows[i].group))
			rows[n++] = psd_call_rows[i];
	return psd_filter_compile_rows(rows, n, SECCOMP_RET_KILL_PROCESS,
	    "a filter to measure", diag);
}

static int
load(const struct filtered *filtered)
{
	static const struct psd_words keep = { .n = 0 };
	struct psd_filter *filter = NULL;
	struct psd_diag diag;

	psd_diag_init(&diag);
	if (filtered->groups[0] != PSD_CALLS_single)
		filter = compile(filtered, &diag);
	if (filtered->groups[0] != PSD_CALLS_single && filter == NULL)
		return -1;
	if (filtered->has_own &&
	    (psd_own_filter_load(NULL, 0, &keep, &diag) < 0 ||
		psd_own_filter_count() == 0))
		return -1;
	if (filter == NULL)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0,
	    &filter->program);
}

/* bench_ask()'s other side. */
static int
measure_calls(void *argument)
{
	const struct filtered *filtered = argument;
	char text[64];
	ssize_t len;

	if (load(filtered) < 0)
		return 1;
	while ((len = read(filtered->theirs, text, sizeof(text) - 1)) > 0) {
		unsigned long n;
		double start;

		text[len] = '\0';
		n = strtoul(text, NULL, 10) * THOUSAND;
		start = bench_now();
		for (unsigned long i = 0; i < n; i++)
			(void)syscall(SYS_getppid, 0L);
		len =
		    snprintf(text, sizeof(text), "%.0f\n", bench_now() - start);
		if (write(filtered->theirs, text, (size_t)len) != len)
			return 1;
	}
	return 0;
}

static bool
start(struct filtered *filtered)
{
	int ends[2];

	filtered->ours = filtered->theirs = PSD_NO_FD;
	filtered->pid = -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return false;
	filtered->ours = ends[0];
	filtered->theirs = ends[1];
	filtered->pid = test_child_start(measure_calls, filtered);
	psd_fd_cleanup(&filtered->theirs);
	return filtered->pid > 0;
}

void
bench_cost(void)
{
	struct filtered processes[] = {
		{ .has_own = false },
		{ .has_own = true },
		{ .groups = { PSD_CALLS_helper } },
		{ .groups = { PSD_CALLS_helper }, .has_rule = true },
		{ .groups = { PSD_CALLS_helper, PSD_CALLS_loader,
		      PSD_CALLS_network_io },
		    .has_rule = true },
		{ .groups = { PSD_CALLS_helper },
		    .has_own = true,
		    .has_rule = true },
	};
	static const char *const names[PSD_ELEMENTS(processes)] = {
		bare_name,
		"with the daemon's own filter",
		"with @helper's, where the call has no rule",
		"with @helper's, which looks at an argument of it",
		"@helper @loader @network-io, an argument",
		"the daemon's own and @helper's, an argument",
	};
	struct bench_asked asked[PSD_ELEMENTS(processes)];
	struct bench_case cases[PSD_ELEMENTS(processes)];
	bool started = true;

	for (size_t i = 0; i < PSD_ELEMENTS(processes); i++) {
		started = start(&processes[i]) && started;
		asked[i] = (struct bench_asked){ processes[i].ours, "" };
		cases[i] = (struct bench_case){ names[i], bench_ask, &asked[i],
			TIMES, i > 0 ? bare_name : NULL, 0,
			i > 0 ? bare_name : NULL };
	}
	if (started)
		bench_group(title, cases, PSD_ELEMENTS(cases));
	else
		bench_skip(title, "no processes to measure");
	for (size_t i = 0; i < PSD_ELEMENTS(processes); i++) {
		psd_fd_cleanup(&processes[i].ours);
		test_child_kill(processes[i].pid);
	}
}
