/* SPDX-License-Identifier: ISC */
#include "tests/support/trace.h"

#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/status.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STEP_MS = 10 };

bool
trace_may(void)
{
	static const char *const argv[] = { "strace", "-o", "/dev/null", "true",
		NULL };
	const pid_t pid = test_child_exec(argv);

	return pid > 0 && test_child_exit_status(pid) == 0;
}

void
trace_start(struct trace *trace, pid_t traced, const char *dir)
{
	char pid[16];
	const char *const argv[] = { "strace", "-q", "-e", "signal=none", "-xx",
		"-s", "64", "-o", trace->file, "-p", pid, NULL };

	(void)snprintf(pid, sizeof(pid), "%d", traced);
	(void)snprintf(trace->file, sizeof(trace->file), "%s/trace", dir);
	trace->pid = test_child_exec(argv);
	assert_true(trace->pid > 0);
	for (int ms = 0; atoi(test_status(traced, "TracerPid")) == 0;
	     ms += STEP_MS) {
		assert_true(ms < TEST_DEADLINE);
		(void)poll(NULL, 0, STEP_MS);
	}
}

void
trace_stop(const struct trace *trace)
{
	int status;

	assert_int_equal(kill(trace->pid, SIGINT), 0);
	assert_int_equal(test_child_wait(trace->pid, &status), 0);
}

/* Is it the call by which the request came, or the reply went? */
static bool
is_frame(const char *line, unsigned type, const struct psd_op_row *row,
    uint32_t id)
{
	char header[64];

	(void)snprintf(header, sizeof(header),
	    "\"\\x%02x\\x00\\x%02x\\x%02x\\x%02x\\x%02x\\x%02x\\x%02x", type,
	    (unsigned)row->op & 0xffU, (unsigned)row->op >> 8, id & 0xffU,
	    id >> 8 & 0xffU, id >> 16 & 0xffU, id >> 24);
	return strstr(line, header) != NULL;
}

/* "write(2, ": the call and the descriptor, without what is written. */
static void
add_call(char *calls, const char *line)
{
	const size_t len = strlen(calls);
	const int n = (int)strcspn(line, ",) ");

	assert_true(len + (size_t)n + 3 < TRACE_MAX);
	(void)snprintf(calls + len, TRACE_MAX - len, "%.*s) ", n, line);
}

static bool
read_calls(const struct trace *trace, const struct psd_op_row *row, uint32_t id,
    char *ret)
{
	FILE *file = fopen(trace->file, "re");
	_cleanup_free_ char *line = NULL;
	bool is_inside = false, is_over = false;
	size_t size = 0;

	assert_non_null(file);
	ret[0] = '\0';
	while (!is_over && getline(&line, &size, file) > 0) {
		/* A child of before, which ends now: no call. */
		if (strncmp(line, "---", 3) == 0)
			continue;
		is_inside = is_inside || is_frame(line, 1, row, id);
		is_over = is_inside && is_frame(line, 2, row, id);
		if (is_inside)
			add_call(ret, line);
	}
	(void)fclose(file);
	return is_over;
}

/* The reply may be here before strace has written down that it was sent. */
void
trace_calls(const struct trace *trace, const struct psd_op_row *row,
    uint32_t id, char ret[TRACE_MAX])
{
	for (int ms = 0; !read_calls(trace, row, id, ret); ms += STEP_MS) {
		if (ms >= TEST_DEADLINE)
			fail_msg("%s: not in the trace", row->name);
		(void)poll(NULL, 0, STEP_MS);
	}
}
