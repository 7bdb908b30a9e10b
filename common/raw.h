/* SPDX-License-Identifier: ISC */
#ifndef PSD_RAW_H
#define PSD_RAW_H

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * raw(SYS_name, ...): what the call returns, or -errno.  For what runs where
 * the C library's wrappers are not for us: those of set*id() would make other
 * threads follow, and others are wrapped again by sanitizers.  syscall(2)
 * writes nothing but errno.
 */
#define raw(...) psd_raw_result(syscall(__VA_ARGS__))

static inline int
psd_raw_result(long r)
{
	return r < 0 ? -errno : (int)r;
}

#endif
