/* SPDX-License-Identifier: ISC */
#ifndef TEST_CARRY_FIXTURE_H
#define TEST_CARRY_FIXTURE_H

/*
 * What a successor makes of a state.  Each is loaded by a child, since what has
 * been refused is left as it is, and who resumes ends then.
 */
#include "common/mem.h"
#include "common/seal.h"
#include "common/sys.h"
#include "daemon/state_rows.h"
#include "tests/support/child.h"
#include "tests/support/valgrind.h"
#include "tests/unit/carry_base.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* The bytes of the first such record go beyond the state's end. */
static inline int
cut(int sealed, enum psd_record wanted)
{
	size_t size;
	unsigned char *all = psd_seal_read(sealed,
	    sizeof(struct psd_state_head), PSD_STATE_MAX, &size);
	const struct psd_state_head *head = (const void *)all;
	unsigned char *at =
	    all + sizeof(*head) + head->n_fds * sizeof(uint32_t);
	uint32_t record[2]; /* its number and its size */

	for (;;) {
		memcpy(record, at, sizeof(record));
		if (record[0] == wanted)
			break;
		at += sizeof(record) + record[1];
	}
	record[1] = PSD_FRAME_MAX;
	memcpy(at, record, sizeof(record));
	return psd_seal_write("state", all, size);
}

/* At their numbers; the others of them are the child's, which ends. */
static inline bool
open_all(void)
{
	int pair[2], other[2], ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, other) < 0 || pipe(ends) < 0)
		return false;
	const int fds[] = {
		open("/dev/null", O_RDWR | O_CLOEXEC),
		open("/dev/null", O_RDWR | O_CLOEXEC),
		psd_sys_pidfd_open(getpid()),
		pair[0],
		other[0],
		open("/dev/null", O_RDWR | O_CLOEXEC),
		other[1],
		open("/", O_PATH | O_CLOEXEC),
		ends[0],
		pair[1],
	};
	_Static_assert(PSD_ELEMENTS(fds) == FD_ALL - FD_LOCK, "each");

	for (size_t i = 0; i < PSD_ELEMENTS(fds); i++)
		if (dup2(fds[i], FD_LOCK + (int)i) < 0)
			return false;
	return true;
}

static inline void
begin_daemon(struct psd_daemon *daemon, struct base *base)
{
	base->daemon.pid = (uint32_t)getpid();
	base->instance.pid = (uint32_t)getpid();
	base->loaded.name = psd_str_of("svc");
	base->service.name = psd_str_of("svc");
	TAILQ_INIT(&daemon->services);
	TAILQ_INIT(&daemon->relayed);
	daemon->config.uid_first = 1900000000;
	daemon->config.uid_last = 1900000009;
}

/* Where the child says what is wrong. */
static char *said;

static inline int
load_altered(void *argument)
{
	const struct altered *altered = argument;
	static struct psd_daemon daemon;
	struct base base = usual;
	struct psd_state_reader *reader;
	int state_fd, r;

	if (!open_all() || psd_daemon_open_loop(&daemon) < 0)
		return 90;
	begin_daemon(&daemon, &base);
	if (altered->change != NULL)
		altered->change(&base);
	state_fd = write_base(&base, altered);
	if (altered->cut != 0)
		state_fd = cut(state_fd, altered->cut);
	reader = psd_state_read(state_fd);
	if (reader == NULL)
		return 91;
	r = psd_carry_load(reader, &daemon);
	(void)snprintf(said, SAID_SIZE, "%s", psd_state_wrong(reader));
	if (r < 0)
		return 1;
	return altered->is_right == NULL || altered->is_right(&daemon, state_fd)
	    ? 0
	    : 2;
}

/* The state is refused in these words, or all of it is there again. */
static inline void
try_altered(const struct altered *altered, size_t nth)
{
	int status;

	*said = '\0';
	status = test_child_exit_status(
	    test_child_start(load_altered, (void *)(uintptr_t)altered));
	if (status != (altered->wrong == NULL ? 0 : 1) ||
	    (altered->wrong != NULL && strstr(said, altered->wrong) == NULL))
		fail_msg("%zu: %s: %d: %s", nth,
		    altered->wrong == NULL ? "no error" : altered->wrong,
		    status, said);
}

static inline int
map_said(void **state)
{
	(void)state;
	said = mmap(NULL, SAID_SIZE, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return said == MAP_FAILED ? -1 : 0;
}

#endif
