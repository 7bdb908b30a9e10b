/* SPDX-License-Identifier: ISC */
/*
 * Rights of a program that has the bit of root, or capabilities, and that it
 * may read.  tests/helpers/tiny_gain.c says whether it has any.
 */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/wait.h>

enum { HAS_GAINED = 77 };

static char *const words[] = { (char[]){ "gain" }, NULL };

static int
exec_file(const struct arena *arena, const char *name)
{
	char path[PATH_MAX];
	int fd, status;
	pid_t pid;

	(void)snprintf(path, sizeof(path), "%s/inside/%s", arena->dir, name);
	fd = privsep_open(arena->conversation, path, O_RDONLY, 0);
	/* It is granted: this attack is to be about something. */
	if (fd < 0)
		return 0;
	pid = fork();
	if (pid < 0)
		return errno;
	if (pid == 0) {
		(void)execveat(fd, "", words, words + 1, AT_EMPTY_PATH);
		_exit(1);
	}
	if (waitpid(pid, &status, 0) != pid)
		return errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == HAS_GAINED ? 0
								      : EACCES;
}

ATTACK(exec_setuid, ATTACK_CALLS)
{
	return exec_file(arena, "setuid");
}

ATTACK(exec_capable, ATTACK_CALLS)
{
	return exec_file(arena, "capable");
}
