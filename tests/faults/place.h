/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_PLACE_H
#define FAULTS_PLACE_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Where in its program a process makes a system call, as one number
 * (tests/faults/places.h) of the call's own and the two innermost functions of
 * the program's (not of a library's) that are being executed.  They are looked
 * for on its stack, where others may be that have returned, so one place may
 * have several numbers.  The number is the same in the next process of this
 * program; 0 when there is none.
 */
uint64_t place_of(pid_t pid, int number, uint64_t stack_pointer);

/* The process has executed another program, or is another one. */
void place_forget(void);

#endif
