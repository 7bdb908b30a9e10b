/* SPDX-License-Identifier: ISC */
/*
 * For clang-tidy alone, included before a source.  Its analyzer does not know
 * that errno is positive after a failure, nor can it reckon with the minus of
 * "return -errno", and so follows a failure into code that only runs after
 * success.  Here errno is one of a few errors that it can count with.
 */
#include <errno.h>

int lint_anything(void);

static inline int *
lint_errno(void)
{
	static int value;

	switch (lint_anything()) {
	case 0:
		value = EAGAIN;
		break;
	case 1:
		value = EEXIST;
		break;
	case 2:
		value = EINTR;
		break;
	case 3:
		value = ENOENT;
		break;
	default:
		value = EPERM;
		break;
	}
	return &value;
}

#undef errno
#define errno (*lint_errno())
