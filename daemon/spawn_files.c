/* SPDX-License-Identifier: ISC */
#include "daemon/spawn_files.h"

#include "common/fd.h"
#include "common/mem.h"
#include "common/raw.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Of close_range(2); older headers lack it. */
#define UNSHARE (1U << 1)

enum {
	/* The child places its own below this. */
	LOW = 8,
	/* What is not below this is lowered; no table is smaller. */
	HIGH = 64,
	SLOTS = 8 + PSD_NS_COUNT,
};

/*
 * Numbers that nobody else has; low ones, since they are taken at the daemon's
 * start.  Between starts they hold what tells nothing.  The witness is not below
 * HIGH, so that it is closed where only the beginning of the table was copied.
 */
static int slots[SLOTS];
static int idle_fd = PSD_NO_FD;
static int witness = PSD_NO_FD;

static void
close_slots(size_t n)
{
	while (n-- > 0)
		psd_fd_cleanup(&slots[n]);
}

int
psd_spawn_open_slots(void)
{
	_cleanup_fd_ int idle = PSD_NO_FD;
	int error;

	if (idle_fd >= 0)
		return 0;
	idle = eventfd(0, EFD_CLOEXEC);
	if (idle < 0)
		return -errno;
	for (size_t i = 0; i < SLOTS; i++) {
		slots[i] = fcntl(idle, F_DUPFD_CLOEXEC, LOW);
		if (slots[i] < 0) {
			error = errno;
			close_slots(i);
			return -error;
		}
	}
	witness = fcntl(idle, F_DUPFD_CLOEXEC, HIGH);
	if (witness < 0) {
		error = errno;
		close_slots(SLOTS);
		return -error;
	}
	idle_fd = psd_fd_take(&idle);
	return 0;
}

/* Where the child finds what it takes along. */
static void
find_sources(struct psd_spawn_state *state, int *ret[SLOTS])
{
	size_t n = 0;

	ret[n++] = &state->exec_fd;
	ret[n++] = &state->landlock_fd;
	ret[n++] = &state->null_fd;
	ret[n++] = &state->pair_end;
	ret[n++] = &state->report_fd;
	for (size_t i = 0; i < PSD_ELEMENTS(state->stdio); i++)
		ret[n++] = &state->stdio[i];
	for (size_t i = 0; i < PSD_NS_COUNT; i++)
		ret[n++] = &state->namespaces[i];
}

void
psd_spawn_share_files(struct psd_spawn_state *state)
{
	int *sources[SLOTS];
	int highest = 0;

	state->files_end = 0;
	if (idle_fd < 0)
		return;
	find_sources(state, sources);
	for (size_t i = 0; i < SLOTS; i++) {
		int *fd = sources[i];

		if (*fd >= HIGH && dup3(*fd, slots[i], O_CLOEXEC) == slots[i]) {
			*fd = slots[i];
			state->lowered |= 1U << i;
		}
		if (*fd > highest)
			highest = *fd;
	}
	if (highest < witness)
		state->files_end = (unsigned)highest + 1;
}

void
psd_spawn_restore_slots(const struct psd_spawn_state *state)
{
	for (size_t i = 0; i < SLOTS; i++)
		if ((state->lowered & 1U << i) != 0)
			(void)dup3(idle_fd, slots[i], O_CLOEXEC);
}

int
psd_spawn_leave_files(const struct psd_spawn_state *state)
{
	int r;

	if (state->files_end == 0)
		return 0;
	r = raw(SYS_close_range, state->files_end, ~0U, UNSHARE);
	if (r < 0)
		return r;
	/* From here on the numbers are changed: it had better be true. */
	return raw(SYS_fcntl, witness, F_GETFD) == -EBADF ? 0 : -EBUSY;
}
