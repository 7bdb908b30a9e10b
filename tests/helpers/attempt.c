/* SPDX-License-Identifier: ISC */
/*
 * Tries one thing and exits with 0 when it could be done, else with its
 * errno: attempt NAME [NUMBER].
 */
#include "helper/privsep.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define VICTIM "/bin/true"

static char *const victim_argv[] = { (char[]){ VICTIM }, NULL };
static int number = -1;

static int
execveat_raw(int fd, const char *path, int flags)
{
	(void)syscall(SYS_execveat, fd, path, victim_argv, environ, flags);
	return errno;
}

/* What a helper does that does nothing wrong. */
static int
try_work(void)
{
	char *const memory = malloc(1 << 20);
	FILE *const null = fopen("/dev/null", "re");

	if (memory == NULL)
		return ENOMEM;
	memset(memory, 1, 1 << 20);
	free(memory);
	if (null != NULL)
		(void)fclose(null);
	return printf("%s\n", getenv("PATH")) < 0 ? errno : 0;
}

static int
try_privsep(void)
{
	struct privsep *conversation = NULL;
	const int r = privsep_init(&conversation);

	privsep_free(conversation);
	return r == -ENOENT ? 0 : EPROTO;
}

static void *
add_one(void *argument)
{
	++*(int *)argument;
	return NULL;
}

static int
try_thread(void)
{
	pthread_t thread;
	int counted = 0;
	const int error = pthread_create(&thread, NULL, add_one, &counted);

	if (error != 0)
		return error;
	(void)pthread_join(thread, NULL);
	return counted == 1 ? 0 : EPROTO;
}

static pthread_t early;
static int early_error = EPROTO;

static void *
make_socket(void *argument)
{
	(void)argument;
	early_error = socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
	return NULL;
}

/* A library might start a thread before main(), or before privsep_init(). */
__attribute__((constructor)) static void
start_early(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "early-thread") == 0)
		(void)pthread_create(&early, NULL, make_socket, NULL);
}

static int
try_early_thread(void)
{
	(void)pthread_join(early, NULL);
	return early_error;
}

static int
try_execve(void)
{
	(void)execve(VICTIM, victim_argv, environ);
	return errno;
}

static int
try_execveat_path(void)
{
	return execveat_raw(AT_FDCWD, VICTIM, 0);
}

/* The very call that started us, once more. */
static int
try_execveat_number(void)
{
	return execveat_raw(number, "", AT_EMPTY_PATH);
}

/* The number is not looked at when the path is absolute. */
static int
try_execveat_number_path(void)
{
	return execveat_raw(number, VICTIM, AT_EMPTY_PATH);
}

static int
try_execveat_opened(void)
{
	return execveat_raw(open(VICTIM, O_RDONLY | O_CLOEXEC), "",
	    AT_EMPTY_PATH);
}

static int
try_execveat_self(void)
{
	return execveat_raw(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), "",
	    AT_EMPTY_PATH);
}

static int
try_dup_onto_number(void)
{
	const int fd = open(VICTIM, O_RDONLY | O_CLOEXEC);

	if (fcntl(fd, F_DUPFD_CLOEXEC, number) < 0)
		return errno;
	return execveat_raw(number, "", AT_EMPTY_PATH);
}

static int
try_raise_limit(void)
{
	const struct rlimit more = { (rlim_t)number + 10, (rlim_t)number + 10 };

	return setrlimit(RLIMIT_NOFILE, &more) < 0 ? errno : 0;
}

/* Opens until nothing more fits; the number must not come up. */
static int
try_fill_numbers(void)
{
	int fd;

	do
		fd = open(VICTIM, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd < number);
	return fd < 0 ? errno : execveat_raw(fd, "", AT_EMPTY_PATH);
}

static int
try_memfd(void)
{
	const int fd = memfd_create("program", 0);

	return fd < 0 ? errno : execveat_raw(fd, "", AT_EMPTY_PATH);
}

static int
try_loader(void)
{
	(void)execl("/lib64/ld-linux-x86-64.so.2", "ld.so", VICTIM,
	    (char *)NULL);
	return errno;
}

static int
try_spawn(void)
{
	pid_t pid;

	return posix_spawn(&pid, VICTIM, NULL, NULL, victim_argv, environ);
}

static int
try_fork(void)
{
	const pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0 ? errno : 0;
}

static int
try_executable_memory(void)
{
	void *const at = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return errno;
	return mprotect(at, 4096, PROT_READ | PROT_EXEC) < 0 ? errno : 0;
}

static const struct {
	const char *name;
	int (*try)(void);
} attempts[] = {
	{ "work", try_work },
	{ "privsep", try_privsep },
	{ "thread", try_thread },
	{ "early-thread", try_early_thread },
	{ "execve", try_execve },
	{ "execveat-path", try_execveat_path },
	{ "execveat-number", try_execveat_number },
	{ "execveat-number-path", try_execveat_number_path },
	{ "execveat-opened", try_execveat_opened },
	{ "execveat-self", try_execveat_self },
	{ "dup-onto-number", try_dup_onto_number },
	{ "raise-limit", try_raise_limit },
	{ "fill-numbers", try_fill_numbers },
	{ "memfd", try_memfd },
	{ "loader", try_loader },
	{ "spawn", try_spawn },
	{ "fork", try_fork },
	{ "executable-memory", try_executable_memory },
};

int
main(int argc, char **argv)
{
	size_t i;

	if (argc < 2)
		return 120;
	if (argc > 2)
		number = (int)strtol(argv[2], NULL, 10);
	for (i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		if (strcmp(attempts[i].name, argv[1]) == 0)
			return attempts[i].try();
	}
	return 121;
}
