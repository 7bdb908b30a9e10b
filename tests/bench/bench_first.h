/* SPDX-License-Identifier: ISC */
#ifndef BENCH_FIRST_H
#define BENCH_FIRST_H

#include <stdbool.h>

/*
 * At ordinary priority, and yet before other programs: the kernel's groups by
 * session have a weight, which does not change what goes on between two that
 * have the same.  Only for groups whose processes are there before their cases
 * are run, or those that are started meanwhile would have less.
 */
void bench_first_want(bool wanted);

/* What is wanted, for this process and all below it. */
void bench_first_come(void);

#endif
