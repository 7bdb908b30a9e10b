/* SPDX-License-Identifier: ISC */
/*
 * Starts a program: starter HOW PATH ARGUMENT...  Exits with the program's
 * status, or with the errno of what failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int
await(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
execute(char **words)
{
	(void)execve(words[0], words, environ);
	return errno;
}

static int
execute_at(char **words)
{
	(void)syscall(SYS_execveat, AT_FDCWD, words[0], words, environ, 0);
	return errno;
}

static int
spawn(char **words)
{
	pid_t pid;
	const int error =
	    posix_spawn(&pid, words[0], NULL, NULL, words, environ);

	return error != 0 ? error : await(pid);
}

static int
fork_and_execute(char **words)
{
	const pid_t pid = fork();

	if (pid == 0)
		_exit(execute(words));
	return pid < 0 ? errno : await(pid);
}

/* By its number, and by the number's name in /proc. */
static int
execute_descriptor(int fd, char **words, int by_name)
{
	char path[64];

	if (fd < 0)
		return errno;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (by_name)
		(void)execve(path, words, environ);
	else
		(void)syscall(SYS_execveat, fd, "", words, environ,
		    AT_EMPTY_PATH);
	return errno;
}

static int
execute_opened(char **words)
{
	return execute_descriptor(open(words[0], O_RDONLY), words, 0);
}

static int
execute_opened_by_name(char **words)
{
	return execute_descriptor(open(words[0], O_RDONLY), words, 1);
}

/* A copy in memory of whatever can be read. */
static int
copy(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const int memory = memfd_create("copy", 0);
	char bytes[4096];
	ssize_t n;

	if (fd < 0 || memory < 0)
		return -1;
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		if (write(memory, bytes, (size_t)n) != n)
			return -1;
	return memory;
}

static int
execute_memory(char **words)
{
	return execute_descriptor(copy(words[0]), words, 0);
}

static int
execute_memory_by_name(char **words)
{
	return execute_descriptor(copy(words[0]), words, 1);
}

static const struct {
	const char *name;
	int (*start)(char **words);
} ways[] = {
	{ "execve", execute },
	{ "execveat", execute_at },
	{ "spawn", spawn },
	{ "fork", fork_and_execute },
	{ "opened", execute_opened },
	{ "opened-by-name", execute_opened_by_name },
	{ "memory", execute_memory },
	{ "memory-by-name", execute_memory_by_name },
};

int
main(int argc, char **argv)
{
	if (argc < 3)
		return 120;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(ways[i].name, argv[1]) == 0)
			return ways[i].start(argv + 2);
	return 121;
}
