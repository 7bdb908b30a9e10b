/* SPDX-License-Identifier: ISC */
#ifndef PUPPET_ORPHAN_H
#define PUPPET_ORPHAN_H

#include <poll.h>
#include <sys/wait.h>

/* What a puppet leaves behind as it dies. */

static void
stay(void)
{
	for (;;)
		(void)poll(NULL, 0, -1);
}

/* A process that holds the pair. */
static void
do_orphan(const char *argument)
{
	const pid_t pid = fork();

	(void)argument;
	if (pid == 0)
		stay();
	answer("%d", pid);
	_exit(0);
}

/* In a session of its own, a child of nobody's, and holding nothing. */
static void
scatter(void)
{
	pid_t pid;

	if (setsid() < 0)
		_exit(1);
	pid = fork();
	if (pid != 0) {
		answer("%d", pid);
		_exit(0);
	}
	(void)close_range(0, ~0U, 0);
	stay();
}

static void
do_scatter(const char *argument)
{
	const pid_t pid = fork();

	(void)argument;
	if (pid == 0)
		scatter();
	if (pid < 0)
		answer("%s", strerrorname_np(errno));
	(void)waitpid(pid, NULL, 0);
	_exit(0);
}

/* Has so many MiB of memory, all of which it writes to. */
static void
do_eat(const char *argument)
{
	const size_t size = (size_t)strtoul(argument, NULL, 10) << 20;
	volatile char *memory = malloc(size);

	for (size_t at = 0; memory != NULL && at < size; at += 4096)
		memory[at] = 1;
	answer("%s", memory != NULL ? "full" : "none");
}

#endif
