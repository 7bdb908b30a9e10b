/* SPDX-License-Identifier: ISC */
#ifndef REMOTE_H
#define REMOTE_H

#include <stdint.h>

/*
 * What a test sends to tiny_remote: one system call.  Bit i of pointers says
 * that argument i is an offset into bytes, of which the call's effect comes
 * back with its result.
 */
enum { REMOTE_BYTES = 2048 };

struct remote_call {
	int64_t number; /* REMOTE_* or of the kernel */
	uint64_t args[6];
	uint64_t pointers;
	unsigned char bytes[REMOTE_BYTES];
};

struct remote_result {
	int64_t result; /* as the kernel has it: -errno or not */
	unsigned char bytes[REMOTE_BYTES];
};

/* Not the kernel's: the initial stack, argc and all, from args[0] on. */
enum { REMOTE_STACK = -1 };

#endif
