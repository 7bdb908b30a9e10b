/* SPDX-License-Identifier: ISC */
#include "daemon/spawn.h"

#include "common/confine.h"
#include "common/mem.h"
#include "daemon/spawn_child.h"
#include "daemon/spawn_files.h"
#include "daemon/spawn_later.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of struct sigaction as the kernel has it, all of whose words are 0. */
enum { SIGACTION_WORDS = 4, SIGNALS = 64 };

static bool signals_are_default;

bool
psd_spawn_signals_are_default(void)
{
	return signals_are_default;
}

/*
 * Whoever started us may have left signals ignored, which outlives exec; the
 * C library's own two as well, which its signal() does not reach.
 */
int
psd_spawn_default_signals(void)
{
	const unsigned long by_default[SIGACTION_WORDS] = { 0 };

	for (int number = 1; number <= SIGNALS; number++)
		if (number != SIGKILL && number != SIGSTOP &&
		    syscall(SYS_rt_sigaction, number, by_default, NULL,
			sizeof(uint64_t)) < 0)
			return -errno;
	signals_are_default = true;
	return 0;
}

/*
 * With an empty bounding set nothing but the inheritable set carries a
 * capability over the daemon's own exec.
 */
static int
inherit_permitted(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, sets) < 0)
		return -errno;
	for (size_t i = 0; i < PSD_ELEMENTS(sets); i++)
		sets[i].inheritable = sets[i].permitted;
	if (syscall(SYS_capset, &header, sets) < 0)
		return -errno;
	if (geteuid() == 0)
		return 0;
	for (unsigned long cap = 0; cap < 32 * PSD_ELEMENTS(sets); cap++) {
		const uint32_t bit = UINT32_C(1) << cap % 32;

		if ((sets[cap / 32].permitted & bit) != 0 &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0L, 0L) <
			0)
			return -errno;
	}
	return 0;
}

int
psd_spawn_prepare_process(void)
{
	struct psd_confine confine = { .is_unprivileged = false };
	int r = psd_spawn_default_signals();

	if (r < 0)
		return r;
	if (prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) < 0)
		return -errno;
	r = psd_spawn_open_report();
	if (r >= 0)
		r = psd_spawn_open_slots();
	if (r == 0)
		r = psd_spawn_open_stacks();
	if (r >= 0)
		r = inherit_permitted();
	/* Once here, so that no start pays for it: 41 calls, 41 µs. */
	return r < 0 ? r : psd_confine_empty_bounding_set(&confine);
}

int
psd_spawn_prepare_start(bool is_unprivileged, struct psd_diag *diag)
{
	const int r = psd_spawn_prepare_process();

	if (r >= 0 || (r == -EPERM && is_unprivileged))
		return 0;
	psd_diag_error(diag, NULL, "cannot prepare for helpers: %s",
	    strerror(-r));
	return r;
}
