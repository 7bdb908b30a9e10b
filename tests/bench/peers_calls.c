/* SPDX-License-Identifier: ISC */
/*
 * A call of what only a process with more privileges may do: by a helper in C,
 * by one in Python, and by oslo.privsep, which is for Python.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_bare.h"
#include "tests/bench/bench_daemon.h"
#include "tests/bench/bench_pump.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char python[] = "/usr/bin/python3";
static const char script[] = "tests/bench/calls.py";

static const char here_title[] = "a call, on one processor";

enum { TIMES = 300, PING_BYTES = 20, LEAST = 5 };

/* Who calls, in the order of the rows. */
enum { FROM_C, FROM_PYTHON, BY_OSLO, CALLERS };

/* And what for. */
enum { PING, STAT, READ, CALLS };

struct caller {
	struct bench_asked asked[CALLS];
	int client;
	pid_t pid;     /* of Python, or 0 */
	char why[128]; /* there is no client */
};

static const char *const names[CALLERS][CALLS] = {
	{ "ping, from C", "stat, from C", "open, read() and close(), from C" },
	{ "ping, from Python by ctypes", "stat, from Python by ctypes",
	    "open, read() and close(), from Python by ctypes" },
	{ "oslo.privsep, nothing", "oslo.privsep, os.stat()",
	    "oslo.privsep, open(), read() and close()" },
};

/* The daemon's process before its program: where the scheduler likes. */
static void
go_anywhere(void)
{
	cpu_set_t all;

	memset(&all, 0xff, sizeof(all));
	(void)sched_setaffinity(0, sizeof(all), &all);
}

static void
start_daemon(struct bench_daemon *daemon, bool is_anywhere)
{
	bench_daemon_prepare(daemon);
	bench_daemon_add(daemon, "caller", "bench_helper",
	    "Instances=1\nListenStream=%s/run/caller.sock",
	    "AllowAccept=yes\nAllowStat=%s/files/**\n"
	    "AllowOpen=read %s/files/**");
	daemon_rig_write(&daemon->rig, "monitor.policy",
	    "[Helper]\nType=monitor\nKeepFDs=stdio\n"
	    "[Policy]\nSystemCallFilter=@helper\nAllowStat=%s/files/**\n"
	    "AllowOpen=read %s/files/**\n");
	if (is_anywhere)
		daemon->rig.on_birth = go_anywhere;
	daemon_rig_start(&daemon->rig);
}

/* Its conversation, once it has said that it is there; or -1. */
static int
start_python(struct caller *caller, const char *const *words)
{
	_cleanup_fd_ int fd = bench_program_on_pair(words, &caller->pid);
	ssize_t n;

	if (fd < 0) {
		caller->pid = 0;
		(void)snprintf(caller->why, sizeof(caller->why), "no %s",
		    python);
		return -1;
	}
	n = recv(fd, caller->why, sizeof(caller->why) - 1, 0);
	caller->why[n > 0 ? n : 0] = '\0';
	return strcmp(caller->why, "!") == 0 ? psd_fd_take(&fd) : -1;
}

static void
set_command(struct caller *caller, int call, const char *dir)
{
	static const char *const words[CALLS] = { "ping", "stat", "read" };
	struct bench_asked *asked = &caller->asked[call];

	asked->client = caller->client;
	if (call == PING)
		(void)snprintf(asked->command, sizeof(asked->command), "ping");
	else
		(void)snprintf(asked->command, sizeof(asked->command),
		    "%s %s/files/a", words[call], dir);
}

static void
start_callers(struct caller callers[static CALLERS],
    const struct bench_daemon *daemon, const char *where)
{
	char library[PATH_MAX], privsepd[PATH_MAX], policy[PATH_MAX];
	const char *const ours[] = { python, script, where, "privsep", library,
		privsepd, policy, NULL };
	const char *const theirs[] = { python, script, where, "oslo", NULL };

	(void)snprintf(library, sizeof(library), "%s",
	    bench_built("", "libprivsep.so.0"));
	(void)snprintf(privsepd, sizeof(privsepd), "%s",
	    bench_built("", "privsepd"));
	(void)snprintf(policy, sizeof(policy), "%s/monitor.policy",
	    daemon->rig.dir);
	callers[FROM_C].client = bench_daemon_connect(daemon, "caller");
	callers[FROM_PYTHON].client = start_python(&callers[FROM_PYTHON], ours);
	callers[BY_OSLO].client = start_python(&callers[BY_OSLO], theirs);
	for (int i = 0; i < CALLERS; i++)
		for (int call = 0; call < CALLS; call++)
			set_command(&callers[i], call, daemon->rig.dir);
}

static void
stop_callers(struct caller callers[static CALLERS])
{
	for (int i = 0; i < CALLERS; i++) {
		psd_fd_cleanup(&callers[i].client);
		if (callers[i].pid > 0)
			(void)bench_program_ended_well(callers[i].pid);
	}
}

/* With what its two messages cost anyhow, where that can be told. */
static void
measure(const char *title, struct caller callers[static CALLERS],
    struct bench_bare *bare)
{
	struct bench_case cases[1 + CALLS * CALLERS];
	size_t n = 0;

	if (bare != NULL)
		cases[n++] =
		    (struct bench_case){ "bare ping-pong", bench_bare_run, bare,
			    TIMES, names[FROM_C][0], 0, NULL };
	for (int call = 0; call < CALLS; call++)
		for (int i = 0; i < CALLERS; i++) {
			if (callers[i].client < 0) {
				bench_skip_row(title, names[i][call], "%s",
				    callers[i].why);
				continue;
			}
			cases[n++] = (struct bench_case){ names[i][call],
				bench_ask, &callers[i].asked[call], TIMES,
				i == FROM_C ? NULL : names[FROM_C][call],
				bare != NULL && i == BY_OSLO ? -LEAST : 0,
				NULL };
		}
	bench_group(title, cases, n);
}

static void
measure_group(const char *title, struct bench_bare *bare)
{
	const bool is_anywhere = bare == NULL;
	struct bench_daemon daemon;
	struct caller callers[CALLERS] = { 0 };

	start_daemon(&daemon, is_anywhere);
	start_callers(callers, &daemon, is_anywhere ? "anywhere" : "here");
	if (callers[FROM_C].client >= 0)
		measure(title, callers, bare);
	else
		bench_skip(title, "no helper to ask");
	stop_callers(callers);
	bench_daemon_stop(&daemon);
}

void
bench_calls(void)
{
	struct bench_bare bare = { .request = PING_BYTES, .reply = PING_BYTES };

	if (bench_bare_start(&bare) < 0)
		bench_skip(here_title, "no process to ask");
	else
		measure_group(here_title, &bare);
	bench_bare_stop(&bare);
	/* Too much depends on the rest of the machine for a goal. */
	measure_group("a call, on any processor", NULL);
}
