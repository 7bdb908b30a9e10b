/* SPDX-License-Identifier: ISC */
#ifndef PSD_CONFIG_H
#define PSD_CONFIG_H

#include "policy/policy.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { PSD_CONFIG_DIRS_MAX = 16 };

/* The command line and privsepd.conf(5) together. */
struct psd_config {
	/* From the command line. */
	const char *policy_dirs[PSD_CONFIG_DIRS_MAX + 1]; /* ends with NULL */
	char runtime_dir[108];
	const char *file; /* of settings; NULL: the default one, if it exists */
	bool is_check;    /* only judge the configuration */
	bool is_monitor;  /* of one server, which started us */
	bool is_run;      /* of one program, which privsepctl runs */
	bool is_trace;    /* and it tells of its frames */
	const char *policy_file; /* of a monitor or of that program */
	int state_fd;      /* of --resume and --rehearse, else PSD_NO_FD */
	bool is_rehearsal; /* of a re-exec: to end once it is known to work */
	char **argv;       /* all of it */
	char **program; /* of --run: a path and argv, or NULL: the policy's */

	/* From the file. */
	uid_t uid_first, uid_last;     /* UidRange= */
	struct psd_words keep_caps;    /* KeepCapabilities= */
	struct psd_words keep_calls;   /* KeepSystemCalls= */
	char *control_group;           /* ControlGroup=, or NULL: found out */
	uint32_t instances_max;        /* InstancesMax=, of all services */
	uint32_t user_connections_max; /* MaxConnectionsPerUser=, likewise */
	char resolver[PATH_MAX];       /* Resolver=, a path */
	char relay[PATH_MAX];          /* Relay=, likewise */
	char watcher[PATH_MAX];        /* Watcher=, likewise */
	int log_level;                 /* LogLevel= */
};

enum { PSD_OPTIONS_RUN = -1 };

/*
 * Fills ret from the command line and with the defaults.  Returns
 * PSD_OPTIONS_RUN, or the status to exit with, having said why: 0 after
 * --help and --version, 2 for a wrong use.
 */
int psd_options_parse(int argc, char **argv, struct psd_config *ret);

/* Reads the file of settings.  0, or -EINVAL with diag. */
int psd_config_read(struct psd_config *config, struct psd_diag *diag);

void psd_config_free(struct psd_config *config);

#endif
