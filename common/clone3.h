/* SPDX-License-Identifier: ISC */
#ifndef PSD_CLONE3_H
#define PSD_CLONE3_H

#include <stddef.h>
#include <stdint.h>

/* The kernel's struct clone_args as of Linux 5.7 (CLONE_ARGS_SIZE_VER2). */
struct psd_clone_args {
	uint64_t flags;
	uint64_t pidfd; /* address of an int */
	uint64_t child_tid;
	uint64_t parent_tid;
	uint64_t exit_signal;
	uint64_t stack; /* lowest address */
	uint64_t stack_size;
	uint64_t tls;
	uint64_t set_tid;
	uint64_t set_tid_size;
	uint64_t cgroup;
};

enum {
	PSD_CLONE_STACK_MIN = 16, /* the alignment both architectures want */
};

/*
 * clone3(2) for a child with a stack of its own, for which neither C nor
 * glibc has a call: the child runs run(argument) there and exits with what
 * that returns.  In the parent returns the child's process id, or -errno.
 */
long psd_clone3(const struct psd_clone_args *args, size_t size,
    int (*run)(void *argument), void *argument);

#endif
