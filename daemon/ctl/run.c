/* SPDX-License-Identifier: ISC */
#include "common/version.h"
#include "daemon/ctl/ask.h"
#include "daemon/ctl/ctl.h"
#include "daemon/ctl/out.h"

#include "common/fd.h"
#include "common/mem.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <string.h>

enum option_name {
	OPTION_RUNTIME_DIR = 256,
	OPTION_POLICY_DIR,
	OPTION_JSON,
	OPTION_STRICT,
	OPTION_DRY_RUN,
	OPTION_PHASE,
	OPTION_POLICY,
	OPTION_PROGRESS,
	OPTION_TRACE,
	OPTION_SERVICE,
	OPTION_INSTANCE,
	OPTION_OPERATION,
	OPTION_VERDICT,
	OPTION_SINCE,
	OPTION_OUTPUT,
	OPTION_BATCH,
	OPTION_DELAY,
	OPTION_MERGE,
	OPTION_FORCE,
	OPTION_TYPE,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct option options[] = {
	{ "runtime-dir", required_argument, NULL, OPTION_RUNTIME_DIR },
	{ "policy-dir", required_argument, NULL, OPTION_POLICY_DIR },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "strict", no_argument, NULL, OPTION_STRICT },
	{ "dry-run", no_argument, NULL, OPTION_DRY_RUN },
	{ "phase", required_argument, NULL, OPTION_PHASE },
	{ "policy", required_argument, NULL, OPTION_POLICY },
	{ "progress", no_argument, NULL, OPTION_PROGRESS },
	{ "trace", no_argument, NULL, OPTION_TRACE },
	{ "follow", no_argument, NULL, 'f' },
	{ "service", required_argument, NULL, OPTION_SERVICE },
	{ "instance", required_argument, NULL, OPTION_INSTANCE },
	{ "operation", required_argument, NULL, OPTION_OPERATION },
	{ "verdict", required_argument, NULL, OPTION_VERDICT },
	{ "since", required_argument, NULL, OPTION_SINCE },
	{ "output", required_argument, NULL, OPTION_OUTPUT },
	{ "batch", no_argument, NULL, OPTION_BATCH },
	{ "delay", required_argument, NULL, OPTION_DELAY },
	{ "merge", required_argument, NULL, OPTION_MERGE },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ "type", required_argument, NULL, OPTION_TYPE },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ NULL, 0, NULL, 0 },
};

/* Those of some commands alone. */
#define AT(field) offsetof(struct psd_ctl, field)
static const struct {
	int option;
	unsigned takes;
	const char *name;
	size_t value; /* where its argument goes; 0: it has none */
} rare_options[] = {
	{ OPTION_STRICT, PSD_CTL_TAKES_STRICT, "--strict", 0 },
	{ OPTION_DRY_RUN, PSD_CTL_TAKES_DRY_RUN, "--dry-run", 0 },
	{ OPTION_PHASE, PSD_CTL_TAKES_PHASE, "--phase", AT(phase) },
	{ OPTION_POLICY, PSD_CTL_TAKES_POLICY, "--policy", AT(policy) },
	{ OPTION_PROGRESS, PSD_CTL_TAKES_PROGRESS, "--progress", 0 },
	{ OPTION_TRACE, PSD_CTL_TAKES_TRACE, "--trace", 0 },
	{ 'f', PSD_CTL_TAKES_FOLLOW, "--follow", 0 },
	{ 'n', PSD_CTL_TAKES_COUNT, "-n", AT(count) },
	{ OPTION_SERVICE, PSD_CTL_TAKES_SERVICE, "--service", AT(service) },
	{ OPTION_INSTANCE, PSD_CTL_TAKES_INSTANCE, "--instance", AT(instance) },
	{ OPTION_OPERATION, PSD_CTL_TAKES_OPERATION, "--operation",
	    AT(operation) },
	{ OPTION_VERDICT, PSD_CTL_TAKES_VERDICT, "--verdict", AT(verdict) },
	{ OPTION_SINCE, PSD_CTL_TAKES_SINCE, "--since", AT(since) },
	{ OPTION_OUTPUT, PSD_CTL_TAKES_OUTPUT, "--output", AT(output) },
	{ OPTION_BATCH, PSD_CTL_TAKES_BATCH, "--batch", 0 },
	{ OPTION_DELAY, PSD_CTL_TAKES_DELAY, "--delay", AT(delay) },
	{ OPTION_MERGE, PSD_CTL_TAKES_MERGE, "--merge", AT(merge) },
	{ OPTION_FORCE, PSD_CTL_TAKES_FORCE, "--force", 0 },
	{ OPTION_TYPE, PSD_CTL_TAKES_TYPE, "--type", AT(type) },
};
#undef AT

/* What the options settled. */
enum parsed { PARSED_GO_ON, PARSED_VERSION, PARSED_WRONG };

static enum psd_ctl_exit
wrong_usage(void)
{
	fputs("Try 'privsepctl --help'.\n", stderr);
	return PSD_CTL_USAGE;
}

static enum parsed
add_policy_dir(struct psd_ctl *ctl, const char *dir)
{
	if (ctl->n_policy_dirs == PSD_CTL_DIRS_MAX) {
		psd_ctl_complain("at most %d times --policy-dir",
		    PSD_CTL_DIRS_MAX);
		return PARSED_WRONG;
	}
	ctl->policy_dirs[ctl->n_policy_dirs++] = dir;
	return PARSED_GO_ON;
}

/* False: it is none of them. */
static bool
take_rare_option(struct psd_ctl *ctl, int option)
{
	for (size_t i = 0; i < PSD_ELEMENTS(rare_options); i++) {
		const size_t value = rare_options[i].value;

		if (rare_options[i].option != option)
			continue;
		ctl->given |= rare_options[i].takes;
		if (value != 0)
			memcpy((char *)ctl + value, &optarg, sizeof(optarg));
		return true;
	}
	return false;
}

/* Options may stand before and behind the command; "--" ends them. */
static enum parsed
parse_options(struct psd_ctl *ctl, int argc, char **argv)
{
	int option;

	optind = 0;
	while (
	    (option = getopt_long(argc, argv, "hfn:", options, NULL)) != -1) {
		switch (option) {
		case OPTION_RUNTIME_DIR:
			ctl->runtime_dir = optarg;
			break;
		case OPTION_POLICY_DIR:
			if (add_policy_dir(ctl, optarg) != PARSED_GO_ON)
				return PARSED_WRONG;
			break;
		case OPTION_JSON:
			ctl->json = true;
			break;
		case 'h':
		case OPTION_HELP:
			ctl->help = true;
			break;
		case OPTION_VERSION:
			return PARSED_VERSION;
		default:
			if (!take_rare_option(ctl, option))
				return PARSED_WRONG;
			break;
		}
	}
	return PARSED_GO_ON;
}

static enum psd_ctl_exit
unknown_command(const char *name)
{
	const struct psd_ctl_command *nearest = psd_ctl_nearest_command(name);

	if (nearest != NULL)
		psd_ctl_complain("no such command: %s; did you mean %s?", name,
		    nearest->name);
	else
		psd_ctl_complain("no such command: %s", name);
	return wrong_usage();
}

static const char *
name_of(unsigned option)
{
	size_t i = 0;

	while (i + 1 < PSD_ELEMENTS(rare_options) &&
	    (option & rare_options[i].takes) == 0)
		i++;
	return rare_options[i].name;
}

/* An option or argument too many would otherwise be passed over in silence. */
static bool
suits(const struct psd_ctl *ctl, const struct psd_ctl_command *command)
{
	const unsigned extra = ctl->given & ~command->takes;

	if (extra != 0) {
		psd_ctl_complain("%s does not take %s", command->name,
		    name_of(extra));
		return false;
	}
	if (ctl->n_args < command->args_min ||
	    ctl->n_args > command->args_max) {
		psd_ctl_complain("usage: privsepctl %s %s", command->name,
		    command->arguments);
		return false;
	}
	return true;
}

static enum psd_ctl_exit
run_command(struct psd_ctl *ctl, const char *name)
{
	const struct psd_ctl_command *command = psd_ctl_find_command(name);

	if (command == NULL)
		return unknown_command(name);
	if (ctl->help) {
		psd_ctl_print_command_help(stdout, command);
		return PSD_CTL_DONE;
	}
	if (!suits(ctl, command))
		return wrong_usage();
	return command->run(ctl);
}

static enum psd_ctl_exit
run(struct psd_ctl *ctl, int argc, char **argv)
{
	switch (parse_options(ctl, argc, argv)) {
	case PARSED_VERSION:
		puts("privsepctl " PSD_VERSION);
		return PSD_CTL_DONE;
	case PARSED_WRONG:
		return wrong_usage();
	case PARSED_GO_ON:
	default:
		break;
	}
	if (optind == argc && ctl->help) {
		psd_ctl_print_help(stdout);
		return PSD_CTL_DONE;
	}
	if (optind == argc) {
		psd_ctl_complain("which command?");
		return wrong_usage();
	}
	ctl->args = argv + optind + 1;
	ctl->n_args = (size_t)(argc - optind - 1);
	return run_command(ctl, argv[optind]);
}

enum psd_ctl_exit
psd_ctl_run(int argc, char **argv)
{
	/* Not on the stack: it holds a frame. */
	_cleanup_free_ struct psd_ctl *ctl = calloc(1, sizeof(*ctl));
	enum psd_ctl_exit status;

	if (ctl == NULL) {
		psd_ctl_complain("out of memory");
		return PSD_CTL_FAILED;
	}
	ctl->fd = PSD_NO_FD;
	psd_frame_init(&ctl->frame);
	psd_ctl_json_begin();
	status = run(ctl, argc, argv);
	psd_ctl_disconnect(ctl);
	if (fflush(stdout) != 0 || ferror(stdout) != 0) {
		psd_ctl_complain("cannot write the output: %s",
		    strerror(errno));
		return status == PSD_CTL_DONE ? PSD_CTL_FAILED : status;
	}
	/* Tables are made of it, too. */
	if (status == PSD_CTL_DONE && psd_ctl_json_is_short()) {
		psd_ctl_complain("out of memory: something is missing");
		return PSD_CTL_FAILED;
	}
	return status;
}
