/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_ERRNOS_H
#define FAULTS_ERRNOS_H

#include <stdbool.h>
#include <stddef.h>

/* A row of errnos.def. */
struct errnos {
	int number; /* of the call */
	const char *name;
	const int *at;
	size_t n;
};

/* NULL: it has none, since it cannot fail or nobody has written it down. */
const struct errnos *errnos_of(int number);

/* Is a call among these? */
bool errnos_is_among(int number, const int *calls, size_t n);

/* Has it none because it cannot fail? */
bool errnos_cannot_fail(int number);

/* Is it the call in which the daemon's loop sleeps? */
bool errnos_is_loop_wait(int number);

/* The name of a call, "" for an unknown one; valid until the next call. */
const char *errnos_call_name(int number);

/* "EPERM" for EPERM. */
const char *errnos_name(int error);

#endif
