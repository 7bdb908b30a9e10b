/* SPDX-License-Identifier: ISC */
/*
 * A helper that does what its client says: one command a line, one line of
 * answer.  Stands for a helper whose code somebody else has taken over.
 */
#include "tests/helpers/puppet.h"
#include "tests/helpers/puppet_clone.h"
#include "tests/helpers/puppet_files.h"
#include "tests/helpers/record.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FDS_MAX = 256, GARBAGE = 7 };

static void
do_fds(const char *argument)
{
	char list[LINE_MAX_BYTES / 2] = "";

	(void)argument;
	for (int fd = 0; fd < FDS_MAX; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			(void)snprintf(list + strlen(list),
			    sizeof(list) - strlen(list), " %d", fd);
	answer("%s", list + 1);
}

/* "N HEX": sends a record with N descriptors; the status that is answered. */
static void
do_frame(const char *argument)
{
	int32_t status;

	if (!record_ask(privsep_fd(conversation), client, argument, &status))
		_exit(98);
	answer("%d", status);
}

static void
do_exit(const char *argument)
{
	_exit((int)strtol(argument, NULL, 10));
}

static void
do_end(const char *argument)
{
	(void)argument;
	_exit(privsep_end(conversation) == 0 ? 0 : 1);
}

/* Says its end and then does not go. */
static void
do_linger(const char *argument)
{
	(void)argument;
	answer("%d", shutdown(privsep_fd(conversation), SHUT_WR));
	for (;;)
		(void)poll(NULL, 0, -1);
}

static void
do_garbage(const char *argument)
{
	static const char record[GARBAGE] = "garbage";

	(void)argument;
	answer("%zd",
	    send(privsep_fd(conversation), record, sizeof(record),
		MSG_NOSIGNAL));
}

/* A system call by its number, with small arguments. */
static void
do_call(const char *argument)
{
	char *rest;
	const long number = strtol(argument, &rest, 10);
	const long a = strtol(rest, &rest, 10);
	const long b = strtol(rest, &rest, 10);
	const long c = strtol(rest, NULL, 10);
	const long r = syscall(number, a, b, c, 0L, 0L, 0L);

	answer("%ld %s", r, r < 0 ? strerrorname_np(errno) : "ok");
}

/* Starts a program beside itself and waits: its exit status, or an error. */
static void
do_execute(const char *argument)
{
	char *const argv[] = { (char *)(uintptr_t)argument, NULL };
	char *const environment[] = { NULL };
	const pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		(void)execve(argument, argv, environment);
		_exit(errno);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		answer("%s", strerrorname_np(errno));
	else
		answer("%d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* Is there room again within a moment? */
static bool
has_room(int fd)
{
	struct pollfd look = { .fd = fd, .events = POLLOUT };

	return poll(&look, 1, 100) == 1 && (look.revents & POLLOUT) != 0;
}

/* Asks and asks, as long as it is heard, and never reads an answer. */
static void
do_flood(const char *argument)
{
	/* ping, id 0, cookie 0 */
	static const unsigned char ping[20] = { 1, 0, 2, 0 };
	const long times = strtol(argument, NULL, 10);
	long sent = 0;

	while (sent < times && has_room(privsep_fd(conversation)) &&
	    send(privsep_fd(conversation), ping, sizeof(ping),
		MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
		sent++;
	answer("%ld", sent);
	for (;;)
		(void)poll(NULL, 0, -1);
}

static void
do_pid(const char *argument)
{
	(void)argument;
	answer("%d", getpid());
}

static void
do_complain(const char *argument)
{
	(void)fprintf(stderr, "%s\n", argument);
	answer("ok");
}

#include "tests/helpers/puppet_network.h"
#include "tests/helpers/puppet_orphan.h"
#include "tests/helpers/puppet_programs.h"

static const struct {
	const char *name;
	void (*perform)(const char *argument);
} commands[] = {
	{ "accept", do_accept },
	{ "await", do_await },
	{ "call", do_call },
	{ "child", do_child },
	{ "clone", do_clone },
	{ "close-input", do_close_input },
	{ "complain", do_complain },
	{ "connect", do_connect },
	{ "connect-unix", do_connect_unix },
	{ "credential", do_credential },
	{ "end", do_end },
	{ "errors", do_errors },
	{ "execute", do_execute },
	{ "exit", do_exit },
	{ "fds", do_fds },
	{ "flood", do_flood },
	{ "frame", do_frame },
	{ "garbage", do_garbage },
	{ "input", do_input },
	{ "linger", do_linger },
	{ "listen-unix", do_listen_unix },
	{ "log", do_log },
	{ "mode", do_mode },
	{ "eat", do_eat },
	{ "orphan", do_orphan },
	{ "scatter", do_scatter },
	{ "output", do_output },
	{ "owner", do_owner },
	{ "pid", do_pid },
	{ "ping", do_ping },
	{ "read", do_read },
	{ "restrict", do_restrict },
	{ "return", do_return },
	{ "run", do_run },
	{ "send", do_send },
	{ "signal", do_signal },
	{ "try", do_try },
	{ "variable", do_variable },
};

static void
perform(const char *line)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const size_t len = strlen(commands[i].name);

		if (strncmp(line, commands[i].name, len) != 0 ||
		    (line[len] != ' ' && line[len] != '\0'))
			continue;
		commands[i].perform(line[len] == ' ' ? line + len + 1 : "");
		return;
	}
	answer("unknown command");
}

/* One command a read: the test waits for each answer. */
static void
serve(void)
{
	char line[LINE_MAX_BYTES];

	for (;;) {
		const ssize_t n = recv(client, line, sizeof(line) - 1, 0);

		if (n <= 0)
			return;
		line[n] = '\0';
		line[strcspn(line, "\n")] = '\0';
		perform(line);
	}
}

static void *
sleep_for_ever(void *nothing)
{
	while (poll(nothing, 0, -1) < 0)
		continue;
	return NULL;
}

/*
 * "puppet monitor PRIVSEPD POLICY [thread]": no daemon started it, its client
 * is descriptor 5, and the first line says what became of it.
 */
static int
make_own_monitor(char **argv)
{
	pthread_t thread;
	int r;

	client = 5;
	if (argv[4] != NULL && strcmp(argv[4], "thread") == 0 &&
	    pthread_create(&thread, NULL, sleep_for_ever, NULL) != 0)
		return 5;
	r = privsep_start_monitor_by(&conversation, argv[3], argv[2]);
	answer("%d", r);
	serve();
	return r == 0 && privsep_end(conversation) == 0 ? 0 : 1;
}

/* "puppet die": never says hello.  "puppet mute": neither, but lives. */
int
main(int argc, char **argv)
{
	if (argc > 3 && strcmp(argv[1], "monitor") == 0)
		return make_own_monitor(argv);
	if (argc > 1 && strcmp(argv[1], "die") == 0)
		return 3;
	if (argc > 1 && strcmp(argv[1], "mute") == 0)
		for (;;)
			(void)poll(NULL, 0, -1);
	if (privsep_init(&conversation) < 0)
		return 4;
	for (;;) {
		client = privsep_accept(conversation, NULL);
		if (client < 0)
			break;
		serve();
		(void)close(client);
	}
	return privsep_end(conversation) == 0 ? 0 : 1;
}
