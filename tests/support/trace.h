/* SPDX-License-Identifier: ISC */
#ifndef TEST_TRACE_H
#define TEST_TRACE_H

#include "common/ops.h"

#include <limits.h>
#include <sys/types.h>

enum { TRACE_MAX = 512 };

/* The system calls of a daemon, as strace(1) writes them down. */
struct trace {
	char file[PATH_MAX];
	pid_t pid; /* strace's */
};

/* Is there strace, and may it trace? */
bool trace_may(void);

/*
 * Begins, and has begun when it returns; dir is for its file.  The daemon has
 * one thread, and what it would start in order to look at something would be
 * seen as it is started; so no child is followed.
 */
void trace_start(struct trace *trace, pid_t traced, const char *dir);
void trace_stop(const struct trace *trace);

/*
 * Tells all calls from the one that took a request to the one that answered
 * it, each with its descriptor: "recvmsg(20) write(2) sendto(20) ".
 */
void trace_calls(const struct trace *trace, const struct psd_op_row *row,
    uint32_t id, char ret[TRACE_MAX]);

#endif
