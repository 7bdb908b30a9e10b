/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/version.h"
#include "daemon/config.h"
#include "policy/load.h"
#include "policy/value.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

enum {
	OPTION_POLICY_DIR = 256,
	OPTION_RUNTIME_DIR,
	OPTION_CONFIG,
	OPTION_CHECK,
	OPTION_MONITOR,
	OPTION_RUN,
	OPTION_TRACE,
	OPTION_POLICY,
	OPTION_RESUME,
	OPTION_REHEARSE,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct option options[] = {
	{ "policy-dir", required_argument, NULL, OPTION_POLICY_DIR },
	{ "runtime-dir", required_argument, NULL, OPTION_RUNTIME_DIR },
	{ "config", required_argument, NULL, OPTION_CONFIG },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "monitor", no_argument, NULL, OPTION_MONITOR },
	{ "run", no_argument, NULL, OPTION_RUN },
	{ "trace", no_argument, NULL, OPTION_TRACE },
	{ "policy", required_argument, NULL, OPTION_POLICY },
	{ "resume", required_argument, NULL, OPTION_RESUME },
	{ "rehearse", required_argument, NULL, OPTION_REHEARSE },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
    "Usage: privsepd [--policy-dir DIR]... [--runtime-dir DIR] "
    "[--config FILE]\n"
    "                [--check]\n"
    "       privsepd --monitor --policy FILE [--config FILE]\n"
    "       privsepd --run [--trace] --policy FILE [--config FILE]\n"
    "                [-- PATH NAME ARG...]\n"
    "\n"
    "Starts the helpers that the policies describe, confined, and does for\n"
    "them what needs authority.  Stays in the foreground.\n"
    "\n"
    "  --policy-dir DIR   look for NAME.policy here instead of the system's\n"
    "                     directories; may be repeated, most important first\n"
    "  --runtime-dir DIR  for control.sock and the lock; default "
    "/run/privsepd,\n"
    "                     for an ordinary user $XDG_RUNTIME_DIR/privsepd\n"
    "  --config FILE      settings of the daemon; default\n"
    "                     /etc/privsepd/privsepd.conf\n"
    "  --check            judge settings and policies, start nothing\n"
    "  --monitor          keep the privileges of the server that started\n"
    "                     this by privsep_start_monitor(3)\n"
    "  --run              start one program for the privsepctl run that\n"
    "                     started this\n"
    "  --trace            and tell it of each frame\n"
    "  --policy FILE      the policy of that server or program\n"
    "  --resume FD, --rehearse FD\n"
    "                     go on with what privsepctl reexec left there, or "
    "try\n"
    "  --help, --version  tell and exit\n"
    "\n"
    "Exit status: 0 done, 1 failed, 2 wrong use, 78 bad configuration.\n"
    "See privsepd(8), privsepd.policy(5), privsepctl(1).\n";

static int
misuse(const char *what, const char *word)
{
	fprintf(stderr, "privsepd: %s%s%s; try --help\n", what,
	    word != NULL ? ": " : "", word != NULL ? word : "");
	return EXIT_USAGE;
}

static int
add_policy_dir(struct psd_config *config, const char *dir)
{
	size_t n = 0;

	while (config->policy_dirs[n] != NULL)
		n++;
	if (n == PSD_CONFIG_DIRS_MAX)
		return misuse("too many policy directories", NULL);
	if (dir[0] != '/')
		return misuse("the policy directory must be absolute", dir);
	config->policy_dirs[n] = dir;
	return PSD_OPTIONS_RUN;
}

static int
set_runtime_dir(struct psd_config *config, const char *dir)
{
	const int n = snprintf(config->runtime_dir, sizeof(config->runtime_dir),
	    "%s", dir);

	if (dir[0] != '/')
		return misuse("the runtime directory must be absolute", dir);
	if ((size_t)n + sizeof("/control.sock") > sizeof(config->runtime_dir))
		return misuse("the runtime directory's name is too long", dir);
	return PSD_OPTIONS_RUN;
}

/* Of privsepctl reexec alone: what a predecessor left in that descriptor. */
static int
set_state(struct psd_config *config, const char *number, bool is_rehearsal)
{
	uint64_t fd;

	if (psd_value_number(number, STDERR_FILENO + 1, INT32_MAX, &fd) < 0)
		return misuse("not a descriptor", number);
	config->state_fd = (int)fd;
	config->is_rehearsal = is_rehearsal;
	return PSD_OPTIONS_RUN;
}

static int
take_option(struct psd_config *config, int option)
{
	switch (option) {
	case OPTION_POLICY_DIR:
		return add_policy_dir(config, optarg);
	case OPTION_RUNTIME_DIR:
		return set_runtime_dir(config, optarg);
	case OPTION_CONFIG:
		config->file = optarg;
		return PSD_OPTIONS_RUN;
	case OPTION_CHECK:
		config->is_check = true;
		return PSD_OPTIONS_RUN;
	case OPTION_MONITOR:
		config->is_monitor = true;
		return PSD_OPTIONS_RUN;
	case OPTION_RUN:
		config->is_run = true;
		return PSD_OPTIONS_RUN;
	case OPTION_TRACE:
		config->is_trace = true;
		return PSD_OPTIONS_RUN;
	case OPTION_POLICY:
		config->policy_file = optarg;
		return PSD_OPTIONS_RUN;
	case OPTION_RESUME:
		return set_state(config, optarg, false);
	case OPTION_REHEARSE:
		return set_state(config, optarg, true);
	case OPTION_HELP:
		fputs(usage, stdout);
		return 0;
	case OPTION_VERSION:
		puts("privsepd " PSD_VERSION);
		return 0;
	default:
		fputs("Try privsepd --help.\n", stderr);
		return EXIT_USAGE;
	}
}

/* Either has one policy and one helper, and nobody to be reached by. */
static bool
is_for_one(const struct psd_config *config)
{
	return config->is_monitor || config->is_run;
}

static int
check_for_one(const struct psd_config *config)
{
	if (is_for_one(config) != (config->policy_file != NULL))
		return misuse("--policy goes with --monitor or --run", NULL);
	if (config->is_trace && !config->is_run)
		return misuse("--trace goes with --run", NULL);
	if (!is_for_one(config))
		return PSD_OPTIONS_RUN;
	if (config->policy_file[0] != '/')
		return misuse("the policy's path must be absolute",
		    config->policy_file);
	if (config->policy_dirs[0] != NULL || config->runtime_dir[0] != '\0' ||
	    config->is_check || (config->is_monitor && config->is_run) ||
	    config->state_fd >= 0)
		return misuse("--monitor and --run take --policy and --config "
			      "only",
		    NULL);
	return PSD_OPTIONS_RUN;
}

/* Behind the options of --run: a path, and argv with its first word. */
static int
take_program(struct psd_config *config, char **words, int n)
{
	if (n == 0)
		return PSD_OPTIONS_RUN;
	if (!config->is_run)
		return misuse("takes no arguments", words[0]);
	if (n < 2)
		return misuse("--run takes a path and all of argv", words[0]);
	if (words[0][0] != '/')
		return misuse("the program's path must be absolute", words[0]);
	config->program = words;
	return PSD_OPTIONS_RUN;
}

static int
set_defaults(struct psd_config *config)
{
	const char *user_dir = getenv("XDG_RUNTIME_DIR");
	char dir[4096];

	if (is_for_one(config))
		return PSD_OPTIONS_RUN;
	if (config->policy_dirs[0] == NULL)
		for (size_t i = 0; psd_policy_dirs[i] != NULL; i++)
			config->policy_dirs[i] = psd_policy_dirs[i];
	if (config->runtime_dir[0] != '\0')
		return PSD_OPTIONS_RUN;
	if (geteuid() == 0)
		return set_runtime_dir(config, "/run/privsepd");
	if (user_dir == NULL || user_dir[0] == '\0')
		return misuse("$XDG_RUNTIME_DIR is not set; say --runtime-dir",
		    NULL);
	(void)snprintf(dir, sizeof(dir), "%s/privsepd", user_dir);
	return set_runtime_dir(config, dir);
}

int
psd_options_parse(int argc, char **argv, struct psd_config *ret)
{
	int option, r;

	*ret = (struct psd_config){ .state_fd = PSD_NO_FD, .argv = argv };
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		r = take_option(ret, option);
		if (r != PSD_OPTIONS_RUN)
			return r;
	}
	r = take_program(ret, argv + optind, argc - optind);
	if (r != PSD_OPTIONS_RUN)
		return r;
	r = check_for_one(ret);
	return r == PSD_OPTIONS_RUN ? set_defaults(ret) : r;
}
