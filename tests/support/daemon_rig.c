/* SPDX-License-Identifier: ISC */
#include "tests/support/daemon_rig.h"

#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"

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
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { TEXT_MAX = 65536, STEP_MS = 20 };

static char text[TEXT_MAX];

/* Where make has put things, and where confined programs are. */
static const char *
built(void)
{
	const char *dir = getenv("B");

	assert_non_null(dir);
	return dir;
}

static const char *
built_helpers(void)
{
	const char *dir = getenv("PSD_HELPERS");

	return dir != NULL ? dir : built();
}

static const char *
below(const struct daemon_rig *rig, const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", rig->dir, name);
	return path;
}

/* What stands for "%s" and so on, below which of our directories. */
static bool
put_word(const struct daemon_rig *rig, char letter, FILE *file)
{
	static const struct {
		char letter;
		const char *path;
	} words[] = { { 'p', "tests/helpers/puppet" },
		{ 'a', "tests/helpers/asker" }, { 'l', "tests/helpers/liar" },
		{ 'c', "tests/helpers/closer" },
		{ 'f', "tests/helpers/false_relay" }, { 'h', "helpers" } };

	if (letter == 's')
		return fputs(rig->dir, file) >= 0;
	for (size_t i = 0; i < PSD_ELEMENTS(words); i++)
		if (words[i].letter == letter)
			return fprintf(file, "%s/%s", built_helpers(),
				   words[i].path) > 0;
	return false;
}

/* What a daemon with sanitizers calls besides (tests/sanitizers.conf). */
static void
put_sanitized(FILE *file)
{
	const char *path = getenv("PSD_SANITIZED");
	FILE *settings = path != NULL ? fopen(path, "re") : NULL;
	char line[256];

	assert_true(path == NULL || settings != NULL);
	while (settings != NULL && fgets(line, sizeof(line), settings) != NULL)
		if (strncmp(line, "Keep", 4) == 0)
			assert_true(fprintf(file, "\n%s", line) > 0);
	assert_true(settings == NULL || fclose(settings) == 0);
}

void
daemon_rig_write(const struct daemon_rig *rig, const char *name,
    const char *lines)
{
	FILE *file = fopen(below(rig, name), "we");

	assert_non_null(file);
	for (const char *c = lines; *c != '\0'; c++) {
		if (c[0] == '%' && put_word(rig, c[1], file))
			c++;
		else
			assert_true(fputc(*c, file) != EOF);
	}
	if (strcmp(name, "privsepd.conf") == 0)
		put_sanitized(file);
	assert_int_equal(fclose(file), 0);
}

void
daemon_rig_prepare(struct daemon_rig *rig)
{
	static const char *const dirs[] = { "policies", "run", "files" };

	(void)umask(022);
	*rig = (struct daemon_rig){ .pid = -1 };
	rig->dir = test_dir_make();
	assert_true(rig->dir != NULL && chmod(rig->dir, 0755) == 0);
	for (size_t i = 0; i < PSD_ELEMENTS(dirs); i++)
		assert_int_equal(mkdir(below(rig, dirs[i]), 0755), 0);
	daemon_rig_write(rig, "privsepd.conf",
	    "[Daemon]\nResolver=%h/resolver\nRelay=%h/relay\nWatcher=%h/watcher");
}

void
daemon_rig_puppet(const struct daemon_rig *rig, const char *name,
    const char *helper_lines, const char *policy_lines)
{
	char policy[TEXT_MAX / 2], file[NAME_MAX];

	(void)snprintf(policy, sizeof(policy),
	    "[Helper]\n"
	    "ExecStart=%%p\n"
	    "ListenStream=%%s/run/%s.sock\n"
	    "%s\n"
	    "[Policy]\n"
	    "SystemCallFilter=@helper @loader @network-io\n"
	    "AllowOpen=@runtime\n"
	    "AllowAccept=yes\n"
	    "%s\n",
	    name, helper_lines, policy_lines);
	(void)snprintf(file, sizeof(file), "policies/%s.policy", name);
	daemon_rig_write(rig, file, policy);
}

static void
run_daemon(const struct daemon_rig *rig)
{
	char program[PATH_MAX], policies[PATH_MAX], run[PATH_MAX];
	char conf[PATH_MAX];
	const int log =
	    open(below(rig, "log"), O_WRONLY | O_CREAT | O_APPEND, 0644);

	(void)snprintf(program, sizeof(program), "%s/privsepd",
	    rig->has_program ? rig->dir : built());
	(void)snprintf(policies, sizeof(policies), "%s/policies", rig->dir);
	(void)snprintf(run, sizeof(run), "%s/run", rig->dir);
	(void)snprintf(conf, sizeof(conf), "%s/privsepd.conf", rig->dir);
	/* A test that fails in the midst of its preparation stops nothing. */
	if (log < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		_exit(97);
	(void)close(log);
	if (rig->on_birth != NULL)
		rig->on_birth();
	(void)execl(program, program, "--policy-dir", policies, "--runtime-dir",
	    run, "--config", conf, (char *)NULL);
	_exit(98);
}

static void
spawn_daemon(struct daemon_rig *rig)
{
	rig->pid = fork();
	assert_true(rig->pid >= 0);
	if (rig->pid == 0)
		run_daemon(rig);
}

/* All of it, however much that is; the caller frees it. */
static char *
read_log(const struct daemon_rig *rig)
{
	_cleanup_fd_ int fd = open(below(rig, "log"), O_RDONLY | O_CLOEXEC);
	struct stat status = { .st_size = 0 };
	ssize_t n = 0;
	char *log;

	assert_true(fd < 0 || fstat(fd, &status) == 0);
	log = malloc((size_t)status.st_size + 1);
	assert_non_null(log);
	if (fd >= 0)
		n = read(fd, log, (size_t)status.st_size);
	log[n < 0 ? 0 : n] = '\0';
	return log;
}

bool
daemon_rig_has_logged(const struct daemon_rig *rig, const char *wanted)
{
	_cleanup_free_ char *log = read_log(rig);

	return strstr(log, wanted) != NULL;
}

bool
daemon_rig_logs(const struct daemon_rig *rig, const char *wanted)
{
	_cleanup_free_ char *log = NULL;

	for (int ms = 0; ms < TEST_DEADLINE; ms += STEP_MS) {
		if (daemon_rig_has_logged(rig, wanted))
			return true;
		(void)poll(NULL, 0, STEP_MS);
	}
	log = read_log(rig);
	print_error("not in the log: %s\n%s", wanted, log);
	return false;
}

void
daemon_rig_start(struct daemon_rig *rig)
{
	(void)unlink(below(rig, "log"));
	spawn_daemon(rig);
	assert_true(daemon_rig_logs(rig, "ready: "));
}

/* Its end is left for whoever wants its status. */
static bool
has_ended(const struct daemon_rig *rig)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)rig->pid, &info,
		   WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid == rig->pid;
}

bool
daemon_rig_may_start(struct daemon_rig *rig)
{
	(void)unlink(below(rig, "log"));
	spawn_daemon(rig);
	for (int ms = 0; ms < TEST_DEADLINE; ms++) {
		if (daemon_rig_has_logged(rig, "ready: "))
			return true;
		if (has_ended(rig))
			return false;
		(void)poll(NULL, 0, 1);
	}
	return false;
}

static int
wait_for_daemon(struct daemon_rig *rig)
{
	int status = 0;

	assert_int_equal(test_child_wait(rig->pid, &status), 0);
	rig->pid = -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
daemon_rig_start_fails(struct daemon_rig *rig)
{
	(void)unlink(below(rig, "log"));
	spawn_daemon(rig);
	return wait_for_daemon(rig);
}

int
daemon_rig_stop(struct daemon_rig *rig)
{
	assert_int_equal(kill(rig->pid, SIGTERM), 0);
	return wait_for_daemon(rig);
}

void
daemon_rig_clean(struct daemon_rig *rig)
{
	if (rig->pid > 0)
		(void)daemon_rig_stop(rig);
	test_dir_remove(rig->dir);
}

const char *
daemon_rig_say(int puppet, const char *format, ...)
{
	char line[4096];
	va_list arguments;
	ssize_t n;

	va_start(arguments, format);
	n = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	text[0] = '\0';
	if (send(puppet, line, (size_t)n, MSG_NOSIGNAL) != n)
		return text;
	if (test_poll(puppet, POLLIN, TEST_DEADLINE) == 0)
		fail_msg("no answer to: %s", line);
	n = recv(puppet, text, sizeof(text) - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text;
}

uid_t
daemon_rig_uid_of(const char *pid)
{
	char path[64];
	struct stat status;

	(void)snprintf(path, sizeof(path), "/proc/%s/task", pid);
	assert_int_equal(stat(path, &status), 0);
	return status.st_uid;
}
