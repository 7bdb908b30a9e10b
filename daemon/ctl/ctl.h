/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_H
#define PSD_CTL_H

#include "common/frame.h"
#include "common/ops.h"

#include <jansson.h>

/* Exit statuses of privsepctl, privsepctl(1). */
enum psd_ctl_exit {
	PSD_CTL_DONE = 0,
	PSD_CTL_FAILED = 1,
	PSD_CTL_USAGE = 2,
	PSD_CTL_DENIED = 3,
	PSD_CTL_UNREACHABLE = 4,

	/* Of run, where a status of the program is not its own. */
	PSD_CTL_RUN_FAILED = 125,
	PSD_CTL_RUN_NOT_EXECUTABLE = 126,
	PSD_CTL_RUN_NOT_FOUND = 127,
};

enum { PSD_CTL_DIRS_MAX = 16 };

/* One run of privsepctl: its options, and its conversation if it has one. */
struct psd_ctl {
	const char *runtime_dir; /* --runtime-dir, or NULL */
	const char *policy_dirs[PSD_CTL_DIRS_MAX + 1]; /* ends with NULL */
	size_t n_policy_dirs;
	bool json;
	bool help;
	const char *phase;  /* --phase, or NULL */
	const char *policy; /* --policy, or NULL */
	const char *output; /* --output, or NULL */
	const char *merge;  /* --merge, or NULL */
	const char *type;   /* --type, or NULL */
	const char *count;  /* -n, or NULL; and so on */
	const char *service, *instance, *operation, *verdict, *since, *delay;
	unsigned given; /* PSD_CTL_TAKES_* */
	char **args;    /* of the command, without its name */
	size_t n_args;
	int fd;                 /* of control.sock, or PSD_NO_FD */
	uint32_t last_id;       /* of a request */
	int status;             /* see psd_ctl_call() */
	struct psd_frame frame; /* the last reply, which fields point into */
};

/* Options that only some commands take. */
enum psd_ctl_takes {
	PSD_CTL_TAKES_STRICT = 1 << 0,
	PSD_CTL_TAKES_DRY_RUN = 1 << 1,
	PSD_CTL_TAKES_PHASE = 1 << 2,
	PSD_CTL_TAKES_POLICY = 1 << 3,
	PSD_CTL_TAKES_PROGRESS = 1 << 4,
	PSD_CTL_TAKES_TRACE = 1 << 5,
	PSD_CTL_TAKES_FOLLOW = 1 << 6,
	PSD_CTL_TAKES_COUNT = 1 << 7,
	PSD_CTL_TAKES_SERVICE = 1 << 8,
	PSD_CTL_TAKES_INSTANCE = 1 << 9,
	PSD_CTL_TAKES_OPERATION = 1 << 10,
	PSD_CTL_TAKES_VERDICT = 1 << 11,
	PSD_CTL_TAKES_SINCE = 1 << 12,
	PSD_CTL_TAKES_OUTPUT = 1 << 13,
	PSD_CTL_TAKES_MERGE = 1 << 14,
	PSD_CTL_TAKES_FORCE = 1 << 15,
	PSD_CTL_TAKES_TYPE = 1 << 16,
	PSD_CTL_TAKES_BATCH = 1 << 17,
	PSD_CTL_TAKES_DELAY = 1 << 18,
};

struct psd_ctl_command {
	const char *name;
	const char *arguments; /* as the help shows them, options included */
	const char *text;      /* one line */
	const char *help;      /* some more */
	size_t args_min, args_max;
	unsigned takes; /* PSD_CTL_TAKES_* */
	enum psd_ctl_exit (*run)(struct psd_ctl *ctl);
};

/* All commands in the order of the help, and their count. */
extern const struct psd_ctl_command psd_ctl_commands[];
extern const size_t psd_ctl_n_commands;

/* NULL when there is no such command. */
const struct psd_ctl_command *psd_ctl_find_command(const char *name);

/* The command that name was perhaps meant to be, or NULL. */
const struct psd_ctl_command *psd_ctl_nearest_command(const char *name);

void psd_ctl_print_help(FILE *stream);
void psd_ctl_print_command_help(FILE *stream,
    const struct psd_ctl_command *command);

/* All of privsepctl but main(). */
enum psd_ctl_exit psd_ctl_run(int argc, char **argv);

/* The commands, one file each. */
enum psd_ctl_exit psd_ctl_status(struct psd_ctl *ctl);
enum psd_ctl_exit psd_ctl_check(struct psd_ctl *ctl);
enum psd_ctl_exit psd_ctl_explain(struct psd_ctl *ctl);
enum psd_ctl_exit psd_ctl_syscalls(struct psd_ctl *ctl);
enum psd_ctl_exit psd_ctl_cat(struct psd_ctl *ctl);
enum psd_ctl_exit psd_ctl_diff(struct psd_ctl *ctl);
enum psd_ctl_exit psd_ctl_reload(struct psd_ctl *ctl);
enum psd_ctl_exit psd_ctl_reexec(struct psd_ctl *ctl);
enum psd_ctl_exit psd_ctl_stop(struct psd_ctl *ctl);
enum psd_ctl_exit psd_ctl_run_program(struct psd_ctl *ctl);
enum psd_ctl_exit psd_ctl_log(struct psd_ctl *ctl);
enum psd_ctl_exit psd_ctl_learn(struct psd_ctl *ctl);
enum psd_ctl_exit psd_ctl_metrics(struct psd_ctl *ctl);
enum psd_ctl_exit psd_ctl_top(struct psd_ctl *ctl);

#endif
