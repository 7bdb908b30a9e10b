/* SPDX-License-Identifier: ISC */
#ifndef BENCH_ROW_H
#define BENCH_ROW_H

#include <stddef.h>

/* The middle of many samples, and where half of them lie. */
struct bench_spread {
	double q1, median, q3;
};

/* One line of the table; a text that does not apply is NULL, a number 0. */
struct bench_row {
	const char *title; /* of its group */
	const char *name;  /* NULL: the whole group, skipped */
	const char *unit;
	const char *limit;
	unsigned rounds;
	struct bench_spread value, ratio, increment;
	double goal; /* as in struct bench_case */
	const char *increment_to;
	char why[256];           /* it was skipped */
	const char *repeated_by; /* the group; known when the row is kept */
};

/* Sorts the samples. */
struct bench_spread bench_spread_of(double *samples, size_t n);

/* The group that repeats the rows to come. */
void bench_row_group(const char *group);

/* Keeps the row and prints its line. */
void bench_row_add(const struct bench_row *row);

/* All rows as JSON.  0 or -errno. */
int bench_rows_write(const char *path);

/* How many goals were missed. */
unsigned bench_rows_missed(void);

#endif
