/* SPDX-License-Identifier: ISC */
/*
 * A program that knows nothing of privsepd and makes calls that name something,
 * as it is told line by line: "WORD ARGUMENT", in which %41 stands for "A".
 * Each is answered with "0" or an errno's name.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, TRIES = 2000, NAMES = 1000 };

static int
close_if(int fd)
{
	return fd < 0 ? errno : close(fd);
}

static int
open_of(const char *path, int flags)
{
	return close_if(open(path, flags | O_CLOEXEC, 0600));
}

static int
exec_of(const char *path)
{
	char *const argv[] = { (char *)(uintptr_t)path, NULL };

	(void)execve(path, argv, environ);
	return errno;
}

/* "ADDRESS PORT". */
static int
connect_to(char *words)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	char *port = strchr(words, ' ');
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = 0;

	if (fd < 0)
		return errno;
	*port++ = '\0';
	sin.sin_port = htons((uint16_t)strtol(port, NULL, 10));
	(void)inet_pton(AF_INET, words, &sin.sin_addr);
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0)
		r = errno;
	(void)close(fd);
	return r;
}

/* A path without an end, at the end of what is mapped. */
static int
open_without_end(void)
{
	char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED || munmap(pages + PAGE, PAGE) < 0)
		return errno;
	memset(pages, '/', PAGE);
	return open_of(pages + PAGE - 3, O_RDONLY);
}

static int
open_long(size_t len)
{
	char *path = malloc(len + 1);
	int r;

	if (path == NULL)
		return ENOMEM;
	memset(path, 'a', len);
	path[0] = '/';
	path[len] = '\0';
	r = open_of(path, O_RDONLY);
	free(path);
	return r;
}

/* Many names in a directory, each of which is another. */
static int
flood(const char *dir)
{
	char path[PAGE];
	int r = 0;

	for (int i = 0; i < NAMES; i++) {
		(void)snprintf(path, sizeof(path), "%s/%d", dir, i);
		r = open_of(path, O_RDONLY);
	}
	return r;
}

/* One thread's path is another by the time that it is looked at. */
static char changing[32];
static volatile bool is_over;

static void *
change(void *argument)
{
	static const char *const names[] = { "/etc/shadow", "/etc/passwd" };

	for (unsigned i = 0; !is_over; i++)
		memcpy(changing, names[i % 2], sizeof("/etc/passwd"));
	return argument;
}

/* The number of opens that succeeded is the answer. */
static int
open_changing(void)
{
	pthread_t thread;
	int n = 0;

	memcpy(changing, "/etc/passwd", sizeof("/etc/passwd"));
	if (pthread_create(&thread, NULL, change, NULL) != 0)
		return EAGAIN;
	for (int i = 0; i < TRIES; i++) {
		const int fd = open(changing, O_RDONLY | O_CLOEXEC);
		char text[8] = "";

		if (fd >= 0 && read(fd, text, 5) == 5 &&
		    strcmp(text, "root:") == 0)
			n++;
		if (fd >= 0)
			(void)close(fd);
	}
	is_over = true;
	(void)pthread_join(thread, NULL);
	return n == 0 ? 0 : EPERM;
}

/* What another process of its uid lets be done to it: "HOW PID". */
static int
attack(char *words)
{
	char *end = strchr(words, ' ');
	const pid_t pid = end == NULL ? 0 : (pid_t)strtol(end, NULL, 10);
	char byte;
	struct iovec here = { &byte, 1 };
	struct iovec there = { (void *)(uintptr_t)PAGE, 1 };
	long r = -1;

	errno = EINVAL;
	if (end != NULL)
		*end = '\0';
	if (strcmp(words, "signal") == 0)
		r = kill(pid, SIGSTOP);
	else if (strcmp(words, "read") == 0)
		r = process_vm_readv(pid, &here, 1, &there, 1, 0);
	else if (strcmp(words, "write") == 0)
		r = process_vm_writev(pid, &here, 1, &there, 1, 0);
	else if (strcmp(words, "trace") == 0)
		r = ptrace(PTRACE_SEIZE, pid, NULL, NULL);
	return r < 0 ? errno : 0;
}

/* Opens and closes what can be read n times, and says how long that took. */
static int
open_often(unsigned n)
{
	struct timespec begin, end;

	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	for (unsigned i = 0; i < n; i++) {
		const int r = open_of("/etc/ld.so.cache", O_RDONLY);

		if (r != 0)
			return r;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	return printf("%.0f\n",
		   (double)(end.tv_sec - begin.tv_sec) * 1e9 +
		       (double)(end.tv_nsec - begin.tv_nsec)) < 0
	    ? errno
	    : 0;
}

static void
decode(char *text)
{
	char *to = text;

	for (const char *at = text; *at != '\0'; at++) {
		char digits[3] = "";

		if (*at == '%' && at[1] != '\0' && at[2] != '\0') {
			memcpy(digits, at + 1, 2);
			*to++ = (char)strtol(digits, NULL, 16);
			at += 2;
		} else {
			*to++ = *at;
		}
	}
	*to = '\0';
}

static int
perform(const char *word, char *argument)
{
	if (strcmp(word, "open") == 0)
		return open_of(argument, O_RDONLY);
	if (strcmp(word, "write") == 0)
		return open_of(argument, O_WRONLY);
	if (strcmp(word, "create") == 0)
		return open_of(argument, O_WRONLY | O_CREAT);
	if (strcmp(word, "exec") == 0)
		return exec_of(argument);
	if (strcmp(word, "connect") == 0)
		return connect_to(argument);
	if (strcmp(word, "pointer") == 0)
		return open_of((const char *)(uintptr_t)strtoull(argument, NULL,
				   0),
		    O_RDONLY);
	if (strcmp(word, "endless") == 0)
		return open_without_end();
	if (strcmp(word, "long") == 0)
		return open_long(strtoul(argument, NULL, 10));
	if (strcmp(word, "flood") == 0)
		return flood(argument);
	if (strcmp(word, "attack") == 0)
		return attack(argument);
	if (strcmp(word, "often") == 0)
		return open_often((unsigned)strtoul(argument, NULL, 10));
	if (strcmp(word, "changing") == 0)
		return open_changing();
	return ENOSYS;
}

int
main(void)
{
	char line[2 * PAGE];

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *argument = line + strcspn(line, " \n");
		int r;

		line[strcspn(line, "\n")] = '\0';
		if (*argument == ' ')
			*argument++ = '\0';
		decode(argument);
		r = perform(line, argument);
		if (r == 0)
			(void)puts("0");
		else
			(void)puts(strerrorname_np(r));
	}
	return 0;
}
