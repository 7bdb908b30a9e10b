/* SPDX-License-Identifier: ISC */
#include "daemon/errand_child.h"

#include "common/change_ids.h"
#include "common/raw.h"
#include "daemon/proc_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

enum { BACKLOG = 4096 };

/* Copies of the daemon's descriptors must not outlive what they are for. */
static int
close_others(const struct psd_errand_task *task)
{
	const unsigned one = (unsigned)task->fd, other = (unsigned)task->place;
	const unsigned low = one < other ? one : other;
	const unsigned high = one < other ? other : one;
	int r = low > 0 ? raw(SYS_close_range, 0, low - 1, 0) : 0;

	if (r >= 0 && low + 1 < high)
		r = raw(SYS_close_range, low + 1, high - 1, 0);
	return r < 0 ? r : raw(SYS_close_range, high + 1, ~0U, 0);
}

/*
 * Leaves the child one right, if any: to write to a socket whose mode speaks
 * of others than the helper, as the grant does instead.
 */
static int
keep_capability(uint32_t kept)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
	struct __user_cap_data_struct left[_LINUX_CAPABILITY_U32S_3] = { 0 };
	const int r = raw(SYS_capget, &header, sets);

	if (r < 0)
		return r;
	/* A daemon without privileges has none to leave. */
	left[0].permitted = kept & sets[0].permitted;
	left[0].effective = left[0].permitted;
	return raw(SYS_capset, &header, left);
}

/* Dies with the daemon; whose death may have come before the signal was set. */
static int
become(const struct psd_errand_ids *ids, uint32_t kept)
{
	int r = 0;

	if (ids->must_change) {
		r = raw(SYS_prctl, PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L);
		if (r >= 0)
			r = raw(SYS_setgroups, 0, NULL);
		if (r >= 0)
			r = psd_change_gid(ids->gid);
		if (r >= 0)
			r = psd_change_uid(ids->uid);
	}
	if (r >= 0)
		r = keep_capability(kept);
	if (r >= 0)
		r = raw(SYS_prctl, PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
	return r >= 0 && getppid() != ids->daemon ? -ESRCH : r;
}

static int
name_address(const char *name, struct sockaddr_un *ret)
{
	const size_t len = strlen(name);

	if (len >= sizeof(ret->sun_path))
		return -ENAMETOOLONG;
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(ret->sun_path, name, len);
	return 0;
}

/* The socket's own mode becomes the file's; nothing is to be taken from it. */
static int
bind_here(const struct psd_errand_task *task)
{
	struct sockaddr_un address;
	int r = name_address(task->name, &address);

	if (r < 0)
		return r;
	r = raw(SYS_fchdir, task->place);
	if (r < 0)
		return r;
	(void)umask(0);
	return bind(task->fd, (const struct sockaddr *)&address,
		   sizeof(address)) < 0
	    ? -errno
	    : 0;
}

/* In the directory of our own descriptors: the name is the number. */
static int
connect_here(const struct psd_errand_task *task)
{
	struct sockaddr_un address;
	char name[16];
	int r;

	(void)snprintf(name, sizeof(name), "%d", task->place);
	r = name_address(name, &address);
	if (r < 0)
		return r;
	return connect(task->fd, (const struct sockaddr *)&address,
		   sizeof(address)) < 0
	    ? -errno
	    : 0;
}

static int
act(const struct psd_errand_ids *ids, const struct psd_errand_task *task)
{
	int r;

	if (task->kind == PSD_ERRAND_CONNECT) {
		r = psd_proc_fd_enter_own();
		if (r >= 0)
			r = close_others(task);
		if (r >= 0)
			r = become(ids, UINT32_C(1) << CAP_DAC_OVERRIDE);
		return r < 0 ? r : connect_here(task);
	}
	r = close_others(task);
	if (r >= 0)
		r = bind_here(task);
	if (r < 0 || task->kind == PSD_ERRAND_BIND)
		return r;
	r = become(ids, 0);
	if (r < 0)
		return r;
	return listen(task->fd, BACKLOG) < 0 ? -errno : 0;
}

_Noreturn void
psd_errand_child(const struct psd_errand_ids *ids,
    const struct psd_errand_task *task)
{
	_exit(-act(ids, task));
}
