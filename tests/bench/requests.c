/* SPDX-License-Identifier: ISC */
/*
 * What a request costs beside what its two messages cost anyhow.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_bare.h"
#include "tests/bench/bench_daemon.h"
#include "tests/bench/bench_piece.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static double
open_directly(void *path, unsigned n)
{
	const double start = bench_now();

	for (unsigned i = 0; i < n; i++) {
		const int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0 || close(fd) < 0)
			return -1;
	}
	return bench_now() - start;
}

static void
measure(int client, struct bench_bare bare[3], char *path)
{
	struct bench_asked ping = { client, "ping" };
	struct bench_asked eight = { client, "flight 8" };
	struct bench_asked many = { client, "flight 64" };
	struct bench_asked opened = { .client = client };
	const struct bench_case cases[] = {
		{ "bare ping-pong", bench_bare_run, &bare[0], 1000, NULL, 0,
		    NULL },
		{ "bare ping-pong, one side by epoll_wait()", bench_bare_run,
		    &bare[1], 1000, "bare ping-pong", 0, NULL },
		{ "ping", bench_ask, &ping, 1000, "bare ping-pong", 1.2, NULL },
		{ "ping, 8 in flight", bench_ask, &eight, 1000,
		    "bare ping-pong", 0, NULL },
		{ "ping, 64 in flight", bench_ask, &many, 1000,
		    "bare ping-pong", 0.6, NULL },
		{ "bare ping-pong of open's size", bench_bare_run, &bare[2],
		    500, NULL, 0, NULL },
		{ "open and close, brokered", bench_ask, &opened, 500,
		    "bare ping-pong of open's size", 1.8,
		    "open and close, direct" },
		{ "open and close, direct", open_directly, path, 500, NULL, 0,
		    NULL },
	};

	(void)snprintf(opened.command, sizeof(opened.command), "open %s", path);
	bench_group("a request", cases, PSD_ELEMENTS(cases));
}

void
bench_requests(void)
{
	struct bench_daemon daemon;
	char path[256];
	struct bench_bare bare[3] = {
		{ .request = BENCH_PING_BYTES, .reply = BENCH_PING_BYTES },
		{ .request = BENCH_PING_BYTES,
		    .reply = BENCH_PING_BYTES,
		    .by_epoll = true },
		{ .reply = BENCH_REPLY_BYTES },
	};
	_cleanup_fd_ int client = PSD_NO_FD;
	bool started = true;

	bench_daemon_start(&daemon, "asked", "bench_helper", "Instances=1");
	(void)snprintf(path, sizeof(path), "%s/files/a", daemon.rig.dir);
	bare[2].request = BENCH_OPEN_BYTES + strlen(path);
	client = bench_daemon_connect(&daemon, "asked");
	for (size_t i = 0; i < PSD_ELEMENTS(bare); i++)
		started = bench_bare_start(&bare[i]) == 0 && started;
	if (started && client >= 0) {
		measure(client, bare, path);
		*strrchr(path, '/') = '\0';
		bench_pieces(client, path);
	} else {
		bench_skip("a request", "no helper to ask");
	}
	for (size_t i = 0; i < PSD_ELEMENTS(bare); i++)
		bench_bare_stop(&bare[i]);
	bench_daemon_stop(&daemon);
}
