/* SPDX-License-Identifier: ISC */
#ifndef PSD_CALLNAME_H
#define PSD_CALLNAME_H

#include <stddef.h>
#include <stdint.h>

/* Names and numbers of system calls, as libseccomp's tables have them. */

enum {
	PSD_CALL_NAME_MAX = 63,  /* bytes of a name, without the closing NUL */
	PSD_CALLS_MAX = 1024,    /* every number is below this, for now */
	PSD_CALL_UNKNOWN = -1,   /* there is no such call anywhere */
	PSD_CALL_ELSEWHERE = -2, /* there is, but not on this architecture */
};

/* The number of a call on arch (AUDIT_ARCH_*), or one of the two above. */
int psd_call_number(uint32_t arch, const char *name);

/*
 * Writes the name of a call into ret, which has room for PSD_CALL_NAME_MAX
 * bytes and NUL.  Returns 0, or -ENOENT when the number has none.
 */
int psd_call_name(uint32_t arch, int number, char *ret);

/* The highest number that has a name on arch; the answer is kept. */
int psd_call_highest(uint32_t arch);

/*
 * The name on this architecture that is most like the given one, into ret as
 * above.  Returns 0, or -ENOENT when none is near.
 */
int psd_call_nearest(const char *name, char *ret);

#endif
