/* SPDX-License-Identifier: ISC */
#include "daemon/uid.h"

#include "common/change_ids.h"
#include "common/fd.h"
#include "common/sys.h"
#include "daemon/daemon.h"
#include "daemon/uid_check.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum state { FREE, TAKEN, QUARANTINED };

/*
 * Uids in quarantine that one sweep looks at, and what it may take: neighbours
 * that stop whoever kills them have it once.
 */
enum { SWEEP_MAX = 8, SWEEP_MSEC = 10 };

int
psd_uid_range_init(struct psd_uid_range *range, uid_t first, uint32_t n,
    struct psd_diag *diag)
{
	const int r = psd_uid_check(first, n, diag);

	return r < 0 ? r : psd_uid_range_make(range, first, n, 0);
}

int
psd_uid_range_make(struct psd_uid_range *range, uid_t first, uint32_t n,
    uint32_t next)
{
	unsigned char *states = calloc(n, 1);

	if (states == NULL)
		return -ENOMEM;
	*range = (struct psd_uid_range){
		.first = first,
		.n = n,
		.next = next % n,
		.states = states,
		.lock_fd = PSD_NO_FD,
	};
	return 0;
}

/* True when it is of the range, and nobody's so far. */
static bool
adopt(struct psd_uid_range *range, uid_t uid, enum state state)
{
	const uint32_t at = uid - range->first;

	if (uid < range->first || at >= range->n || range->states[at] != FREE)
		return false;
	range->states[at] = (uint8_t)state;
	return true;
}

bool
psd_uid_adopt(struct psd_uid_range *range, uid_t uid)
{
	return adopt(range, uid, TAKEN);
}

bool
psd_uid_quarantine(struct psd_uid_range *range, uid_t uid)
{
	if (!adopt(range, uid, QUARANTINED))
		return false;
	range->n_quarantined++;
	return true;
}

bool
psd_uid_is_quarantined(const struct psd_uid_range *range, uid_t uid)
{
	return range->states[uid - range->first] == QUARANTINED;
}

void
psd_uid_range_free(struct psd_uid_range *range)
{
	/* One that was never made has no descriptor, either. */
	if (range->states != NULL)
		psd_fd_close(range->lock_fd);
	free(range->states);
	*range = (struct psd_uid_range){ .n = 0 };
}

void
psd_uid_range_share(struct psd_uid_range *range, int lock_fd)
{
	uint32_t anywhere = 0;

	range->lock_fd = lock_fd;
	if (getrandom(&anywhere, sizeof(anywhere), GRND_NONBLOCK) ==
	    sizeof(anywhere))
		range->next = anywhere % range->n;
}

/* The byte that has the uid's number; a lock ends with who has it, too. */
static bool
reserve(const struct psd_uid_range *range, uid_t uid, short type)
{
	struct flock lock = {
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = uid,
		.l_len = 1,
	};

	return range->lock_fd < 0 ||
	    fcntl(range->lock_fd, F_OFD_SETLK, &lock) == 0;
}

static void
set_free(struct psd_uid_range *range, uint32_t at)
{
	range->states[at] = FREE;
	(void)reserve(range, range->first + at, F_UNLCK);
}

/*
 * Does any process have this uid?  The kernel answers from a table of users
 * in use, so asking is cheap when the answer is no.
 */
static bool
is_in_use(uid_t uid)
{
	errno = 0;
	return getpriority(PRIO_USER, uid) != -1 || errno != ESRCH;
}

int
psd_uid_take(struct psd_uid_range *range, uid_t *ret_uid)
{
	for (uint32_t i = 0; i < range->n; i++) {
		const uint32_t at = (range->next + i) % range->n;
		const uid_t uid = range->first + at;

		if (range->states[at] != FREE || !reserve(range, uid, F_WRLCK))
			continue;
		/* Reserved first: who had it before may use it since. */
		if (is_in_use(uid)) {
			set_free(range, at);
			continue;
		}
		range->states[at] = TAKEN;
		/* Onward, so that a uid rests as long as it can. */
		range->next = (at + 1) % range->n;
		*ret_uid = uid;
		return 0;
	}
	return -EAGAIN;
}

void
psd_uid_release(struct psd_uid_range *range, uid_t uid)
{
	const uint32_t at = uid - range->first;

	assert(uid >= range->first && at < range->n);
	assert(range->states[at] == TAKEN);
	if (!is_in_use(uid)) {
		set_free(range, at);
		return;
	}
	range->states[at] = QUARANTINED;
	range->n_quarantined++;
	psd_uid_sweep(range);
}

/*
 * The child of sweep(): becomes the uid, so that the kernel's "everyone whom
 * you may signal" is everyone of this uid, at one moment, whatever they fork.
 * With a capability left, or with another uid, that would be everyone.
 */
static void
kill_neighbours(uid_t uid)
{
	uid_t ids[3];

	if (syscall(SYS_setgroups, 0, NULL) < 0 || psd_change_gid(uid) < 0 ||
	    psd_change_uid(uid) < 0 || psd_sys_capset_nothing() < 0)
		_exit(EXIT_FAILURE);
	if (syscall(SYS_getresuid, &ids[0], &ids[1], &ids[2]) < 0 ||
	    ids[0] != uid || ids[1] != uid || ids[2] != uid)
		_exit(EXIT_FAILURE);
	(void)kill(-1, SIGKILL);
	_exit(EXIT_SUCCESS);
}

/*
 * The child has a uid whose other processes may stop it, so its memory is not
 * ours, and we do not wait for it longer than a moment.
 */
static void
sweep(uid_t uid)
{
	const pid_t pid = fork();
	struct pollfd gone = { .events = POLLIN };
	_cleanup_fd_ int pidfd = PSD_NO_FD;

	if (pid == 0)
		kill_neighbours(uid);
	if (pid < 0)
		return;
	pidfd = psd_sys_pidfd_open(pid);
	gone.fd = pidfd;
	if (pidfd < 0 || poll(&gone, 1, SWEEP_MSEC) != 1)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

/* The next one in quarantine, round the range: one that stays holds up none. */
static uint32_t
next_quarantined(struct psd_uid_range *range)
{
	uint32_t at;

	do {
		at = range->swept;
		range->swept = (at + 1) % range->n;
	} while (range->states[at] != QUARANTINED);
	return at;
}

void
psd_uid_sweep(struct psd_uid_range *range)
{
	const uint64_t until = psd_now() + SWEEP_MSEC * UINT64_C(1000);
	const uint32_t n =
	    range->n_quarantined < SWEEP_MAX ? range->n_quarantined : SWEEP_MAX;

	for (uint32_t i = 0; i < n && psd_now() < until; i++) {
		const uint32_t at = next_quarantined(range);

		if (is_in_use(range->first + at))
			sweep(range->first + at);
		if (is_in_use(range->first + at))
			continue;
		set_free(range, at);
		range->n_quarantined--;
	}
}
