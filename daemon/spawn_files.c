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
	/*
	 * The first is for whoever has us wait, so that we touch nothing; each
	 * of the others for one beside whom we run on.
	 */
	GROUPS = 1 + 8,
	/* It is closed where only the beginning of the table was copied. */
	WITNESS = GROUPS * SLOTS,
	NUMBERS,
	/* More than the starts of a turn of the loop take. */
	SPARE = 256,
	/* Below this a start may find the table full. */
	SPARE_MIN = 64,
	TABLE_MIN = 256,
};

/*
 * Numbers that nobody else has, ever higher; low ones, since they are taken at
 * the daemon's start.  Between starts they hold what tells nothing: the bell,
 * which a child rings that has left the table while we run on.
 */
static int numbers[NUMBERS];
static int bell = PSD_NO_FD;
static struct psd_spawn_state *users[GROUPS];

/* What the table is known to hold, and the last number that was taken in it. */
static int table_size = TABLE_MIN;
static int table_latest;

static const int *
slots_of(size_t group)
{
	return &numbers[group * SLOTS];
}

int
psd_spawn_open_slots(void)
{
	_cleanup_fd_ int idle = PSD_NO_FD;
	int error;

	if (bell >= 0)
		return 0;
	idle = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (idle < 0)
		return -errno;
	for (size_t i = 0; i < NUMBERS; i++) {
		numbers[i] =
		    fcntl(idle, F_DUPFD_CLOEXEC, i < SLOTS ? LOW : HIGH);
		if (numbers[i] < 0) {
			error = errno;
			while (i-- > 0)
				psd_fd_cleanup(&numbers[i]);
			return -error;
		}
	}
	bell = psd_fd_take(&idle);
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

static size_t
count_groups(void)
{
	size_t n = 0;

	/* The first is of nobody beside whom we run on. */
	for (size_t i = 1; i < GROUPS; i++)
		n += users[i] != NULL;
	return n;
}

/*
 * For a table that has to grow while it is shared the kernel waits until every
 * processor has looked elsewhere, 4 to 16 ms.  So it grows a while before.
 */
static void
grow_table(void)
{
	int fd;

	if (table_latest + SPARE < table_size || count_groups() > 0)
		return;
	fd = fcntl(bell, F_DUPFD_CLOEXEC, table_size);
	if (fd < 0)
		return;
	psd_fd_close(fd);
	while (table_size <= fd)
		table_size *= 2;
}

static bool
take_group(struct psd_spawn_state *state)
{
	state->group = 0;
	if (state->stops_parent)
		return true;
	psd_spawn_restore_left();
	table_latest = state->pair_end;
	grow_table();
	do
		state->group++;
	while (state->group < GROUPS && users[state->group] != NULL);
	if (state->group == GROUPS)
		return false;
	users[state->group] = state;
	return true;
}

bool
psd_spawn_is_full(void)
{
	size_t used;

	psd_spawn_restore_left();
	used = count_groups();
	return used == GROUPS - 1 ||
	    (used > 0 && table_latest + SPARE_MIN >= table_size);
}

void
psd_spawn_share_files(struct psd_spawn_state *state)
{
	/* What we run on with we may close, and have another in its place. */
	const int kept = state->stops_parent ? HIGH : 0;
	int highest = state->stops_parent ? 0 : bell;
	int *sources[SLOTS];

	state->files_end = 0;
	state->lowered = 0;
	state->has_left = false;
	if (bell < 0 || !take_group(state))
		return;
	find_sources(state, sources);
	for (size_t i = 0; i < SLOTS; i++) {
		const int slot = slots_of(state->group)[i];
		int *fd = sources[i];

		if (*fd >= kept) {
			if (dup3(*fd, slot, O_CLOEXEC) < 0)
				return;
			*fd = slot;
			state->lowered |= 1U << i;
		}
		if (*fd > highest)
			highest = *fd;
	}
	if (highest < numbers[WITNESS])
		state->files_end = (unsigned)highest + 1;
}

void
psd_spawn_restore_slots(struct psd_spawn_state *state)
{
	for (size_t i = 0; i < SLOTS; i++)
		if ((state->lowered & 1U << i) != 0)
			(void)dup3(bell, slots_of(state->group)[i], O_CLOEXEC);
	state->lowered = 0;
	for (size_t i = 0; i < GROUPS; i++)
		if (users[i] == state)
			users[i] = NULL;
}

void
psd_spawn_restore_left(void)
{
	for (size_t i = 0; i < GROUPS; i++)
		if (users[i] != NULL &&
		    __atomic_load_n(&users[i]->has_left, __ATOMIC_ACQUIRE))
			psd_spawn_restore_slots(users[i]);
}

int
psd_spawn_bell(void)
{
	return bell;
}

void
psd_spawn_hear(void)
{
	eventfd_t rung;

	/* Before the look: who leaves after that rings once more. */
	(void)eventfd_read(bell, &rung);
	psd_spawn_restore_left();
}

int
psd_spawn_leave_files(struct psd_spawn_state *state)
{
	static const uint64_t once = 1;
	int r;

	if (state->files_end == 0)
		return 0;
	r = raw(SYS_close_range, state->files_end, ~0U, UNSHARE);
	if (r < 0)
		return r;
	/* From here on the numbers are changed: it had better be true. */
	if (raw(SYS_fcntl, numbers[WITNESS], F_GETFD) != -EBADF)
		return -EBUSY;
	if (state->stops_parent)
		return 0;
	__atomic_store_n(&state->has_left, true, __ATOMIC_RELEASE);
	/* Should it not be heard, the slots come back a little later. */
	(void)raw(SYS_write, bell, &once, sizeof(once));
	return 0;
}
