/* SPDX-License-Identifier: ISC */
/*
 * What an open of a filter's costs when a watcher looks at each
 * (ReportOpens=yes): by the filter's own clock, so that no start is counted.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_pump.h"
#include "tests/support/daemon_rig.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char title[] = "a filter that opens and closes a file";

enum { OPENS = 2000 };

/* The namer's word for n opens, as its input. */
static int
write_order(unsigned n)
{
	_cleanup_fd_ int input = bench_input(0);

	if (input >= 0 && dprintf(input, "often %u\n", n) > 0 &&
	    lseek(input, 0, SEEK_SET) == 0)
		return psd_fd_take(&input);
	return PSD_NO_FD;
}

/* The namer's answer begins with the nanoseconds that they took. */
static double
run(void *context, unsigned n)
{
	_cleanup_fd_ int input = write_order(n);
	_cleanup_fd_ int in = PSD_NO_FD;
	_cleanup_fd_ int out = PSD_NO_FD;
	char text[64] = "";
	int ends[2];
	ssize_t len;
	pid_t pid;

	if (input < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	in = ends[0];
	out = ends[1];
	if (bench_program(context, input, out, &pid) < 0)
		return -1;
	psd_fd_cleanup(&out);
	len = read(in, text, sizeof(text) - 1);
	(void)bench_drain(in);
	return bench_program_ended_well(pid) && len > 2 ? strtod(text, NULL)
							: -1;
}

static void
write_policy(const struct daemon_rig *rig, const char *name, const char *line,
    char *ret, size_t size)
{
	char file[NAME_MAX], lines[512];

	(void)snprintf(file, sizeof(file), "policies/%s.policy", name);
	(void)snprintf(lines, sizeof(lines),
	    "[Helper]\n"
	    "Type=filter\n"
	    "[Policy]\n"
	    "SystemCallFilter=@filter @loader\n"
	    "AllowOpen=@runtime\n"
	    "%s\n",
	    line);
	daemon_rig_write(rig, file, lines);
	(void)snprintf(ret, size, "%s/%s", rig->dir, file);
}

static void
measure(const char *ctl, const char *namer, const char *silent,
    const char *told)
{
	const char *bare[] = { namer, NULL };
	const char *without[] = { ctl, "run", "--policy", silent, "--", namer,
		NULL };
	const char *with[] = { ctl, "run", "--policy", told, "--", namer,
		NULL };
	const struct bench_case cases[] = {
		{ "unconfined", run, bare, OPENS, NULL, 0, NULL },
		{ "privsepctl run", run, without, OPENS, "unconfined", 0,
		    NULL },
		{ "privsepctl run, ReportOpens=yes", run, with, OPENS,
		    "privsepctl run", 0, NULL },
	};

	bench_group(title, cases, PSD_ELEMENTS(cases));
}

void
bench_opens(void)
{
	char ctl[PATH_MAX], namer[PATH_MAX], silent[PATH_MAX], told[PATH_MAX];
	struct daemon_rig rig;

	/* Its directories only: no daemon takes part. */
	daemon_rig_prepare(&rig);
	write_policy(&rig, "silent", "", silent, sizeof(silent));
	write_policy(&rig, "told", "ReportOpens=yes", told, sizeof(told));
	(void)snprintf(ctl, sizeof(ctl), "%s", bench_built("", "privsepctl"));
	(void)snprintf(namer, sizeof(namer), "%s",
	    bench_built("tests/helpers/", "namer"));
	measure(ctl, namer, silent, told);
	daemon_rig_clean(&rig);
}
