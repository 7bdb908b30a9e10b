/* SPDX-License-Identifier: ISC */
#ifndef PSD_RAW_H
#define PSD_RAW_H

#include <sys/syscall.h>
#include <unistd.h>

/*
 * raw(SYS_name, ...): what the call returns, or -errno.  For what runs where
 * the C library's wrappers are not for us: those of set*id() would make other
 * threads follow, and others are wrapped again by sanitizers.  Nor is its
 * syscall(2), which writes errno: a child in the memory of a parent that runs on
 * would change it under that.
 */
#define raw(...) ((int)psd_syscall(__VA_ARGS__))

/* In common/clone3.S. */
long psd_syscall(long number, ...);

#endif
