/* SPDX-License-Identifier: ISC */
/*
 * The servers whose policies are shipped, each asked for the least that it has
 * some work with: what confining costs a short connection, beside the same
 * program started by systemd-socket-activate with all rights.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_daemon.h"
#include "tests/bench/bench_loopback.h"
#include "tests/bench/bench_pump.h"
#include "tests/support/child.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char activate[] = "/usr/bin/systemd-socket-activate";
static const char other[] = "systemd-socket-activate --inetd -a";

enum { WORDS_MAX = 8, TRIES = 200, NAP_MSEC = 20 };

/* In words and lines "%s" stands for a directory, as for daemon_rig_write(). */
struct server {
	const char *title;
	const char *words[WORDS_MAX];
	const char *lines; /* of [Helper], beside those that all have */
	const char *policy;
	const char *request;
	size_t len;
};

#define INPUT(text) (text), sizeof(text) - 1

/* As the shipped policies are, but for where things are. */
static const struct server servers[] = {
	{ "a page by busybox httpd",
	    { "/usr/bin/busybox", "httpd", "-i", "-h", "%s/files" }, "",
	    "SystemCallFilter=chdir getpeername alarm sendfile shutdown\n"
	    "SystemCallFilter=setgid setuid\n"
	    "AllowOpen=read %s/files/**\n",
	    INPUT("GET /a HTTP/1.0\r\n\r\n") },
	{ "what git daemon has",
	    { "/usr/lib/git-core/git-daemon", "--inetd",
		"--log-destination=stderr", "--export-all",
		"--base-path=%s/files", "%s/files" },
	    "Environment=PATH=/usr/bin GIT_CONFIG_COUNT=1\n"
	    "Environment=GIT_CONFIG_KEY_0=safe.directory "
	    "GIT_CONFIG_VALUE_0=*\n",
	    "SystemCallFilter=@processes @threads chdir alarm setsockopt\n"
	    "AllowExec=/usr/bin/git\n"
	    "AllowOpen=read,write /dev/null\n"
	    "AllowOpen=read %s/files/**\n",
	    INPUT("002agit-upload-pack /a.git\0host=127.0.0.1\0"
		  "0000") },
	{ "whom in.fingerd knows", { "/usr/sbin/in.fingerd" }, "",
	    "SystemCallFilter=@processes getpeername getsockname alarm\n"
	    "SystemCallFilter=stat lstat openat\n"
	    "AllowExec=/usr/bin/finger\n"
	    "AllowOpen=@names\n"
	    "AllowOpen=read -/run/utmp\n"
	    "AllowOpen=read -/var/log/wtmp\n"
	    "AllowOpen=read -/var/log/lastlog\n",
	    INPUT("root\r\n") },
};

/* One of a server, started in one way. */
struct visit {
	const struct server *server;
	const char *dir; /* what "%s" stands for */
	uint16_t port;
};

/* All that it says until it closes, and that is something. */
static bool
visit(const struct visit *visit)
{
	_cleanup_fd_ int fd = bench_loopback_connect(visit->port);

	return fd >= 0 &&
	    send(fd, visit->server->request, visit->server->len,
		MSG_NOSIGNAL) == (ssize_t)visit->server->len &&
	    bench_drain(fd) > 0;
}

static double
visit_all(void *context, unsigned n)
{
	const double start = bench_now();

	for (unsigned i = 0; i < n; i++)
		if (!visit(context))
			return -1;
	return bench_now() - start;
}

/* A word with the directory in it, to be freed. */
static char *
placed(const struct visit *visit, const char *word)
{
	const char *gap = strstr(word, "%s");
	char *text = NULL;

	if (gap == NULL)
		return strdup(word);
	if (asprintf(&text, "%.*s%s%s", (int)(gap - word), word, visit->dir,
		gap + 2) < 0)
		return NULL;
	return text;
}

static int
run_activate(void *context)
{
	static const char *const first[] = { activate, "--inetd", "-a", "-E",
		"PATH", "-E", "HOME", "-l" };
	const struct visit *visit = context;
	const int log = open("/dev/null", O_WRONLY | O_CLOEXEC);
	const char *argv[PSD_ELEMENTS(first) + 1 + WORDS_MAX + 1] = { NULL };
	size_t n = PSD_ELEMENTS(first);
	char address[32];

	memcpy(argv, first, sizeof(first));
	(void)snprintf(address, sizeof(address), "127.0.0.1:%u", visit->port);
	argv[n++] = address;
	for (size_t i = 0; visit->server->words[i] != NULL; i++)
		argv[n++] = placed(visit, visit->server->words[i]);
	if (log < 0 || dup2(log, STDERR_FILENO) < 0)
		return 1;
	(void)execv(activate, (char *const *)(uintptr_t)argv);
	return 1;
}

/* It does not say when it listens. */
static bool
wait_for(const struct visit *to)
{
	for (int i = 0; i < TRIES; i++) {
		if (visit(to))
			return true;
		(void)poll(NULL, 0, NAP_MSEC);
	}
	return false;
}

static void
compare(const struct visit *confined)
{
	struct visit bare = *confined, own = *confined;
	const struct bench_case cases[] = {
		{ other, visit_all, &bare, 3, NULL, 0, NULL },
		{ "Type=inetd, on demand, by the relay", visit_all, &own, 3,
		    other, 1.3, NULL },
	};
	pid_t pid;

	if (bench_loopback_port(&bare.port) < 0) {
		bench_skip(own.server->title, "no loopback to listen on");
		return;
	}
	pid = test_child_start(run_activate, &bare);
	if (pid < 0 || !wait_for(&bare))
		bench_skip(own.server->title, "no answer by %s", activate);
	else
		bench_group(own.server->title, cases, PSD_ELEMENTS(cases));
	test_child_kill(pid);
}

static void
write_policy(const struct daemon_rig *rig, const struct server *server,
    size_t number, uint16_t port)
{
	char file[64], command[512] = "", policy[2048];

	for (size_t i = 0; server->words[i] != NULL; i++) {
		const size_t used = strlen(command);

		(void)snprintf(command + used, sizeof(command) - used, "%s%s",
		    i == 0 ? "" : " ", server->words[i]);
	}
	(void)snprintf(file, sizeof(file), "policies/server%zu.policy", number);
	(void)snprintf(policy, sizeof(policy),
	    "[Helper]\nType=inetd\nExecStart=%s\nListenStream=127.0.0.1:%u\n"
	    "%s[Policy]\nSystemCallFilter=@filter @loader\n"
	    "AllowOpen=@runtime\n%s",
	    command, port, server->lines, server->policy);
	daemon_rig_write(rig, file, policy);
}

/* What git daemon has. */
static void
make_repository(const char *dir)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/files/a.git", dir) > 0) {
		const char *const argv[] = { "git", "init", "-q", "--bare",
			path, NULL };

		(void)test_child_exit_status(test_child_exec(argv));
	}
}

void
bench_servers(void)
{
	char page[PAGE_BYTES + 1];
	struct visit visits[PSD_ELEMENTS(servers)];
	struct daemon_rig rig;

	memset(page, 'x', PAGE_BYTES);
	page[PAGE_BYTES] = '\0';
	daemon_rig_prepare(&rig);
	daemon_rig_write(&rig, "files/a", page);
	make_repository(rig.dir);
	for (size_t i = 0; i < PSD_ELEMENTS(servers); i++) {
		visits[i] = (struct visit){ &servers[i], rig.dir, 0 };
		if (access(servers[i].words[0], X_OK) == 0 &&
		    bench_loopback_port(&visits[i].port) == 0)
			write_policy(&rig, &servers[i], i, visits[i].port);
	}
	daemon_rig_start(&rig);
	for (size_t i = 0; i < PSD_ELEMENTS(servers); i++) {
		if (access(activate, X_OK) < 0 || visits[i].port == 0)
			bench_skip(servers[i].title, "there is no %s or no %s",
			    servers[i].words[0], activate);
		else
			compare(&visits[i]);
	}
	daemon_rig_clean(&rig);
}
