/* SPDX-License-Identifier: ISC */
#include "tests/support/spawn_rig.h"

#include "common/fd.h"
#include "common/mem.h"
#include "common/pair.h"
#include "common/sys.h"
#include "tests/support/child.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SKIPPED = 77 };

enum { RIG_UIDS = 1910000000, UIDS_OF_ONE = 64, PROGRAMS = 1 << 20 };

/* Children that a test forks go on with the parent's. */
static uid_t own_uid;

uid_t
spawn_rig_uid(void)
{
	if (own_uid == 0)
		own_uid = RIG_UIDS + (uid_t)(getpid() % PROGRAMS) * UIDS_OF_ONE;
	return own_uid;
}

int
spawn_rig_prepare(void)
{
	int r;

	if (test_under_valgrind()) {
		puts("1..0 # SKIP valgrind knows no child in our memory");
		return SKIPPED;
	}
	if (geteuid() != 0) {
		puts("1..0 # SKIP not root: ids cannot be changed");
		return SKIPPED;
	}
	r = psd_spawn_prepare_process();
	if (r < 0) {
		printf("1..0 # SKIP cannot prepare: %s\n", strerror(-r));
		return SKIPPED;
	}
	return 0;
}

void
spawn_rig_program(char *ret, size_t size, const char *name)
{
	const char *build = getenv("B");
	char self[4096];
	ssize_t n;

	if (build != NULL) {
		(void)snprintf(ret, size, "%s/tests/helpers/%s", build, name);
		return;
	}
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n < 0 ? 0 : n] = '\0';
	/* B/tests/unit/test_x, B/tests/helpers/name. */
	(void)snprintf(ret, size, "%s/helpers/%s", dirname(dirname(self)),
	    name);
}

int
spawn_rig_init(struct spawn_rig *rig, const char *name)
{
	*rig = (struct spawn_rig){
		.plan = {
			.exec_number = RIG_NOFILE,
			.argv = rig->argv,
			.null_fd = open("/dev/null", O_RDWR | O_CLOEXEC),
			.limits = rig->limits,
			.n_limits = PSD_ELEMENTS(rig->limits),
			.set_ids = true,
			.landlock_fd = PSD_NO_FD,
		},
		.birth = {
			.uid = spawn_rig_uid(),
			.gid = spawn_rig_uid(),
			.pair_end = PSD_NO_FD,
			.stderr_fd = PSD_NO_FD,
			.cgroup_fd = PSD_NO_FD,
		},
		.limits = {
			{ RLIMIT_NOFILE, { RIG_NOFILE, RIG_NOFILE } },
			{ RLIMIT_CORE, { 0, 0 } },
		},
		.argv = { rig->program, NULL },
		.pair = PSD_NO_FD,
		.child = { .pidfd = PSD_NO_FD, .listener = PSD_NO_FD,
			.report = PSD_NO_FD },
	};
	spawn_rig_program(rig->program, sizeof(rig->program), name);
	rig->plan.exec_fd = open(rig->program, O_PATH | O_CLOEXEC);
	if (rig->plan.exec_fd < 0 || rig->plan.null_fd < 0)
		return -errno;
	return 0;
}

/*
 * We are told when the exec has closed what is close-on-exec; laying out the
 * stack, which tests look at, comes a moment later.
 */
static void
settle(const struct spawn_rig *rig)
{
	char text[16];

	while (spawn_rig_proc(rig, "cmdline", text, sizeof(text)) == 0 &&
	    test_poll(rig->child.pidfd, POLLIN, 1) == 0)
		continue;
}

int
spawn_rig_start(struct spawn_rig *rig)
{
	int ends[2];
	int r = psd_pair(SOCK_SEQPACKET, ends);

	if (r < 0)
		return r;
	rig->birth.pair_end = ends[1];
	r = psd_spawn(&rig->plan, &rig->birth, &rig->child, &rig->failure);
	rig->birth.pair_end = PSD_NO_FD;
	psd_fd_close(ends[1]);
	if (r < 0)
		psd_fd_close(ends[0]);
	if (r < 0)
		return r;
	rig->pair = ends[0];
	settle(rig);
	return 0;
}

int
spawn_rig_wait(struct spawn_rig *rig)
{
	siginfo_t info = { .si_code = 0 };

	if (rig->child.pidfd < 0)
		return -1;
	if (test_poll(rig->child.pidfd, POLLIN, TEST_DEADLINE) == 0)
		return -1;
	if (waitid(P_PIDFD, (id_t)rig->child.pidfd, &info, WEXITED) < 0)
		return -1;
	psd_fd_cleanup(&rig->child.pidfd);
	return info.si_code == CLD_EXITED ? info.si_status
					  : 128 + info.si_status;
}

void
spawn_rig_stop(struct spawn_rig *rig)
{
	psd_fd_cleanup(&rig->pair);
	if (rig->child.pidfd >= 0) {
		(void)psd_sys_pidfd_kill(rig->child.pidfd, SIGKILL);
		(void)spawn_rig_wait(rig);
	}
	psd_fd_cleanup(&rig->child.listener);
	psd_fd_cleanup(&rig->child.report);
	psd_spawn_forget(&rig->child);
}

void
spawn_rig_free(struct spawn_rig *rig)
{
	psd_fd_cleanup(&rig->plan.exec_fd);
	psd_fd_cleanup(&rig->plan.null_fd);
}

static long
exchange(struct spawn_rig *rig, const struct remote_call *call)
{
	if (send(rig->pair, call, sizeof(*call), MSG_NOSIGNAL) != sizeof(*call))
		return RIG_GONE;
	if (recv(rig->pair, &rig->result, sizeof(rig->result), 0) !=
	    sizeof(rig->result))
		return RIG_GONE;
	return (long)rig->result.result;
}

long
spawn_rig_call(struct spawn_rig *rig, long number, const uint64_t args[6])
{
	static struct remote_call call;

	call = (struct remote_call){ .number = number };
	memcpy(call.args, args, sizeof(call.args));
	return exchange(rig, &call);
}

long
spawn_rig_call_text(struct spawn_rig *rig, long number, unsigned which,
    const char *text, const uint64_t args[6])
{
	static struct remote_call call;

	call = (struct remote_call){
		.number = number,
		.pointers = UINT64_C(1) << which,
	};
	memcpy(call.args, args, sizeof(call.args));
	call.args[which] = 0;
	(void)snprintf((char *)call.bytes, sizeof(call.bytes), "%s", text);
	return exchange(rig, &call);
}

long
spawn_rig_proc(const struct spawn_rig *rig, const char *name, char *ret,
    size_t size)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	char path[64];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", rig->child.pid, name);
	ret[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, ret, size - 1);
	ret[n < 0 ? 0 : n] = '\0';
	return n;
}

void
spawn_rig_status(const struct spawn_rig *rig, const char *name, char *ret,
    size_t size)
{
	char text[8192], wanted[64];
	const char *at;

	ret[0] = '\0';
	(void)spawn_rig_proc(rig, "status", text, sizeof(text));
	(void)snprintf(wanted, sizeof(wanted), "\n%s:\t", name);
	at = strstr(text, wanted);
	if (at == NULL)
		return;
	at += strlen(wanted);
	(void)snprintf(ret, size, "%.*s", (int)strcspn(at, "\n"), at);
}

void
spawn_rig_link(const struct spawn_rig *rig, const char *name, char *ret,
    size_t size)
{
	char path[64];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", rig->child.pid, name);
	n = readlink(path, ret, size - 1);
	ret[n < 0 ? 0 : n] = '\0';
}
