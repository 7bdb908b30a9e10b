/* SPDX-License-Identifier: ISC */
#include "tests/support/server_rig.h"

#include "common/fd.h"
#include "tests/support/child.h"
#include "tests/support/status.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Where the puppet finds its client. */
enum { CLIENT = 5, STEP_MS = 20, TEXT_MAX = 16384 };

void
server_rig_prepare(struct server_rig *rig)
{
	daemon_rig_prepare(&rig->daemon);
	rig->pid = -1;
	rig->fd = PSD_NO_FD;
}

void
server_rig_policy(const struct server_rig *rig, const char *helper_lines,
    const char *policy_lines)
{
	char policy[TEXT_MAX];

	(void)snprintf(policy, sizeof(policy),
	    "[Helper]\nType=monitor\nKeepFDs=5\n%s\n"
	    "[Policy]\nSystemCallFilter=@helper\n%s\n",
	    helper_lines, policy_lines);
	daemon_rig_write(&rig->daemon, "policies/server.policy", policy);
}

static void
path_of(char ret[PATH_MAX], const char *dir, const char *name)
{
	(void)snprintf(ret, PATH_MAX, "%s/%s", dir, name);
}

static void
run(const struct server_rig *rig, const struct server_oddity *oddity,
    int client)
{
	const char *helpers = getenv("PSD_HELPERS");
	char program[PATH_MAX], policy[PATH_MAX], puppet[PATH_MAX];
	char log[PATH_MAX];
	int fd;

	path_of(program, getenv("B"),
	    oddity->program != NULL ? oddity->program : "privsepd");
	path_of(policy, rig->daemon.dir,
	    oddity->policy != NULL ? oddity->policy : "policies/server.policy");
	path_of(puppet, helpers != NULL ? helpers : getenv("B"),
	    "tests/helpers/puppet");
	path_of(log, rig->daemon.dir, "log");
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0 || dup2(client, CLIENT) < 0)
		_exit(97);
	(void)close_range(CLIENT + 1, ~0U, 0);
	(void)close_range(STDERR_FILENO + 1, CLIENT - 1, 0);
	if (oddity->prepare != NULL)
		oddity->prepare();
	(void)execl(puppet, puppet, "monitor", program, policy,
	    oddity->argument, (char *)NULL);
	_exit(98);
}

static void
hear_answer(struct server_rig *rig)
{
	ssize_t n = 0;

	rig->answer[0] = '\0';
	if (test_poll(rig->fd, POLLIN, TEST_DEADLINE) != 0)
		n = recv(rig->fd, rig->answer, sizeof(rig->answer) - 1, 0);
	rig->answer[n < 0 ? 0 : n] = '\0';
	rig->answer[strcspn(rig->answer, "\n")] = '\0';
}

void
server_rig_start(struct server_rig *rig, const struct server_oddity *oddity)
{
	static const struct server_oddity nothing = { .program = NULL };
	char log[PATH_MAX];
	int ends[2];

	path_of(log, rig->daemon.dir, "log");
	(void)unlink(log);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
			     ends),
	    0);
	rig->pid = fork();
	assert_true(rig->pid >= 0);
	if (rig->pid == 0)
		run(rig, oddity != NULL ? oddity : &nothing, ends[1]);
	(void)close(ends[1]);
	rig->fd = ends[0];
	hear_answer(rig);
}

int
server_rig_wait(struct server_rig *rig)
{
	int status;

	assert_int_equal(test_child_wait(rig->pid, &status), 0);
	rig->pid = -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void
server_rig_stop(struct server_rig *rig)
{
	if (rig->pid > 0)
		test_child_kill(rig->pid);
	rig->pid = -1;
	psd_fd_cleanup(&rig->fd);
	assert_true(server_rig_monitor_ends(rig));
}

void
server_rig_clean(struct server_rig *rig)
{
	server_rig_stop(rig);
	daemon_rig_clean(&rig->daemon);
}

static bool
read_file(const char *path, char *ret, size_t size)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd < 0 ? -1 : read(fd, ret, size - 1);

	ret[n < 0 ? 0 : n] = '\0';
	/* The words of a command line end with NUL. */
	for (ssize_t i = 0; i < n; i++)
		if (ret[i] == '\0')
			ret[i] = ' ';
	return n > 0;
}

const char *
server_rig_status(const struct server_rig *rig, const char *name)
{
	return test_status(rig->pid, name);
}

bool
server_rig_gains_as_we(const struct server_rig *rig)
{
	const int gains_nothing = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);

	return strcmp(server_rig_status(rig, "NoNewPrivs"),
		   gains_nothing == 1 ? "1" : "0") == 0;
}

bool
server_rig_is_untouched(const struct server_rig *rig)
{
	return strcmp(server_rig_status(rig, "Uid"), "0\t0\t0\t0") == 0 &&
	    server_rig_gains_as_we(rig) &&
	    strtoull(server_rig_status(rig, "CapEff"), NULL, 16) != 0 &&
	    strcmp(server_rig_status(rig, "SigBlk"), "0000000000000000") == 0;
}

/* By its command line, which names a policy of ours. */
pid_t
server_rig_monitor(const struct server_rig *rig)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	char line[TEXT_MAX], path[PATH_MAX];
	pid_t found = -1;

	assert_non_null(dir);
	while (found < 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%s/cmdline",
		    entry->d_name);
		if (read_file(path, line, sizeof(line)) &&
		    strstr(line, " --monitor --policy ") != NULL &&
		    strstr(line, rig->daemon.dir) != NULL)
			found = (pid_t)strtol(entry->d_name, NULL, 10);
	}
	(void)closedir(dir);
	return found;
}

bool
server_rig_monitor_ends(const struct server_rig *rig)
{
	for (int ms = 0; ms < TEST_DEADLINE; ms += STEP_MS) {
		if (server_rig_monitor(rig) < 0)
			return true;
		(void)poll(NULL, 0, STEP_MS);
	}
	return false;
}
