/* SPDX-License-Identifier: ISC */
#ifndef TEST_CTL_RUN_H
#define TEST_CTL_RUN_H

#include "daemon/ctl/ctl.h"
#include "tests/support/capture.h"

#include <string.h>

enum { CTL_ARGS_MAX = 16 };

struct ctl_args {
	char *argv[CTL_ARGS_MAX + 1];
	int argc;
};

static inline int
ctl_run_body(void *argument)
{
	struct ctl_args *args = argument;

	return (int)psd_ctl_run(args->argc, args->argv);
}

/*
 * Runs privsepctl in this process with the words of line, which single blanks
 * separate.  Returns its exit status.
 */
static inline int
ctl_run(const char *line, struct test_capture *ret)
{
	static char copy[8192];
	static char name[] = "privsepctl";
	struct ctl_args args = { .argv = { name }, .argc = 1 };
	char *save = NULL;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok_r(copy, " ", &save);
	     word != NULL && args.argc < CTL_ARGS_MAX;
	     word = strtok_r(NULL, " ", &save))
		args.argv[args.argc++] = word;
	return test_capture(ctl_run_body, &args, ret);
}

#endif
