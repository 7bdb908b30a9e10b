/* SPDX-License-Identifier: ISC */
#ifndef TEST_LOG_FIXTURE_H
#define TEST_LOG_FIXTURE_H

/*
 * The log decides at its first message how to write to standard error, so
 * each case is a process of its own, which reads its own standard error.
 */

#include "common/log.h"

#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/expect.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What can be behind standard error. */
enum behind { PIPE, FOREIGN_PIPE, STREAM, SEQPACKET };

static int reader = PSD_NO_FD;
static char heard[1 << 20];
static size_t heard_len;

/* Makes standard error one of these, and reader its other end. */
static inline int
set_stderr(enum behind behind)
{
	int ends[2];

	/* A log that waits for its reader would wait for ever. */
	(void)alarm(TEST_DEADLINE / 1000);
	if (behind == STREAM || behind == SEQPACKET) {
		const int type =
		    behind == STREAM ? SOCK_STREAM : SOCK_SEQPACKET;

		if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) < 0)
			return -errno;
	} else if (pipe2(ends, O_CLOEXEC) < 0) {
		return -errno;
	}
	if (dup2(ends[1], STDERR_FILENO) < 0)
		return -errno;
	psd_fd_close(ends[1]);
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	reader = ends[0];
	/* Whoever is not its owner may not open the pipe again. */
	if (behind == FOREIGN_PIPE && setresuid(65534, 65534, 65534) < 0)
		return -errno;
	return 0;
}

/* Reads what waits, behind what was heard before. */
static inline void
hear_all(void)
{
	ssize_t n;

	while ((n = read(reader, heard + heard_len,
		    sizeof(heard) - heard_len - 1)) > 0)
		heard_len += (size_t)n;
	heard[heard_len] = '\0';
}

static inline void
assert_each(int (*body)(void *argument))
{
	static enum behind kinds[] = { PIPE, FOREIGN_PIPE, STREAM, SEQPACKET };

	for (size_t i = 0; i < PSD_ELEMENTS(kinds); i++) {
		if (kinds[i] == FOREIGN_PIPE && geteuid() != 0)
			continue;
		assert_int_equal(test_child_exit_status(
				     test_child_start(body, &kinds[i])),
		    0);
	}
}

#endif
