/* SPDX-License-Identifier: ISC */
#include "daemon/host_probe.h"

#include "daemon/uid_check.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE_SIZE = 256 };

static bool
is_effective(cap_value_t cap)
{
	cap_t caps = cap_get_proc();
	cap_flag_value_t is_set = CAP_CLEAR;

	if (caps == NULL)
		return false;
	(void)cap_get_flag(caps, cap, CAP_EFFECTIVE, &is_set);
	(void)cap_free(caps);
	return is_set == CAP_SET;
}

/* A map of one id, as psd_rootless_enter() writes it. */
bool
psd_host_is_rootless(void)
{
	FILE *file = fopen("/proc/self/uid_map", "re");
	struct psd_uid_map map;
	char line[LINE_SIZE];
	bool is_single;

	if (file == NULL)
		return false;
	is_single = fgets(line, sizeof(line), file) != NULL &&
	    psd_uid_map_parse(line, &map) == 0 && map.count == 1 &&
	    fgets(line, sizeof(line), file) == NULL;
	(void)fclose(file);
	return is_single;
}

bool
psd_host_may_change_ids(void)
{
	return is_effective(CAP_SETUID) && is_effective(CAP_SETGID) &&
	    !psd_host_is_rootless();
}

bool
psd_host_may_drop_privileges(void)
{
	return is_effective(CAP_SETPCAP);
}

/* In the child, whose exit status is an errno. */
static void
load_filter(bool with_listener)
{
	struct sock_filter allow = { .code = BPF_RET | BPF_K,
		.k = SECCOMP_RET_ALLOW };
	const struct sock_fprog program = { .len = 1, .filter = &allow };
	const unsigned flags =
	    with_listener ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) < 0)
		_exit(errno);
	_exit(0);
}

int
psd_host_probe_filter(bool with_listener)
{
	const pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (pid == 0)
		load_filter(with_listener);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

void
psd_host_raise_nofile(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}
