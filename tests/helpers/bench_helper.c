/* SPDX-License-Identifier: ISC */
/*
 * A helper that measures its own requests: it greets each client with one
 * byte, and answers "NUMBER ping", "NUMBER flight DEPTH" (pings, DEPTH of which
 * wait at a time), "NUMBER open PATH", "NUMBER read PATH" (of what was opened, the
 * beginning), "NUMBER stat PATH", "NUMBER accept" and "NUMBER resolve NAME" with the nanoseconds that this many took together, or -1.
 * With "p99" before the request it is the slowest of a hundred that many times.
 * With an argument it is no helper, but writes its byte and ends: what its start
 * costs without privsepd.
 */
#include "helper/privsep.h"

#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 512, SLOWEST_MAX = 64, PAGE_BYTES = 4096 };

static long long
now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int
resolve(struct privsep *conversation, const char *name)
{
	struct addrinfo *list;
	const int r =
	    privsep_getaddrinfo(conversation, name, NULL, NULL, &list);

	if (r != 0)
		return -1;
	privsep_freeaddrinfo(list);
	return 0;
}

static int
read_page(struct privsep *conversation, const char *path)
{
	char page[PAGE_BYTES];
	const int fd = privsep_open(conversation, path, O_RDONLY, 0);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, page, sizeof(page));
	return close(fd) < 0 || n != sizeof(page) ? -1 : 0;
}

static int
request(struct privsep *conversation, const char *command)
{
	struct privsep_stat status;
	int fd;

	if (strcmp(command, "ping") == 0)
		return privsep_ping(conversation);
	if (strncmp(command, "stat ", 5) == 0)
		return privsep_stat(conversation, command + 5, &status);
	if (strncmp(command, "resolve ", 8) == 0)
		return resolve(conversation, command + 8);
	if (strncmp(command, "read ", 5) == 0)
		return read_page(conversation, command + 5);
	if (strcmp(command, "accept") == 0)
		fd = privsep_accept(conversation, NULL);
	else if (strncmp(command, "open ", 5) == 0)
		fd = privsep_open(conversation, command + 5, O_RDONLY, 0);
	else
		return -1;
	return fd < 0 ? fd : close(fd);
}

/* What one in a hundred takes at least, so many times. */
static long long
slowest_times(struct privsep *conversation, const char *command, long n)
{
	long long slowest[SLOWEST_MAX] = { 0 }; /* the slowest first */
	const long kept = n / 100 + 1;

	if (kept > SLOWEST_MAX)
		return -1;
	for (long i = 0; i < n; i++) {
		long long took = now();

		if (request(conversation, command) < 0)
			return -1;
		took = now() - took;
		for (long k = 0; k < kept; k++) {
			const long long other = slowest[k];

			if (took > other) {
				slowest[k] = took;
				took = other;
			}
		}
	}
	return slowest[kept - 1] * n;
}

/*
 * By itself, since the library has fewer places than that.  What the socket has
 * no room for is sent when replies have made some.
 */
static int
fly(int fd, long n, long depth)
{
	static const unsigned char ping[20] = { 1, 0, 2, 0 };
	long sent = 0, answered = 0;

	while (answered < n) {
		unsigned char reply[sizeof(ping)];
		int flags = 0;

		while (sent < n && sent - answered < depth &&
		    send(fd, ping, sizeof(ping), MSG_DONTWAIT | MSG_NOSIGNAL) >
			0)
			sent++;
		while (answered < sent &&
		    recv(fd, reply, sizeof(reply), flags) == sizeof(ping)) {
			answered++;
			flags = MSG_DONTWAIT;
		}
		if (flags == 0)
			return -1;
	}
	return 0;
}

static long long
repeat(struct privsep *conversation, char *line)
{
	const long n = strtol(line, &line, 10);
	const long long start = now();

	if (strncmp(line + 1, "flight ", 7) == 0)
		return fly(privsep_fd(conversation), n,
			   strtol(line + 8, NULL, 10)) < 0
		    ? -1
		    : now() - start;
	if (strncmp(line + 1, "p99 ", 4) == 0)
		return slowest_times(conversation, line + 5, n);
	for (long i = 0; i < n; i++)
		if (request(conversation, line + 1) < 0)
			return -1;
	return now() - start;
}

static void
serve(struct privsep *conversation, int client)
{
	char line[LINE_MAX_BYTES];
	ssize_t len;

	if (send(client, "!", 1, MSG_NOSIGNAL) != 1)
		return;
	while ((len = recv(client, line, sizeof(line) - 1, 0)) > 0) {
		line[len] = '\0';
		line[strcspn(line, "\n")] = '\0';
		len = snprintf(line, sizeof(line), "%lld\n",
		    repeat(conversation, line));
		if (send(client, line, (size_t)len, MSG_NOSIGNAL) != len)
			return;
	}
}

int
main(int argc, char **argv)
{
	struct privsep *conversation;
	int client;

	(void)argv;
	if (argc > 1)
		return write(STDOUT_FILENO, "!", 1) == 1 ? 0 : 1;
	if (privsep_init(&conversation) < 0)
		return 1;
	while ((client = privsep_accept(conversation, NULL)) >= 0) {
		serve(conversation, client);
		(void)close(client);
	}
	return privsep_end(conversation) == 0 ? 0 : 1;
}
