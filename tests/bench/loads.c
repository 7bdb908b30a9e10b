/* SPDX-License-Identifier: ISC */
/*
 * What a request's cost must not depend on: how many grants its policy has, how
 * many services and helpers there are beside, and what is logged of others.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_daemon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char grants_title[] = "an open, by the policy's size and log";
static const char crowd_title[] = "a ping, by what there is beside";

enum { OPENS = 300, PINGS = 500, SERVICES = 100, HELPERS = 1000 };

/* A service that is asked, and what its policy has. */
struct asked_service {
	const char *name;
	unsigned n_grants;
	const char *line;
	const char *described, *limit;
	double goal;
};

static const struct asked_service services[] = {
	{ "one", 1, "", "1 grant of a path", NULL, 0 },
	{ "hundred", 100, "", "100 grants", "1 grant of a path", 1.1 },
	{ "thousands", 10000, "", "10,000 grants", "1 grant of a path", 1.1 },
	{ "silent", 1, "LogVerdicts=none", "LogVerdicts=none",
	    "1 grant of a path", 1.1 },
	{ "noisy", 1, "LogVerdicts=all", "LogVerdicts=all", "1 grant of a path",
	    0 },
};

enum { ASKED = PSD_ELEMENTS(services) };

/* As many files, of which the one that is opened stands in the middle. */
static char *
grant_lines(const struct asked_service *service)
{
	char *lines = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&lines, &size);

	if (file == NULL)
		abort();
	(void)fprintf(file, "AllowAccept=yes\n%s\n", service->line);
	for (unsigned i = 0; i < service->n_grants; i++)
		if (i == service->n_grants / 2)
			(void)fprintf(file, "AllowOpen=read %%s/files/a\n");
		else
			(void)fprintf(file, "AllowOpen=read %%s/files/b%u\n",
			    i);
	if (fclose(file) != 0)
		abort();
	return lines;
}

static void
add_asked(const struct bench_daemon *daemon, const char *name,
    const char *policy_lines)
{
	char helper_lines[256];

	(void)snprintf(helper_lines, sizeof(helper_lines),
	    "Instances=1\nListenStream=%%s/run/%s.sock", name);
	bench_daemon_add(daemon, name, "bench_helper", helper_lines,
	    policy_lines);
}

void
bench_grants(void)
{
	struct bench_daemon daemon;
	struct bench_asked asked[ASKED];
	struct bench_case cases[ASKED];
	bool connected = true;

	bench_daemon_prepare(&daemon);
	for (size_t i = 0; i < ASKED; i++) {
		_cleanup_free_ char *lines = grant_lines(&services[i]);

		add_asked(&daemon, services[i].name, lines);
	}
	daemon_rig_start(&daemon.rig);
	for (size_t i = 0; i < ASKED; i++) {
		asked[i].client =
		    bench_daemon_connect(&daemon, services[i].name);
		connected = connected && asked[i].client >= 0;
		(void)snprintf(asked[i].command, sizeof(asked[i].command),
		    "open %s/files/a", daemon.rig.dir);
		cases[i] = (struct bench_case){ services[i].described,
			bench_ask, &asked[i], OPENS, services[i].limit,
			services[i].goal, NULL };
	}
	if (connected)
		bench_group(grants_title, cases, ASKED);
	else
		bench_skip(grants_title, "no helper to ask");
	for (size_t i = 0; i < ASKED; i++)
		psd_fd_cleanup(&asked[i].client);
	bench_daemon_stop(&daemon);
}

/* A daemon with a helper to ask, and others that wait for ever. */
static int
start_crowd(struct bench_daemon *daemon, unsigned n_services,
    unsigned n_helpers)
{
	char lines[64];

	bench_daemon_prepare(daemon);
	add_asked(daemon, "asked", "AllowAccept=yes");
	(void)snprintf(lines, sizeof(lines), "Instances=%u", n_helpers);
	for (unsigned i = 0; i < n_services; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "idle%u", i);
		bench_daemon_add(daemon, name, "tiny_hello", lines, "");
	}
	daemon_rig_start(&daemon->rig);
	return bench_daemon_connect(daemon, "asked");
}

void
bench_crowd(void)
{
	struct bench_daemon alone, services_beside, helpers_beside;
	struct bench_asked asked[] = {
		{ start_crowd(&alone, 0, 0), "ping" },
		{ start_crowd(&services_beside, SERVICES, 1), "ping" },
		{ start_crowd(&helpers_beside, 1, HELPERS), "ping" },
	};
	const struct bench_case cases[] = {
		{ "nothing", bench_ask, &asked[0], PINGS, NULL, 0, NULL },
		{ "100 services", bench_ask, &asked[1], PINGS, "nothing", 1.1,
		    NULL },
		{ "1,000 idle helpers", bench_ask, &asked[2], PINGS, "nothing",
		    1.1, NULL },
	};

	if (asked[0].client >= 0 && asked[1].client >= 0 &&
	    asked[2].client >= 0)
		bench_group(crowd_title, cases, PSD_ELEMENTS(cases));
	else
		bench_skip(crowd_title, "no helper to ask");
	for (size_t i = 0; i < PSD_ELEMENTS(asked); i++)
		psd_fd_cleanup(&asked[i].client);
	bench_daemon_stop(&helpers_beside);
	bench_daemon_stop(&services_beside);
	bench_daemon_stop(&alone);
}
