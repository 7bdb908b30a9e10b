/* SPDX-License-Identifier: ISC */
/*
 * The first byte of a confined program, for who asks for it to be started: by
 * privsepd, and by what people confine a program with otherwise.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_byte.h"
#include "tests/bench/bench_daemon.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TIMES = 8, PEER_TIMES = 2, WORDS_MAX = 24, PEERS = 4 };

/* How a program of ours is started, in the order of their rows. */
enum { UNCONFINED, SPAWNED, ON_DEMAND, POOLED, BY_SERVICE, BY_FILE, WAYS };

/*
 * None has more walls than a helper, and most have fewer; what each has, its
 * words say.
 */
struct peer {
	const char *name;
	const char *words[WORDS_MAX];
	double least; /* how many times the time of ours it takes at least */
};

static const char placeholder[] = "PROGRAM";

static const struct peer peers[PEERS] = {
	{ "bwrap",
	    { "/usr/bin/bwrap", "--unshare-all", "--die-with-parent",
		"--new-session", "--cap-drop", "ALL", "--uid", "65534", "--gid",
		"65534", "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib",
		"/lib", "--symlink", "usr/lib64", "/lib64", "--ro-bind",
		placeholder, "/program", "/program" },
	    10 },
	{ "firejail",
	    { "/usr/bin/firejail", "--quiet", "--noprofile", "--caps.drop=all",
		"--nonewprivs", "--seccomp", placeholder },
	    18 },
	{ "firejail --net=none",
	    { "/usr/bin/firejail", "--quiet", "--noprofile", "--caps.drop=all",
		"--nonewprivs", "--seccomp", "--net=none", placeholder },
	    18 },
	{ "setpriv",
	    { "/usr/bin/setpriv", "--reuid=65534", "--regid=65534",
		"--clear-groups", "--no-new-privs", "--inh-caps=-all",
		"--bounding-set=-all", placeholder },
	    6 },
};

/* A program that all of them start, and that may do no more than it does. */
struct program {
	const char *name; /* of tests/helpers/ */
	const char *policy_lines;
};

static const struct program programs[] = {
	{ "tiny_byte", "SystemCallFilter=@helper" },
	{ "first_byte",
	    "SystemCallFilter=@filter @loader\nAllowOpen=@runtime" },
};

/* Some of our ways beside all peers; one of them is the measure of the rest. */
struct group {
	const char *title;
	size_t program;
	int first, last, measure;
	bool has_goals, has_words; /* in its names */
};

static const struct group groups[] = {
	{ "a confined program's first byte: who asks starts it", 0, UNCONFINED,
	    SPAWNED, SPAWNED, true, true },
	{ "a confined program's first byte: who asks has it started", 0,
	    ON_DEMAND, BY_FILE, ON_DEMAND, true, false },
	{ "a confined program's first byte: dynamically linked", 1, UNCONFINED,
	    BY_FILE, SPAWNED, false, false },
};

/* What all cases of one program need. */
struct bench {
	const struct program *program;
	struct daemon_rig rig;
	struct bench_starter starter;
	struct bench_visit on_demand, pooled;
	char path[PATH_MAX], ctl[PATH_MAX], run_dir[PATH_MAX];
	char policy[PATH_MAX], sockets[2][PATH_MAX];
	const char *bare[2], *by_service[6], *by_file[5];
	const char *words[PEERS][WORDS_MAX];
};

/* Its command, without the directory of it. */
static const char *
words_of(size_t peer)
{
	static char names[PEERS][256];
	const char *const *words = peers[peer].words;
	size_t used;

	used = (size_t)snprintf(names[peer], sizeof(names[peer]), "%s",
	    strrchr(words[0], '/') + 1);
	for (size_t i = 1; words[i] != NULL; i++)
		used += (size_t)snprintf(names[peer] + used,
		    sizeof(names[peer]) - used, " %s", words[i]);
	return names[peer];
}

static void
write_policy(const struct bench *bench, const char *name, const char *words,
    const char *lines)
{
	char file[64], policy[PATH_MAX + 1024];

	(void)snprintf(file, sizeof(file), "policies/%s.policy", name);
	(void)snprintf(policy, sizeof(policy),
	    "[Helper]\nExecStart=%s%s\nLimitNOFILE=32\n%s\n[Policy]\n%s\n",
	    bench->path, words, lines, bench->program->policy_lines);
	daemon_rig_write(&bench->rig, file, policy);
}

static void
start_daemon(struct bench *bench)
{
	daemon_rig_prepare(&bench->rig);
	write_policy(bench, "demand", "",
	    "Type=inetd\nListenStream=%s/run/demand.sock\nPass=socket");
	write_policy(bench, "pool", " told",
	    "Type=inetd\nListenStream=%s/run/pool.sock\nInstances=4..16");
	write_policy(bench, "run", "", "Type=filter\nClients=user:0");
	write_policy(bench, "file", "", "Type=filter");
	daemon_rig_start(&bench->rig);
}

static void
prepare(struct bench *bench)
{
	const char *const dir = bench->rig.dir;

	(void)snprintf(bench->ctl, PATH_MAX, "%s",
	    bench_built("", "privsepctl"));
	(void)snprintf(bench->run_dir, PATH_MAX, "--runtime-dir=%s/run", dir);
	(void)snprintf(bench->policy, PATH_MAX,
	    "--policy=%s/policies/file.policy", dir);
	(void)snprintf(bench->sockets[0], PATH_MAX, "%s/run/demand.sock", dir);
	(void)snprintf(bench->sockets[1], PATH_MAX, "%s/run/pool.sock", dir);
	bench->on_demand = (struct bench_visit){ bench->sockets[0], false };
	bench->pooled = (struct bench_visit){ bench->sockets[1], true };
	bench->bare[0] = bench->path;
	bench->by_service[0] = bench->by_file[0] = bench->ctl;
	bench->by_service[1] = bench->run_dir;
	bench->by_service[2] = bench->by_file[1] = "run";
	bench->by_service[3] = "--policy=run";
	bench->by_file[2] = bench->policy;
	for (size_t i = 0; i < PEERS; i++)
		for (size_t j = 0; peers[i].words[j] != NULL; j++)
			bench->words[i][j] = peers[i].words[j] == placeholder
			    ? bench->path
			    : peers[i].words[j];
}

static bool
runs(const char *title, const char *name, const char **words)
{
	if (access(words[0], X_OK) < 0)
		bench_skip_row(title, name, "there is no %s", words[0]);
	else if (bench_byte_of_command(words, 1) < 0)
		bench_skip_row(title, name, "it does not run here");
	else
		return true;
	return false;
}

static void
measure(struct bench *bench, const struct group *group)
{
	const struct bench_case ways[WAYS] = {
		{ "posix_spawn(), unconfined", bench_byte_of_command,
		    bench->bare, TIMES, NULL, 0, NULL },
		{ "psd_spawn(), all layers", bench_byte_of_starter,
		    &bench->starter, TIMES, NULL, 0, NULL },
		{ "Type=inetd, on demand, Pass=socket", bench_byte_of_service,
		    &bench->on_demand, TIMES, NULL, 0, NULL },
		{ "Type=inetd, from a pool, by the relay",
		    bench_byte_of_service, &bench->pooled, TIMES, NULL, 0,
		    NULL },
		{ "privsepctl run --policy=SERVICE", bench_byte_of_command,
		    bench->by_service, PEER_TIMES, NULL, 0, NULL },
		{ "privsepctl run --policy=FILE, without a daemon",
		    bench_byte_of_command, bench->by_file, PEER_TIMES, NULL, 0,
		    NULL },
	};
	struct bench_case cases[WAYS + PEERS];
	size_t n = 0;

	for (int i = group->first; i <= group->last; i++) {
		cases[n] = ways[i];
		cases[n++].limit =
		    i == group->measure ? NULL : ways[group->measure].name;
	}
	for (size_t i = 0; i < PEERS; i++) {
		const char *const name =
		    group->has_words ? words_of(i) : peers[i].name;

		if (runs(group->title, name, bench->words[i]))
			cases[n++] = (struct bench_case){ name,
				bench_byte_of_command, bench->words[i],
				PEER_TIMES, ways[group->measure].name,
				group->has_goals ? -peers[i].least : 0, NULL };
	}
	bench_group(group->title, cases, n);
}

static void
measure_groups(size_t program)
{
	struct bench bench = { .program = &programs[program] };

	(void)snprintf(bench.path, sizeof(bench.path), "%s",
	    bench_built("tests/helpers/", bench.program->name));
	if (bench_starter_start(&bench.starter, bench.path,
		bench.program->policy_lines) < 0) {
		bench_skip(bench.program->name, "no process to start it in");
		return;
	}
	start_daemon(&bench);
	prepare(&bench);
	for (size_t i = 0; i < PSD_ELEMENTS(groups); i++)
		if (groups[i].program == program)
			measure(&bench, &groups[i]);
	daemon_rig_clean(&bench.rig);
	bench_starter_stop(&bench.starter);
}

void
bench_peers(void)
{
	for (size_t i = 0; i < PSD_ELEMENTS(programs); i++)
		measure_groups(i);
}
