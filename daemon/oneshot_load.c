/* SPDX-License-Identifier: ISC */
#include "daemon/oneshot_load.h"

#include "daemon/oneshot.h"
#include "daemon/oneshot_helper.h"
#include "policy/load.h"
#include "policy/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* PROGRAM ARG... of the command line are in the place of ExecStart=. */
static struct psd_policy *
load(const struct psd_daemon *daemon, struct psd_diag *diag)
{
	const char *file = daemon->config.policy_file;
	char **program = daemon->config.program;
	const struct psd_where where = { .file = file };
	struct psd_policy *policy =
	    psd_policy_load_file(file, PSD_LOAD_RUN, diag);

	if (policy == NULL && diag->errors == 0)
		psd_diag_error(diag, &where,
		    "is a link to /dev/null, which masks a policy");
	if (policy == NULL)
		return NULL;
	if (policy->type == PSD_TYPE_NATIVE)
		psd_oneshot_check_helper(policy, &daemon->config, diag);
	else if (policy->type != PSD_TYPE_FILTER)
		psd_diag_error(diag, &where,
		    "is not for privsepctl run, which is for Type=filter and "
		    "Type=native");
	else if (daemon->config.is_trace)
		psd_diag_error(diag, &where,
		    "is a filter's, which speaks no frames; --trace is for "
		    "Type=native");
	else if (program == NULL && policy->exec_path == NULL)
		psd_diag_error(diag, &where,
		    "has no ExecStart=; say which program to run");
	/* Nobody comes by a door: there is no daemon that has one. */
	policy->n_clients = 0;
	if (program != NULL) {
		policy->exec_path = program[0];
		policy->argv = program + 1;
		policy->exec_where = where;
	}
	psd_view_look(policy, diag);
	if (diag->errors == 0)
		return policy;
	psd_policy_free(policy);
	return NULL;
}

/* As a shell has it.  EXIT_SUCCESS: it can be executed as far as is seen. */
static int
look_at_program(const struct psd_policy *policy, struct psd_diag *diag)
{
	struct stat status;

	if (stat(policy->exec_path, &status) < 0) {
		const int error = errno;

		psd_diag_error(diag, &policy->exec_where, "%s: %s",
		    policy->exec_path, strerror(error));
		return error == ENOENT || error == ENOTDIR
		    ? PSD_ONESHOT_NOT_FOUND
		    : PSD_ONESHOT_NOT_EXECUTABLE;
	}
	if (S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0)
		return EXIT_SUCCESS;
	psd_diag_error(diag, &policy->exec_where, "%s is not executable",
	    policy->exec_path);
	return PSD_ONESHOT_NOT_EXECUTABLE;
}

struct psd_loaded *
psd_oneshot_load(struct psd_daemon *daemon, struct psd_diag *diag,
    int *ret_status)
{
	struct psd_policy *policy = load(daemon, diag);

	*ret_status = PSD_ONESHOT_FAILED;
	if (policy == NULL)
		return NULL;
	*ret_status = look_at_program(policy, diag);
	if (*ret_status != EXIT_SUCCESS) {
		psd_policy_free(policy);
		return NULL;
	}
	*ret_status = PSD_ONESHOT_FAILED;
	return psd_loaded_make(&daemon->host, policy,
	    daemon->config.policy_dirs, diag);
}
