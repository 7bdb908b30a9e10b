/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_REGISTERS_H
#define FAULTS_REGISTERS_H

#include <stdint.h>
#include <sys/types.h>

/*
 * What ptrace(2) changes of a process that stands at a system call: all that
 * depends on the architecture.  0 or -errno, which is -ESRCH when the process
 * is gone meanwhile.
 */

/* At the entry: another call in its place. */
int registers_set_call(pid_t pid, int number);

/* At the entry: the argument with this index. */
int registers_set_argument(pid_t pid, unsigned index, uint64_t value);

/* At the exit: what the argument was, where the result has not its place. */
int registers_restore_argument(pid_t pid, unsigned index, uint64_t value);

/* At the exit: what it returns. */
int registers_set_result(pid_t pid, long result);

#endif
