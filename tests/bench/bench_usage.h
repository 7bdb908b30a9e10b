/* SPDX-License-Identifier: ISC */
#ifndef BENCH_USAGE_H
#define BENCH_USAGE_H

#include <limits.h>
#include <sys/types.h>

/*
 * Memory in use, the kernel's share included: that of a control group, which
 * this process enters and whose children are in it, or what the system has
 * left.
 */
struct bench_usage {
	char path[PATH_MAX], before[PATH_MAX];
	const char *counter; /* NULL: MemAvailable instead */
};

void bench_usage_open(struct bench_usage *usage);
void bench_usage_close(const struct bench_usage *usage);

/* Bytes in use when things have settled, or -1. */
long long bench_usage_now(const struct bench_usage *usage);

/* Bytes of the process that nobody else has, or less than 0. */
long long bench_usage_of(pid_t pid);

#endif
