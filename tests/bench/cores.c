/* SPDX-License-Identifier: ISC */
/*
 * Round trips by where the processes run: whoever asks and whoever answers on
 * one processor, on two, and where the kernel puts them.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_bare.h"
#include "tests/bench/bench_names.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { PINGS = 300, FILES = 200, CLIENTS = 50, NAMES = 30, PING_BYTES = 20 };

static const char bare_name[] = "bare ping-pong";
static const char stat_name[] = "stat(), direct";
static const char accept_name[] = "accept4() and close(), direct";
static const char udp_name[] = "question and answer by UDP";

/* Everything that is measured, in one place for all placements. */
static struct {
	struct bench_names names;
	struct bench_bare bare;
	struct bench_asked ping, stat, accept, resolve;
	int listener; /* a bare one */
	char path[256], socket[256];
} self;

static double
stat_directly(void *context, unsigned n)
{
	const double start = bench_now();
	struct stat status;

	(void)context;
	for (unsigned i = 0; i < n; i++)
		if (stat(self.path, &status) < 0)
			return -1;
	return bench_now() - start;
}

static int
make_socket(const char *path, bool listens)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_fd_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0)
		return -errno;
	r = listens ? bind(fd, (struct sockaddr *)&address, sizeof(address))
		    : connect(fd, (struct sockaddr *)&address, sizeof(address));
	if (r < 0 || (listens && listen(fd, CLIENTS) < 0))
		return -errno;
	return psd_fd_take(&fd);
}

/* The clients wait already, and go off the clock. */
static double
with_clients(const char *path, double (*take)(void *context, unsigned n),
    void *context, unsigned n)
{
	int clients[CLIENTS];
	unsigned made = 0;
	double took = -1;

	while (made < n && made < CLIENTS) {
		clients[made] = make_socket(path, false);
		if (clients[made] < 0)
			break;
		made++;
	}
	if (made == n)
		took = take(context, n);
	while (made > 0)
		psd_fd_close(clients[--made]);
	return took;
}

static double
take_directly(void *context, unsigned n)
{
	const double start = bench_now();

	(void)context;
	for (unsigned i = 0; i < n; i++) {
		const int fd = accept4(self.listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0 || close(fd) < 0)
			return -1;
	}
	return bench_now() - start;
}

static double
accept_directly(void *context, unsigned n)
{
	char path[sizeof(self.socket) + 8];

	(void)snprintf(path, sizeof(path), "%s/bare", self.names.rig.dir);
	return with_clients(path, take_directly, context, n);
}

static double
accept_brokered(void *context, unsigned n)
{
	return with_clients(self.socket, bench_ask, context, n);
}

static double
ask_by_udp(void *context, unsigned n)
{
	static const unsigned char question[] =
	    "\0\1\1\0\0\1\0\0\0\0\0\0\4some\4test\0\0\1\0\1";
	const double start = bench_now();
	char answer[512];

	(void)context;
	for (unsigned i = 0; i < n; i++)
		if (send(self.names.udp, question, sizeof(question) - 1, 0) <
			0 ||
		    recv(self.names.udp, answer, sizeof(answer), 0) <= 0)
			return -1;
	return bench_now() - start;
}

static void
measure(const char *title)
{
	const struct bench_case cases[] = {
		{ bare_name, bench_bare_run, &self.bare, PINGS, NULL, 0, NULL },
		{ "ping", bench_ask, &self.ping, PINGS, bare_name, 0,
		    bare_name },
		{ stat_name, stat_directly, NULL, FILES, NULL, 0, NULL },
		{ "stat", bench_ask, &self.stat, FILES, bare_name, 0,
		    stat_name },
		{ accept_name, accept_directly, NULL, CLIENTS, NULL, 0, NULL },
		{ "accept and close()", accept_brokered, &self.accept, CLIENTS,
		    bare_name, 0, accept_name },
		{ udp_name, ask_by_udp, NULL, NAMES, NULL, 0, NULL },
		{ "getaddrinfo(), direct", bench_ask, &self.names.direct, NAMES,
		    udp_name, 0, NULL },
		{ "resolve", bench_ask, &self.resolve, NAMES,
		    "getaddrinfo(), direct", 0, "getaddrinfo(), direct" },
	};

	bench_group(title, cases, PSD_ELEMENTS(cases));
}

/* Which processors this process may have at all; then it has the first. */
static int
find_processors(int ret[2])
{
	cpu_set_t set;
	int n = 0;

	memset(&set, 0xff, sizeof(set));
	if (sched_setaffinity(0, sizeof(set), &set) < 0 ||
	    sched_getaffinity(0, sizeof(set), &set) < 0)
		return 0;
	for (int cpu = 0; cpu < CPU_SETSIZE && n < 2; cpu++)
		if (CPU_ISSET((unsigned)cpu, &set))
			ret[n++] = cpu;
	bench_place(0, ret[0]);
	return n;
}

/* Who asks on one, who answers on the other; -1: wherever the kernel likes. */
static void
place(int asks, int answers)
{
	bench_place(0, asks);
	bench_place(self.bare.pid, answers);
	bench_names_place(&self.names, asks, answers);
}

static void
measure_all(void)
{
	int cpus[2] = { 0, 0 };
	const int n = find_processors(cpus);

	/* As CPUAffinity= of the unit and the policy have it. */
	place(cpus[0], cpus[0]);
	measure("round trips on one processor");
	if (n == 2) {
		place(cpus[1], cpus[0]);
		measure("round trips between two processors");
		place(-1, -1);
		measure("round trips where the kernel puts them");
	} else {
		bench_skip("round trips between two processors",
		    "there is one");
	}
	bench_place(0, cpus[0]);
}

void
bench_cores(void)
{
	const int r = bench_names_start(&self.names);
	char path[sizeof(self.socket) + 8];

	if (r < 0) {
		bench_skip("round trips by processor",
		    "no network of its own: %s", strerror(-r));
		return;
	}
	(void)snprintf(path, sizeof(path), "%s/bare", self.names.rig.dir);
	(void)snprintf(self.path, sizeof(self.path), "%s/files/a",
	    self.names.rig.dir);
	(void)snprintf(self.socket, sizeof(self.socket), "%s/run/asked.sock",
	    self.names.rig.dir);
	self.ping = (struct bench_asked){ self.names.client, "ping" };
	self.accept = (struct bench_asked){ self.names.client, "accept" };
	self.resolve =
	    (struct bench_asked){ self.names.client, "resolve some.test" };
	self.stat.client = self.names.client;
	(void)snprintf(self.stat.command, sizeof(self.stat.command), "stat %s",
	    self.path);
	self.bare.request = self.bare.reply = PING_BYTES;
	self.listener = make_socket(path, true);
	if (bench_bare_start(&self.bare) == 0 && self.listener >= 0)
		measure_all();
	bench_bare_stop(&self.bare);
	psd_fd_cleanup(&self.listener);
	bench_names_stop(&self.names);
}
