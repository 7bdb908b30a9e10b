/* SPDX-License-Identifier: ISC */
#ifndef PSD_LIBC_H
#define PSD_LIBC_H

#include <errno.h>

/*
 * What the C library's function would return: those who ported a program did
 * not look at each of its tests for -1.
 */
static inline int
psd_libc_result(int r)
{
	if (r >= 0)
		return r;
	errno = -r;
	return -1;
}

#endif
