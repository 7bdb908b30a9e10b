/* SPDX-License-Identifier: ISC */
/*
 * What it costs that a descriptor comes with an answer, beside a request for
 * the same file that grants none.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_bare.h"
#include "tests/bench/bench_daemon.h"

#include <stdio.h>

static const char title[] = "a descriptor that is granted";
static const char bare_name[] = "bare ping-pong";
static const char stat_name[] = "stat, which grants none";

enum { BYTES = 48, TIMES = 500 };

static void
measure(int client, struct bench_bare *bare, struct bench_bare *granting,
    const char *path)
{
	struct bench_asked stat = { .client = client };
	struct bench_asked opened = { .client = client };
	const struct bench_case cases[] = {
		{ bare_name, bench_bare_run, bare, TIMES, NULL, 0, NULL },
		{ "with a descriptor in the reply, and its close()",
		    bench_bare_run, granting, TIMES, bare_name, 0, bare_name },
		{ stat_name, bench_ask, &stat, TIMES, bare_name, 0, bare_name },
		{ "open and close, which grants one", bench_ask, &opened, TIMES,
		    stat_name, 0, stat_name },
	};

	(void)snprintf(stat.command, sizeof(stat.command), "stat %s", path);
	(void)snprintf(opened.command, sizeof(opened.command), "open %s", path);
	bench_group(title, cases, PSD_ELEMENTS(cases));
}

void
bench_grant(void)
{
	struct bench_daemon daemon;
	struct bench_bare bare = { .request = BYTES, .reply = BYTES };
	struct bench_bare granting = {
		.request = BYTES,
		.reply = BYTES,
		.grants = true,
	};
	_cleanup_fd_ int client = PSD_NO_FD;
	char path[256];

	bench_daemon_prepare(&daemon);
	bench_daemon_add(&daemon, "asked", "bench_helper",
	    "Instances=1\nListenStream=%s/run/asked.sock",
	    "AllowOpen=read %s/files/**\nAllowStat=%s/files/**\n"
	    "AllowAccept=yes");
	daemon_rig_start(&daemon.rig);
	(void)snprintf(path, sizeof(path), "%s/files/a", daemon.rig.dir);
	client = bench_daemon_connect(&daemon, "asked");
	if (bench_bare_start(&bare) == 0 && bench_bare_start(&granting) == 0 &&
	    client >= 0)
		measure(client, &bare, &granting, path);
	else
		bench_skip(title, "no helper to ask");
	bench_bare_stop(&granting);
	bench_bare_stop(&bare);
	bench_daemon_stop(&daemon);
}
