/* SPDX-License-Identifier: ISC */
#ifndef PUPPET_CLONE_H
#define PUPPET_CLONE_H

/* Of tests/helpers/puppet.c: clones of its conversation. */
#include "tests/helpers/puppet.h"

#include <sys/wait.h>

/* Makes one, asks for N echoes by it, and ends it. */
static void
do_clone(const char *argument)
{
	const long times = strtol(argument, NULL, 10);
	struct privsep *clone;
	int r = privsep_clone(conversation, &clone);

	for (long i = 0; i < times && r == 0; i++)
		r = privsep_ping(clone);
	if (r == 0)
		r = privsep_end(clone);
	answer("%d", r);
}

/*
 * A child takes over the client, and speaks to the daemon by a clone, until it
 * is told to return.
 */
static void
do_child(const char *argument)
{
	const int fd = privsep_clone_fd(conversation);
	pid_t pid;

	(void)argument;
	if (fd < 0) {
		answer("%d", fd);
		return;
	}
	pid = fork();
	if (pid == 0) {
		privsep_free(conversation);
		answer("%d", privsep_from_fd(&conversation, fd));
		return;
	}
	(void)close(fd);
	if (pid < 0)
		answer("%d", -errno);
	else
		(void)waitpid(pid, NULL, 0);
}

static void
do_return(const char *argument)
{
	(void)argument;
	answer("%d", privsep_end(conversation));
	_exit(0);
}

#endif
