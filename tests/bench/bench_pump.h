/* SPDX-License-Identifier: ISC */
#ifndef BENCH_PUMP_H
#define BENCH_PUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A memfd of so many bytes, which are not all the same.  -errno. */
int bench_input(size_t bytes);

/* Starts a program with these for standard input and output.  -errno. */
int bench_program(const char *const *argv, int in, int out, pid_t *ret_pid);

/*
 * The same with one end of a SOCK_STREAM pair for both, and returns the other
 * end.  -errno.
 */
int bench_program_on_pair(const char *const *argv, pid_t *ret_pid);

/* Waits for its end; was that exit status 0? */
bool bench_program_ended_well(pid_t pid);

/*
 * Moves all of in to the socket and all that the socket says to out, with one
 * poll() for a piece of each, and no more than that.  The bytes written, or
 * -errno.
 */
int64_t bench_pump(int in, int socket, int out);

/* Reads to the end and counts.  -errno. */
int64_t bench_drain(int fd);

#endif
