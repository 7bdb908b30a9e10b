/* SPDX-License-Identifier: ISC */
#ifndef TEST_INETD_FIXTURE_H
#define TEST_INETD_FIXTURE_H

#include "common/mem.h"
#include "tests/support/daemon_rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	DEADLINE_MSEC = 30000,
	BIG = 4 << 20,
};

static struct daemon_rig rig;
static int port; /* of loopback, and the next three */

/* A server with lines of its own, at DIR/run/NAME.sock. */
static inline void
server(const char *name, const char *program, const char *lines)
{
	char policy[1024], file[64];

	(void)snprintf(policy, sizeof(policy),
	    "[Helper]\nType=inetd\nExecStart=%s\n"
	    "ListenStream=%%s/run/%s.sock\n%s\n"
	    "[Policy]\nSystemCallFilter=@filter @loader shutdown poll\n"
	    "AllowOpen=@runtime\n",
	    program, name, lines);
	(void)snprintf(file, sizeof(file), "policies/%s.policy", name);
	daemon_rig_write(&rig, file, policy);
}

/* The same, which has a port of loopback, too. */
static inline void
tcp_server(const char *name, const char *program, int at, const char *lines)
{
	char all[256];

	(void)snprintf(all, sizeof(all), "ListenStream=127.0.0.1:%d\n%s", at,
	    lines);
	server(name, program, all);
}

static inline void
inetd_prepare(void)
{
	daemon_rig_prepare(&rig);
	/* Several tests may run at a time. */
	port = 12000 + (int)(getpid() % 5000) * 4;
}

static inline int
start(void **state)
{
	(void)state;
	inetd_prepare();
	tcp_server("echo", "/bin/cat", port, "MaxConnections=1100");
	tcp_server("pool", "/bin/cat", port + 1,
	    "MaxConnections=1100\nInstances=50..1100");
	tcp_server("passed", "/bin/cat", port + 2,
	    "MaxConnections=1100\nPass=socket");
	server("half", "%c half", "");
	server("stay", "%c stay", "TimeoutStopSec=300ms");
	server("crash", "%c crash", "");
	tcp_server("deaf", "%c deaf", port + 3, "");
	server("idle", "/bin/cat", "IdleTimeoutSec=1s");
	server("total", "/bin/cat", "RuntimeMaxSec=500ms");
	server("two", "/bin/cat", "MaxConnections=2");
	server("late", "%c late", "MaxConnections=1");
	server("each", "/bin/cat", "MaxConnectionsPerSource=1");
	server("attack", "%c attack", "");
	daemon_rig_start(&rig);
	return 0;
}

static inline int
stop(void **state)
{
	(void)state;
	daemon_rig_clean(&rig);
	return 0;
}

static inline int
connect_port(int to)
{
	const struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)to),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&sin,
			     sizeof(sin)),
	    0);
	return fd;
}

static inline int
connect_tcp(void)
{
	return connect_port(port);
}

static inline bool
is_readable(int fd, int msec)
{
	struct pollfd look = { .fd = fd, .events = POLLIN };

	return poll(&look, 1, msec) > 0;
}

/* Reads to the end; len is what there may be at most. */
static inline size_t
read_all(int fd, char *ret, size_t len)
{
	size_t sum = 0;
	ssize_t n;

	do {
		assert_true(is_readable(fd, DEADLINE_MSEC));
		n = recv(fd, ret + sum, len - sum, 0);
		assert_true(n >= 0);
		sum += (size_t)n;
	} while (n > 0 && sum < len);
	return sum;
}

static inline void
expect_line(int fd, const char *line)
{
	const size_t len = strlen(line);
	char text[64];

	assert_true(len < sizeof(text));
	assert_int_equal(read_all(fd, text, len), len);
	assert_memory_equal(text, line, len);
}

static inline void
expect_end(int fd)
{
	char more;

	assert_int_equal(read_all(fd, &more, 1), 0);
}

/* Of closer's "half": the end of what it said came, and it hears the rest. */
static inline void
check_half(const char *service)
{
	const int fd = daemon_rig_connect(&rig, service);

	expect_line(fd, "first\n");
	expect_end(fd);
	assert_int_equal(send(fd, "12345", 5, MSG_NOSIGNAL), 5);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	assert_true(daemon_rig_logs(&rig, "stderr: read 5"));
	(void)close(fd);
}

/* Both ways at once, since neither has room for all of it. */
static inline void
exchange(int fd, const char *out, char *in, size_t len)
{
	size_t sent = 0, got = 0;

	while (got < len) {
		struct pollfd look = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (sent < len)
			look.events |= POLLOUT;
		assert_true(poll(&look, 1, DEADLINE_MSEC) > 0);
		if ((look.revents & POLLOUT) != 0) {
			n = send(fd, out + sent, len - sent, MSG_DONTWAIT);
			assert_true(n > 0 || errno == EAGAIN);
			sent += n > 0 ? (size_t)n : 0;
			if (sent == len)
				assert_int_equal(shutdown(fd, SHUT_WR), 0);
		}
		if ((look.revents & POLLIN) == 0)
			continue;
		n = recv(fd, in + got, len - got, 0);
		assert_true(n > 0);
		got += (size_t)n;
	}
}

static inline void
check_whole_answer(int fd)
{
	_cleanup_free_ char *out = malloc(BIG);
	_cleanup_free_ char *in = malloc(BIG);

	assert_non_null(out);
	assert_non_null(in);
	for (size_t i = 0; i < BIG; i++)
		out[i] = (char)(i * 31 + i / 4099);
	exchange(fd, out, in, BIG);
	assert_memory_equal(in, out, BIG);
	expect_end(fd);
	(void)close(fd);
}

/* Of closer's "attack". */
static inline void
check_attack(void)
{
	const int fd = daemon_rig_connect(&rig, "attack");

	expect_line(fd, "first\nrefused\n");
	assert_true(daemon_rig_logs(&rig, ": refused socket(AF_INET"));
	assert_true(daemon_rig_logs(&rig,
	    "to allow: SystemCallFilter=socket, or AllowConnect=tcp *:PORT"));
	(void)close(fd);
}

#endif
