/* SPDX-License-Identifier: ISC */
#ifndef BENCH_FILTER_H
#define BENCH_FILTER_H

/* A program that makes output of input, or the command that runs it. */
struct bench_filter {
	const char *const *argv;
	int input;
	int output; /* the pipe that is drained, while it runs */
};

/* A bench_case's run: n times a struct bench_filter from start to end. */
double bench_filter_run(void *filter, unsigned n);

/* The policies in policy/examples by ctl, beside their programs alone. */
void bench_examples(const char *ctl);

#endif
