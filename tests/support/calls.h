/* SPDX-License-Identifier: ISC */
#ifndef TEST_CALLS_H
#define TEST_CALLS_H

#include <sys/syscall.h>

/* What the C library makes of functions whose call arm64 does not have. */
#ifdef SYS_poll
#define TEST_CALL_POLL SYS_poll
#else
#define TEST_CALL_POLL SYS_ppoll
#endif
#ifdef SYS_dup2
#define TEST_CALL_DUP2 SYS_dup2
#else
#define TEST_CALL_DUP2 SYS_dup3
#endif
#ifdef SYS_fork
#define TEST_CALL_FORK SYS_fork
#else
#define TEST_CALL_FORK SYS_clone
#endif

#endif
