/* SPDX-License-Identifier: ISC */
#include "common/confine.h"

#include "common/change_ids.h"
#include "common/mem.h"
#include "common/raw.h"
#include "common/sys.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

int
psd_confine_set_limits(struct psd_confine *confine)
{
	for (size_t i = 0; i < confine->n_limits; i++) {
		const struct psd_limit *limit = &confine->limits[i];
		const int r =
		    raw(SYS_prlimit64, 0, limit->resource, &limit->value, NULL);

		if (r < 0)
			return r;
	}
	return 0;
}

int
psd_confine_start_session(struct psd_confine *confine)
{
	(void)confine;
	return raw(SYS_setsid);
}

/*
 * Whoever has a session keyring may use its keys, and the daemon's is handed
 * down from whoever started it.  Refused altogether, as in containers, it is
 * refused to the helper too.  A user's quota of keys is too small for this,
 * and a rootless helper has the user's id anyway.
 */
int
psd_confine_join_keyring(struct psd_confine *confine)
{
	int r;

	if (!confine->set_ids)
		return 0;
	r = raw(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	return r == -ENOSYS || r == -EPERM ? 0 : r;
}

/*
 * Uid 0 means nothing, ambient capabilities cannot come up, and none of it
 * can be undone.  SECBIT_NO_SETUID_FIXUP stays off, and is locked there,
 * since the change of uid would not take the capabilities with it.
 */
int
psd_confine_lock_securebits(struct psd_confine *confine)
{
	const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED |
	    SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
	    SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

	if (confine->is_unprivileged)
		return 0;
	return raw(SYS_prctl, PR_SET_SECUREBITS, bits, 0L, 0L, 0L);
}

int
psd_confine_drop_groups(struct psd_confine *confine)
{
	if (!confine->set_ids)
		return 0;
	return raw(SYS_setgroups, 0, NULL);
}

int
psd_confine_change_gid(struct psd_confine *confine)
{
	return confine->set_ids ? psd_change_gid(confine->gid) : 0;
}

int
psd_confine_change_uid(struct psd_confine *confine)
{
	return confine->set_ids ? psd_change_uid(confine->uid) : 0;
}

/* The first number that the kernel does not know ends it. */
static int
verify_bounding_set(void)
{
	for (long cap = 0;; cap++) {
		const int r = raw(SYS_prctl, PR_CAPBSET_READ, cap, 0L, 0L, 0L);

		if (r == -EINVAL && cap > 0)
			return 0;
		if (r != 0)
			return r < 0 ? r : -EPERM;
	}
}

/*
 * What is empty already costs 82 looks.  Where the first number was not the last,
 * no helper could be started: better to say so here.
 */
int
psd_confine_empty_bounding_set(struct psd_confine *confine)
{
	if (confine->is_unprivileged)
		return 0;
	for (long cap = 0;; cap++) {
		int r = raw(SYS_prctl, PR_CAPBSET_READ, cap, 0L, 0L, 0L);

		if (r < 0)
			return r == -EINVAL && cap > 0 ? verify_bounding_set()
						       : r;
		if (r > 0)
			r = raw(SYS_prctl, PR_CAPBSET_DROP, cap, 0L, 0L, 0L);
		if (r < 0)
			return r;
	}
}

/* The change of uid leaves the inheritable set alone. */
int
psd_confine_drop_capabilities(struct psd_confine *confine)
{
	(void)confine;
	return psd_sys_capset_nothing();
}

static int
verify_ids(const struct psd_confine *confine)
{
	uid_t uids[3];
	gid_t gids[3];
	int r = raw(SYS_getresuid, &uids[0], &uids[1], &uids[2]);

	if (r >= 0)
		r = raw(SYS_getresgid, &gids[0], &gids[1], &gids[2]);
	if (r < 0)
		return r;
	if (confine->set_ids &&
	    (uids[0] != confine->uid || gids[0] != confine->gid ||
		raw(SYS_getgroups, 0, NULL) != 0))
		return -EPERM;
	if (uids[1] != uids[0] || uids[2] != uids[0] || gids[1] != gids[0] ||
	    gids[2] != gids[0])
		return -EPERM;
	/* Asked for an impossible change, these tell what there is. */
	if ((uid_t)raw(SYS_setfsuid, -1) != uids[0] ||
	    (gid_t)raw(SYS_setfsgid, -1) != gids[0])
		return -EPERM;
	return 0;
}

static int
verify_capabilities(const struct psd_confine *confine)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
	int r;

	/* An answer that is none must not look like empty sets. */
	memset(sets, 0xff, sizeof(sets));
	r = raw(SYS_capget, &header, sets);
	if (r < 0)
		return r;
	for (size_t i = 0; i < PSD_ELEMENTS(sets); i++)
		if ((sets[i].effective | sets[i].permitted |
			sets[i].inheritable) != 0)
			return -EPERM;
	/*
	 * The kernel keeps the ambient set within the permitted and the
	 * inheritable one, so it is empty too, which one look confirms.
	 */
	r = raw(SYS_prctl, PR_CAP_AMBIENT, (long)PR_CAP_AMBIENT_IS_SET, 0L, 0L,
	    0L);
	if (r != 0)
		return r < 0 ? r : -EPERM;
	if (confine->is_unprivileged || confine->has_no_bounding_set)
		return 0;
	return verify_bounding_set();
}

int
psd_confine_verify(struct psd_confine *confine)
{
	const int r = verify_ids(confine);

	return r < 0 ? r : verify_capabilities(confine);
}

int
psd_confine_set_no_new_privs(struct psd_confine *confine)
{
	(void)confine;
	return raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
}

int
psd_confine_enter_landlock(struct psd_confine *confine)
{
	if (confine->landlock_fd < 0)
		return 0;
	return psd_sys_landlock_restrict(confine->landlock_fd);
}

/*
 * EBUSY: a filter above us has a listener, and a chain has one.  EINVAL: the
 * kernel, or the sandbox around us, knows none.
 */
int
psd_confine_load_filter(struct psd_confine *confine)
{
	int r = -EINVAL;

	if (confine->filter == NULL && confine->plain_filter == NULL)
		return 0;
	if (confine->want_listener && confine->filter != NULL) {
		r = raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		    SECCOMP_FILTER_FLAG_NEW_LISTENER, confine->filter);
		confine->has_listener = r >= 0;
		confine->listener = r;
		if (r != -EBUSY && r != -EINVAL)
			return r;
		if (confine->plain_filter == NULL)
			return r;
		return raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0L,
		    confine->plain_filter);
	}
	return raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0L,
	    confine->filter != NULL ? confine->filter : confine->plain_filter);
}

int
psd_confine_report(const struct psd_confine *confine, const void *bytes,
    size_t len)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {
		.header = {
			.cmsg_len = CMSG_LEN(sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		},
	};
	struct iovec record = { .iov_base = (void *)(uintptr_t)bytes,
		.iov_len = len };
	const struct msghdr message = {
		.msg_iov = &record,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_LEN(sizeof(int)),
	};

	/* The filter without a listener has nothing to hand over, either. */
	if (!confine->has_listener)
		return raw(SYS_sendto, confine->report_fd, bytes, len,
		    MSG_NOSIGNAL, NULL, 0);
	memcpy(CMSG_DATA(&control.header), &confine->listener, sizeof(int));
	return raw(SYS_sendmsg, confine->report_fd, &message, MSG_NOSIGNAL);
}
