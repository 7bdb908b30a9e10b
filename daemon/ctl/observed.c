/* SPDX-License-Identifier: ISC */
#include "common/arch.h"
#include "common/fd.h"
#include "common/pair.h"
#include "common/small_file.h"
#include "common/sys.h"
#include "daemon/ctl/ctl.h"
#include "daemon/ctl/observe.h"
#include "policy/callname.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Linux 5.19: who was received waits on, whatever signal comes but a deadly. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

enum { STEPS_MAX = 16 + 2 * PSD_CALLS_MAX };

/* A filter being written. */
struct program {
	struct sock_filter steps[STEPS_MAX];
	unsigned short n;
};

static void
add(struct program *program, uint16_t code, uint32_t k, uint8_t jump_true,
    uint8_t jump_false)
{
	program->steps[program->n++] =
	    (struct sock_filter){ code, jump_true, jump_false, k };
}

/* A verdict for one call. */
static void
judge(struct program *program, int number, uint32_t verdict)
{
	add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1);
	add(program, BPF_RET | BPF_K, verdict, 0, 0);
}

/*
 * As under every policy: other architectures kill, and clone3 and what is newer
 * than any known call are not there, so that the C library does what it will do
 * then.  What every policy lets pass passes.  All else waits.
 */
static void
make_filter(struct program *program)
{
	char name[PSD_CALL_NAME_MAX + 1];
	const int highest = psd_call_highest(PSD_AUDIT_ARCH);

	add(program, BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, arch), 0, 0);
	add(program, BPF_JMP | BPF_JEQ | BPF_K, PSD_AUDIT_ARCH, 1, 0);
	add(program, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
	add(program, BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, nr), 0, 0);
	add(program, BPF_JMP | BPF_JSET | BPF_K, PSD_FOREIGN_CALL_BIT, 0, 1);
	add(program, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
	add(program, BPF_JMP | BPF_JGT | BPF_K, (uint32_t)highest, 0, 1);
	add(program, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS, 0, 0);
	judge(program, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
	for (int i = 0; i <= highest && i < PSD_CALLS_MAX; i++)
		if (psd_call_name(PSD_AUDIT_ARCH, i, name) == 0 &&
		    psd_learn_is_idle(name))
			judge(program, i, SECCOMP_RET_ALLOW);
	add(program, BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF, 0, 0);
}

static int
load_filter(struct program *program)
{
	const struct sock_fprog whole = { program->n, program->steps };
	long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER |
		SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
	    &whole);

	if (fd < 0 && errno == EINVAL)
		fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		    SECCOMP_FILTER_FLAG_NEW_LISTENER, &whole);
	return fd < 0 ? -errno : (int)fd;
}

static void
reset_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		(void)signal(number, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * As a policy would have it started: in a session of its own, from the root
 * directory, without environment and new privileges.  What is written and read
 * here is not waited for, by the filter that is in force then.
 */
static _Noreturn void
become_program(struct program *filter, char *const *argv, int end, int report,
    pid_t watcher)
{
	char *const environment[] = { NULL };
	char go;
	int word;

	reset_signals();
	/* Where Yama is in force; elsewhere nobody knows the word. */
	(void)prctl(PR_SET_PTRACER, (unsigned long)watcher, 0UL, 0UL, 0UL);
	if (dup2(end, STDIN_FILENO) < 0 || dup2(end, STDOUT_FILENO) < 0 ||
	    close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC) < 0 ||
	    setsid() < 0 || chdir("/") < 0 ||
	    /* Nobody answers its calls when whoever observes it is gone. */
	    prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0UL, 0UL, 0UL) <
		0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) < 0)
		_exit(PSD_CTL_RUN_FAILED);
	word = load_filter(filter);
	if (write(report, &word, sizeof(word)) != sizeof(word) || word < 0 ||
	    read(report, &go, sizeof(go)) != sizeof(go))
		_exit(PSD_CTL_RUN_FAILED);
	(void)execve(argv[0], argv + 1, environment);
	word = errno;
	(void)!write(report, &word, sizeof(word));
	_exit(PSD_CTL_RUN_FAILED);
}

/* The child cannot send it: from its filter on it would wait for us. */
static int
take_listener(struct psd_observed *observed)
{
	int word = 0;

	if (read(observed->report, &word, sizeof(word)) != sizeof(word))
		return -EPIPE;
	if (word < 0)
		return word;
	observed->listener =
	    (int)syscall(SYS_pidfd_getfd, observed->fd, word, 0);
	return observed->listener < 0 ? -errno : 0;
}

int
psd_observed_start(struct psd_observed *observed, char *const *argv, int end,
    pid_t watcher)
{
	static struct program filter;
	int ends[2];
	int r;

	*observed = (struct psd_observed){
		.pid = -1,
		.fd = PSD_NO_FD,
		.listener = PSD_NO_FD,
		.report = PSD_NO_FD,
	};
	make_filter(&filter);
	r = psd_pair(SOCK_SEQPACKET, ends);
	if (r < 0)
		return r;
	observed->report = ends[0];
	observed->pid = fork();
	if (observed->pid == 0)
		become_program(&filter, argv, end, ends[1], watcher);
	psd_fd_close(ends[1]);
	if (observed->pid < 0)
		return -errno;
	observed->fd = psd_sys_pidfd_open(observed->pid);
	return observed->fd < 0 ? observed->fd : take_listener(observed);
}

int
psd_observed_let_go(const struct psd_observed *observed)
{
	const char go = 0;

	return write(observed->report, &go, sizeof(go)) == sizeof(go) ? 0
								      : -EPIPE;
}

int
psd_observed_failure(const struct psd_observed *observed)
{
	int error = 0;

	if (recv(observed->report, &error, sizeof(error), MSG_DONTWAIT) !=
	    sizeof(error))
		return 0;
	return error == ENOENT || error == ENOTDIR ? PSD_CTL_RUN_NOT_FOUND
						   : PSD_CTL_RUN_NOT_EXECUTABLE;
}

/* The first of our children; they are others' orphans, too. */
static pid_t
find_child(void)
{
	char path[64], text[32];

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children",
	    (int)getpid());
	return psd_small_file_read(AT_FDCWD, path, text, sizeof(text)) < 0
	    ? 0
	    : (pid_t)strtol(text, NULL, 10);
}

int
psd_observed_wait(struct psd_observed *observed, int *ret_status,
    struct rusage *ret_usage)
{
	const pid_t pid = observed->pid;
	pid_t ended;

	/* Its number is its session's as long as it was not waited for. */
	(void)kill(-pid, SIGKILL);
	observed->pid = -1;
	do {
		ended = wait4(pid, ret_status, 0, ret_usage);
	} while (ended < 0 && errno == EINTR);
	return ended < 0 ? -errno : 0;
}

/* With the program ends whatever it started, as under a policy. */
void
psd_observed_end(struct psd_observed *observed)
{
	struct rusage usage;
	int status;
	pid_t left;

	if (observed->pid > 0) {
		(void)kill(observed->pid, SIGKILL);
		(void)psd_observed_wait(observed, &status, &usage);
	}
	while ((left = find_child()) > 0) {
		(void)kill(left, SIGKILL);
		(void)waitpid(left, NULL, 0);
	}
	psd_fd_cleanup(&observed->fd);
	psd_fd_cleanup(&observed->listener);
	psd_fd_cleanup(&observed->report);
}

uint64_t
psd_observe_status(pid_t pid, const char *word)
{
	char path[64], text[4096];
	const char *at;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (psd_small_file_read(AT_FDCWD, path, text, sizeof(text)) < 0)
		return 0;
	at = strstr(text, word);
	return at == NULL ? 0 : strtoull(at + strlen(word), NULL, 10);
}
