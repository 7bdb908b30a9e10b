/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/ctl.h"
#include "daemon/ctl/load.h"
#include "daemon/ctl/out.h"
#include "daemon/ctl/program.h"
#include "daemon/ctl/pump.h"
#include "daemon/ctl/start.h"
#include "daemon/ctl/trace.h"

#include "common/mem.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What stands before the words of the program. */
enum { WORDS_BEFORE = 7 };

static bool
has(const struct psd_ctl *ctl, unsigned option)
{
	return (ctl->given & option) != 0;
}

/* The drop-ins stand beside the file as it was named. */
static int
find_policy(const char *file, char ret[PATH_MAX])
{
	_cleanup_free_ char *here = getcwd(NULL, 0);
	int n;

	if (file[0] == '/')
		n = snprintf(ret, PATH_MAX, "%s", file);
	else if (here == NULL)
		return -errno;
	else
		n = snprintf(ret, PATH_MAX, "%s/%s", here, file);
	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

/* What was started, until its end. */
static int
move(const struct psd_ctl *ctl, struct psd_start *start)
{
	const struct psd_pump_ends ends = {
		.input = STDIN_FILENO,
		.output = STDOUT_FILENO,
		.pair = start->pair,
		.control = start->control,
		.stop_usec = start->handover.stop_usec,
		.shows_progress = has(ctl, PSD_CTL_TAKES_PROGRESS),
	};

	if (!start->handover.is_helper) {
		if (psd_pump(&ends) < 0)
			return PSD_CTL_RUN_FAILED;
	} else if (has(ctl, PSD_CTL_TAKES_PROGRESS)) {
		psd_ctl_complain("--progress is of a filter, and this is a "
				 "native helper");
		return PSD_CTL_RUN_FAILED;
	} else if (psd_ctl_trace(start, ctl->json) < 0) {
		return PSD_CTL_RUN_FAILED;
	}
	return psd_start_status(start);
}

static int
run_service(const struct psd_ctl *ctl)
{
	struct psd_start start;
	int status = psd_start_service(&start, ctl, ctl->policy);

	if (status == 0)
		status = move(ctl, &start);
	psd_start_end(&start);
	return status;
}

static int
run_file(const struct psd_ctl *ctl)
{
	_cleanup_free_ char **argv =
	    calloc(WORDS_BEFORE + ctl->n_args + 1, sizeof(*argv));
	char policy[PATH_MAX], program[PATH_MAX];
	struct psd_start start;
	size_t n = 0;
	int r;

	if (has(ctl, PSD_CTL_TAKES_PROGRESS) && has(ctl, PSD_CTL_TAKES_TRACE)) {
		psd_ctl_complain("--progress is of a filter, and --trace of a "
				 "native helper");
		return PSD_CTL_USAGE;
	}
	r = argv == NULL ? -ENOMEM : find_policy(ctl->policy, policy);
	if (r < 0) {
		psd_ctl_complain("cannot run: %s", strerror(-r));
		return PSD_CTL_RUN_FAILED;
	}
	argv[n++] = (char *)(uintptr_t) "privsepd";
	argv[n++] = (char *)(uintptr_t) "--run";
	if (has(ctl, PSD_CTL_TAKES_TRACE))
		argv[n++] = (char *)(uintptr_t) "--trace";
	argv[n++] = (char *)(uintptr_t) "--policy";
	argv[n++] = policy;
	if (ctl->n_args > 0) {
		r = psd_ctl_find_program(ctl->args[0], program);
		if (r != 0)
			return r;
		argv[n++] = (char *)(uintptr_t) "--";
		argv[n++] = program;
	}
	for (size_t i = 0; i < ctl->n_args; i++)
		argv[n++] = ctl->args[i];
	r = psd_start_program(&start, argv);
	if (r == 0)
		r = move(ctl, &start);
	psd_start_end(&start);
	return r;
}

/*
 * What a user brings is run with his own rights.  A daemon runs nothing but
 * what its own policies name.
 */
enum psd_ctl_exit
psd_ctl_run_program(struct psd_ctl *ctl)
{
	if (ctl->policy == NULL) {
		psd_ctl_complain("run needs --policy=FILE or --policy=SERVICE");
		return PSD_CTL_USAGE;
	}
	/* The program's own status, which may be any. */
	if (psd_ctl_is_file(ctl->policy))
		return (enum psd_ctl_exit)run_file(ctl);
	if (has(ctl, PSD_CTL_TAKES_TRACE)) {
		psd_ctl_complain(
		    "--trace is for a policy file, which runs with "
		    "your own rights; what helpers of the service "
		    "%s say is not yours to see",
		    ctl->policy);
		return PSD_CTL_USAGE;
	}
	if (ctl->n_args == 0)
		return (enum psd_ctl_exit)run_service(ctl);
	psd_ctl_complain("%s is no file, with a slash or ending in .policy; a "
			 "service runs its own program, and no other",
	    ctl->policy);
	return PSD_CTL_USAGE;
}
