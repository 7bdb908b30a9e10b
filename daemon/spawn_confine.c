/* SPDX-License-Identifier: ISC */
#include "daemon/spawn_child.h"

#include "common/mem.h"
#include "common/sys.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* Of struct sigaction as the kernel has it, all of whose words are 0. */
enum { SIGACTION_WORDS = 4, SIGNALS = 64 };

/*
 * Uid 0 means nothing, ambient capabilities cannot come up, and none of it
 * can be undone.  SECBIT_NO_SETUID_FIXUP stays off, and is locked there,
 * since the change of uid would not take the capabilities with it.
 */
int
psd_spawn_lock_securebits(struct psd_spawn_state *state)
{
	const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED |
	    SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
	    SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

	if (state->plan->is_unprivileged)
		return 0;
	return raw(SYS_prctl, PR_SET_SECUREBITS, bits, 0L, 0L, 0L);
}

int
psd_spawn_drop_groups(struct psd_spawn_state *state)
{
	if (!state->plan->set_ids)
		return 0;
	return raw(SYS_setgroups, 0, NULL);
}

int
psd_spawn_change_gid(struct psd_spawn_state *state)
{
	const gid_t gid = state->birth->gid;

	if (!state->plan->set_ids)
		return 0;
	return raw(SYS_setresgid, gid, gid, gid);
}

int
psd_spawn_change_uid(struct psd_spawn_state *state)
{
	const uid_t uid = state->birth->uid;

	if (!state->plan->set_ids)
		return 0;
	return raw(SYS_setresuid, uid, uid, uid);
}

/* The change of uid leaves the inheritable set alone. */
int
psd_spawn_drop_capabilities(struct psd_spawn_state *state)
{
	(void)state;
	return psd_sys_capset_nothing();
}

static int
verify_ids(const struct psd_spawn_state *state)
{
	uid_t uids[3];
	gid_t gids[3];
	int r = raw(SYS_getresuid, &uids[0], &uids[1], &uids[2]);

	if (r >= 0)
		r = raw(SYS_getresgid, &gids[0], &gids[1], &gids[2]);
	if (r < 0)
		return r;
	if (state->plan->set_ids &&
	    (uids[0] != state->birth->uid || gids[0] != state->birth->gid ||
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
verify_capabilities(const struct psd_spawn_state *state)
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
	if (state->plan->is_unprivileged || state->has_no_bounding_set)
		return 0;
	for (long cap = 0; cap <= state->plan->last_cap; cap++)
		if (raw(SYS_prctl, PR_CAPBSET_READ, cap, 0L, 0L, 0L) != 0)
			return -EPERM;
	return 0;
}

int
psd_spawn_verify(struct psd_spawn_state *state)
{
	const int r = verify_ids(state);

	return r < 0 ? r : verify_capabilities(state);
}

/* A parent that died before the prctl() sends no signal any more. */
int
psd_spawn_ask_for_death(struct psd_spawn_state *state)
{
	const int r =
	    raw(SYS_prctl, PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);

	if (r < 0)
		return r;
	return raw(SYS_getppid) == state->parent ? 0 : -ESRCH;
}

int
psd_spawn_set_no_new_privs(struct psd_spawn_state *state)
{
	(void)state;
	return raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
}

int
psd_spawn_enter_landlock(struct psd_spawn_state *state)
{
	if (state->landlock_fd < 0)
		return 0;
	return psd_sys_landlock_restrict(
	    state->plan->exec_number + PSD_SPAWN_LANDLOCK);
}

/*
 * Ignored signals stay ignored over exec, so each goes back to its default,
 * unless the daemon's start has seen to that; only then may signals come: a
 * handler of the parent must never run here.
 */
int
psd_spawn_unblock_signals(struct psd_spawn_state *state)
{
	const uint64_t none = 0;
	const unsigned long by_default[SIGACTION_WORDS] = { 0 };
	const bool is_done =
	    state->has_no_handlers && psd_spawn_signals_are_default();

	for (int number = 1; number <= SIGNALS && !is_done; number++) {
		int r = 0;

		if (number != SIGKILL && number != SIGSTOP)
			r = raw(SYS_rt_sigaction, number, by_default, NULL,
			    sizeof(none));
		if (r < 0)
			return r;
	}
	return raw(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof(none));
}

/*
 * EBUSY: a filter above us has a listener, and a chain has one.  EINVAL: the
 * kernel, or the sandbox around us, knows none.
 */
int
psd_spawn_load_filter(struct psd_spawn_state *state)
{
	const struct psd_plan *plan = state->plan;
	int r = -EINVAL;

	if (plan->filter == NULL && plan->plain_filter == NULL)
		return 0;
	if (plan->want_listener && plan->filter != NULL) {
		r = raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		    SECCOMP_FILTER_FLAG_NEW_LISTENER, plan->filter);
		state->has_listener = r >= 0;
		state->listener = r;
		if (r != -EBUSY && r != -EINVAL)
			return r;
		if (plan->plain_filter == NULL)
			return r;
		return raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0L,
		    plan->plain_filter);
	}
	return raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0L,
	    plan->filter != NULL ? plan->filter : plan->plain_filter);
}

int
psd_spawn_hand_over_listener(struct psd_spawn_state *state)
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
	char byte = 0;
	struct iovec bytes = { .iov_base = &byte, .iov_len = 1 };
	const struct msghdr message = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_LEN(sizeof(int)),
	};

	if (!state->has_listener)
		return 0;
	memcpy(CMSG_DATA(&control.header), &state->listener, sizeof(int));
	return raw(SYS_sendmsg, state->plan->exec_number + PSD_SPAWN_REPORT,
	    &message, MSG_NOSIGNAL);
}
