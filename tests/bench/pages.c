/* SPDX-License-Identifier: ISC */
/*
 * A page by the web helper, every file and connection of which comes from the
 * daemon, against a server of a few lines that has all rights and does no
 * more than it must.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_daemon.h"
#include "tests/bench/bench_loopback.h"
#include "tests/support/child.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char title[] = "a page of 4 KiB by HTTP";
static const char keep[] = "GET /a HTTP/1.1\r\nHost: b\r\n\r\n";
static const char once[] =
    "GET /a HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n";

/* A server that is asked. */
struct site {
	uint16_t port;
	char path[PATH_MAX]; /* of the bare one's file */
	int listener;        /* the same */
};

static int
answer_barely(const char *path, int client)
{
	_cleanup_fd_ int file = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	char header[256];
	off_t at = 0;
	int len;

	if (file < 0 || fstat(file, &status) < 0)
		return -1;
	len = snprintf(header, sizeof(header),
	    "HTTP/1.1 200 OK\r\nContent-Length: %lld\r\n\r\n",
	    (long long)status.st_size);
	if (send(client, header, (size_t)len, MSG_MORE | MSG_NOSIGNAL) != len)
		return -1;
	return sendfile(client, file, &at, (size_t)status.st_size) ==
		status.st_size
	    ? 0
	    : -1;
}

static int
serve_barely(void *argument)
{
	const struct site *site = argument;

	/* As a helper has one; see requests.c. */
	(void)setsid();
	for (;;) {
		_cleanup_fd_ int client =
		    accept4(site->listener, NULL, NULL, SOCK_CLOEXEC);
		char request[1024];

		if (client < 0)
			return 1;
		while (recv(client, request, sizeof(request), 0) > 0)
			if (answer_barely(site->path, client) < 0)
				break;
	}
}

/* One page over a connection; false when it did not come. */
static bool
fetch(int fd, const char *request)
{
	char text[PAGE_BYTES + 2048];
	size_t used = 0;
	const char *body;

	if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		return false;
	do {
		const ssize_t n =
		    recv(fd, text + used, sizeof(text) - 1 - used, 0);

		if (n <= 0)
			return false;
		used += (size_t)n;
		text[used] = '\0';
		body = strstr(text, "\r\n\r\n");
	} while (body == NULL || used - (size_t)(body + 4 - text) < PAGE_BYTES);
	return memcmp(text, "HTTP/1.1 200", 12) == 0;
}

static double
fetch_kept(void *context, unsigned n)
{
	const struct site *site = context;
	_cleanup_fd_ int fd = bench_loopback_connect(site->port);
	double start;

	if (fd < 0 || !fetch(fd, keep))
		return -1;
	start = bench_now();
	for (unsigned i = 0; i < n; i++)
		if (!fetch(fd, keep))
			return -1;
	return bench_now() - start;
}

static double
fetch_once(void *context, unsigned n)
{
	const struct site *site = context;
	const double start = bench_now();

	for (unsigned i = 0; i < n; i++) {
		_cleanup_fd_ int fd = bench_loopback_connect(site->port);

		if (fd < 0 || !fetch(fd, once))
			return -1;
	}
	return bench_now() - start;
}

static void
measure(struct site *helper, struct site *bare)
{
	const struct bench_case cases[] = {
		{ "bare server, connection kept", fetch_kept, bare, 50, NULL, 0,
		    NULL },
		{ "web helper, connection kept", fetch_kept, helper, 50,
		    "bare server, connection kept", 0, NULL },
		{ "bare server, a connection each", fetch_once, bare, 20, NULL,
		    0, NULL },
		{ "web helper, a connection each", fetch_once, helper, 20,
		    "bare server, a connection each", 0, NULL },
	};

	bench_group(title, cases, PSD_ELEMENTS(cases));
}

void
bench_pages(void)
{
	struct bench_daemon daemon;
	struct site helper = { .listener = PSD_NO_FD };
	struct site bare = { .listener = PSD_NO_FD };
	char program[PATH_MAX], lines[128];
	pid_t pid;

	(void)snprintf(program, sizeof(program), "%s",
	    bench_built("helpers/", "httpd"));
	if (access(program, X_OK) < 0) {
		bench_skip(title, "the web helper was left out of the build");
		return;
	}
	bare.listener = bench_loopback_listen(&bare.port);
	/* The daemon binds its own. */
	if (bare.listener < 0 || bench_loopback_port(&helper.port) < 0) {
		bench_skip(title, "no loopback to listen on");
		return;
	}
	(void)snprintf(program + strlen(program),
	    sizeof(program) - strlen(program), " --root=%%s/files");
	(void)snprintf(lines, sizeof(lines),
	    "ListenStream=127.0.0.1:%u\nInstances=1", helper.port);
	bench_daemon_start(&daemon, "pages", program, lines);
	(void)snprintf(bare.path, sizeof(bare.path), "%s/files/a",
	    daemon.rig.dir);
	pid = test_child_start(serve_barely, &bare);
	measure(&helper, &bare);
	test_child_kill(pid);
	psd_fd_cleanup(&bare.listener);
	bench_daemon_stop(&daemon);
}
