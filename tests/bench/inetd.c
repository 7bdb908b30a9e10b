/* SPDX-License-Identifier: ISC */
/*
 * A server in the manner of inetd, a confined one for each connection and the
 * relay between it and the network, against the same server started by
 * systemd-socket-activate, which hands it the connection and all rights.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_daemon.h"
#include "tests/bench/bench_loopback.h"
#include "tests/bench/bench_pump.h"
#include "tests/support/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char page_title[] = "a page of 4 KiB by micro-httpd";
static const char moved_title[] = "a server: a MiB of 16 to cat and back";
static const char httpd[] = "/usr/sbin/micro-httpd";
static const char activate[] = "/usr/bin/systemd-socket-activate";
static const char other[] = "systemd-socket-activate --inetd -a";

static const char without_relay[] = "Type=inetd, by TCP, Pass=socket";

enum {
	MIB = 1 << 20,
	MOVED_MIB = 16,
	WORD = 64,
	WORDS = 100,
	TRIES = 200,
	NAP_MSEC = 20,
};

/* How a helper comes to its client, and the lines that say so. */
enum { ON_DEMAND, POOLED, PASSED, WAYS };
static const char *const lines_of[WAYS] = { "", "Instances=8..64",
	"Pass=socket" };

struct server {
	uint16_t port;
	const char *dir; /* of its pages */
	int input;       /* what is sent to cat */
	int nowhere;     /* where its answer goes */
};

/* The server says by closing that this was all. */
static bool
fetch(uint16_t port)
{
	static const char request[] = "GET /a HTTP/1.0\r\n\r\n";
	_cleanup_fd_ int fd = bench_loopback_connect(port);
	char text[PAGE_BYTES + 2048];
	size_t used = 0;
	const char *body;
	ssize_t n;

	if (fd < 0 || send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		return false;
	while ((n = recv(fd, text + used, sizeof(text) - 1 - used, 0)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	body = strstr(text, "\r\n\r\n");
	return n == 0 && strncmp(text, "HTTP/1.0 200", 12) == 0 &&
	    body != NULL && used - (size_t)(body + 4 - text) == PAGE_BYTES;
}

static double
fetch_pages(void *context, unsigned n)
{
	const struct server *server = context;
	const double start = bench_now();

	for (unsigned i = 0; i < n; i++)
		if (!fetch(server->port))
			return -1;
	return bench_now() - start;
}

/* Those that are gone are replaced off the clock. */
static double
fetch_pages_of_pool(void *context, unsigned n)
{
	const double took = fetch_pages(context, n);

	(void)poll(NULL, 0, NAP_MSEC);
	return took;
}

static int
run_activate(void *context)
{
	const struct server *server = context;
	const int log = open("/dev/null", O_WRONLY | O_CLOEXEC);
	char address[32];

	(void)snprintf(address, sizeof(address), "127.0.0.1:%u", server->port);
	/* It says something of each connection, as the daemon's log does. */
	if (log < 0 || dup2(log, STDERR_FILENO) < 0)
		return 1;
	(void)execl(activate, activate, "--inetd", "-a", "-l", address, httpd,
	    server->dir, (char *)NULL);
	return 1;
}

/* It does not say when it listens. */
static bool
wait_for(uint16_t port)
{
	for (int i = 0; i < TRIES; i++) {
		if (fetch(port))
			return true;
		(void)poll(NULL, 0, NAP_MSEC);
	}
	return false;
}

static void
measure_pages(struct server helpers[static WAYS])
{
	struct server bare = { .dir = helpers[0].dir };
	const struct bench_case cases[] = {
		{ other, fetch_pages, &bare, 5, NULL, 0, NULL },
		{ "Type=inetd, on demand, by the relay", fetch_pages,
		    &helpers[ON_DEMAND], 5, other, 1.3, NULL },
		{ "Type=inetd, from a pool, by the relay", fetch_pages_of_pool,
		    &helpers[POOLED], 5, other, 1, NULL },
		{ "Type=inetd, on demand, Pass=socket", fetch_pages,
		    &helpers[PASSED], 5, other, 0, NULL },
	};
	pid_t pid;

	if (bench_loopback_port(&bare.port) < 0) {
		bench_skip(page_title, "no loopback to listen on");
		return;
	}
	pid = test_child_start(run_activate, &bare);
	if (pid < 0 || !wait_for(bare.port))
		bench_skip(page_title, "no page came from %s", activate);
	else
		bench_group(page_title, cases, PSD_ELEMENTS(cases));
	test_child_kill(pid);
}

static const char *const cat[] = { "/bin/cat", NULL };

static double
move_barely(void *context, unsigned mib)
{
	const struct server *server = context;
	const double start = bench_now();
	pid_t pid;
	_cleanup_fd_ int pair = bench_program_on_pair(cat, &pid);

	if (pair < 0 || lseek(server->input, 0, SEEK_SET) < 0)
		return -1;
	if (bench_pump(server->input, pair, server->nowhere) !=
		(int64_t)mib * MIB ||
	    !bench_program_ended_well(pid))
		return -1;
	return bench_now() - start;
}

static double
move(void *context, unsigned mib)
{
	const struct server *server = context;
	const double start = bench_now();
	_cleanup_fd_ int fd = bench_loopback_connect(server->port);

	if (fd < 0 || lseek(server->input, 0, SEEK_SET) < 0 ||
	    bench_pump(server->input, fd, server->nowhere) !=
		(int64_t)mib * MIB)
		return -1;
	return bench_now() - start;
}

static bool
exchange_word(int fd)
{
	char word[WORD] = "";

	return send(fd, word, WORD, MSG_NOSIGNAL) == WORD &&
	    recv(fd, word, WORD, MSG_WAITALL) == WORD;
}

/* The helper is started off the clock. */
static double
exchange(void *context, unsigned n)
{
	const struct server *server = context;
	_cleanup_fd_ int fd = bench_loopback_connect(server->port);
	double start;

	if (fd < 0 || !exchange_word(fd))
		return -1;
	start = bench_now();
	for (unsigned i = 0; i < n; i++)
		if (!exchange_word(fd))
			return -1;
	return bench_now() - start;
}

static void
measure_words(uint16_t port, uint16_t passed_port)
{
	struct server server = { .port = port };
	struct server passed = { .port = passed_port };
	const struct bench_case cases[] = {
		{ without_relay, exchange, &passed, WORDS, NULL, 0, NULL },
		{ "Type=inetd, by TCP and the relay", exchange, &server, WORDS,
		    without_relay, 0, NULL },
	};

	bench_group("64 bytes to cat and back", cases, PSD_ELEMENTS(cases));
}

static void
measure_relay(uint16_t port, uint16_t passed_port)
{
	_cleanup_fd_ int input = bench_input((size_t)MOVED_MIB * MIB);
	_cleanup_fd_ int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct server server = { port, NULL, input, nowhere };
	struct server passed = { passed_port, NULL, input, nowhere };
	const struct bench_case cases[] = {
		{ "a bare SOCK_STREAM pair", move_barely, &server, MOVED_MIB,
		    NULL, 0, NULL },
		{ without_relay, move, &passed, MOVED_MIB,
		    "a bare SOCK_STREAM pair", 0, NULL },
		/* What TCP itself costs is not the relay's. */
		{ "Type=inetd, by TCP and the relay", move, &server, MOVED_MIB,
		    without_relay, 1.25, NULL },
	};

	if (input < 0 || nowhere < 0)
		bench_skip(moved_title, "no memory for the input");
	else
		bench_group(moved_title, cases, PSD_ELEMENTS(cases));
}

/* A service of the daemon to come, which listens on this port. */
static void
write_policy(const struct daemon_rig *rig, const char *name,
    const char *program, uint16_t port, const char *lines)
{
	char file[64], policy[1024];

	(void)snprintf(file, sizeof(file), "policies/%s.policy", name);
	(void)snprintf(policy, sizeof(policy),
	    "[Helper]\n"
	    "Type=inetd\n"
	    "ExecStart=%s\n"
	    "ListenStream=127.0.0.1:%u\n"
	    "%s\n"
	    "[Policy]\n"
	    "SystemCallFilter=@filter @loader chdir getcwd getpeername "
	    "getsockname\n"
	    "AllowOpen=@runtime\n"
	    "AllowOpen=read %%s/files/**\n",
	    program, port, lines);
	daemon_rig_write(rig, file, policy);
}

static void
write_pages(const struct daemon_rig *rig, struct server *server, int way)
{
	char name[24], program[128];

	(void)snprintf(name, sizeof(name), "pages%d", way);
	(void)snprintf(program, sizeof(program), "%s %%s/files", httpd);
	if (bench_loopback_port(&server->port) == 0)
		write_policy(rig, name, program, server->port, lines_of[way]);
}

void
bench_inetd(void)
{
	char dir[4096], page[PAGE_BYTES + 1];
	struct server pages[WAYS];
	const bool has_both =
	    access(httpd, X_OK) == 0 && access(activate, X_OK) == 0;
	struct daemon_rig rig;
	uint16_t port, passed_port;

	if (bench_loopback_port(&port) < 0 ||
	    bench_loopback_port(&passed_port) < 0) {
		bench_skip(moved_title, "no loopback to listen on");
		return;
	}
	memset(page, 'x', PAGE_BYTES);
	page[PAGE_BYTES] = '\0';
	daemon_rig_prepare(&rig);
	(void)snprintf(dir, sizeof(dir), "%s/files", rig.dir);
	daemon_rig_write(&rig, "files/a", page);
	write_policy(&rig, "echo", "/bin/cat", port, "");
	write_policy(&rig, "passed", "/bin/cat", passed_port, "Pass=socket");
	for (int i = 0; i < WAYS && has_both; i++) {
		pages[i].dir = dir;
		write_pages(&rig, &pages[i], i);
	}
	daemon_rig_start(&rig);
	if (has_both)
		measure_pages(pages);
	else
		bench_skip(page_title, "there is no %s or no %s", httpd,
		    activate);
	measure_words(port, passed_port);
	measure_relay(port, passed_port);
	daemon_rig_clean(&rig);
}
