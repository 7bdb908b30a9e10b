/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/ctl.h"
#include "daemon/ctl/load.h"
#include "daemon/ctl/out.h"

#include "policy/filter.h"
#include "policy/load.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The daemon opens the program when it loads the policy. */
static void
check_program(const struct psd_policy *policy, struct psd_diag *diag)
{
	struct stat st;

	if (policy->exec_path == NULL)
		return;
	if (stat(policy->exec_path, &st) < 0)
		psd_diag_error(diag, &policy->exec_where,
		    "ExecStart=%s: %s; give the path of a program that is "
		    "there",
		    policy->exec_path, strerror(errno));
	else if (!S_ISREG(st.st_mode) || (st.st_mode & 0111) == 0)
		psd_diag_error(diag, &policy->exec_where,
		    "ExecStart=%s is not an executable file",
		    policy->exec_path);
}

/*
 * Both filters that the daemon would make, each of which proves itself.  The
 * numbers are the first two that the helper's own descriptors cannot have.
 */
static void
check_filters(const struct psd_policy *policy, struct psd_diag *diag)
{
	const bool has_exec = policy->type != PSD_TYPE_MONITOR;
	const struct psd_filter_numbers numbers = {
		.exec_fd = has_exec ? (int)policy->nofile : -1,
		.report_fd = (int)policy->nofile + 1,
	};
	struct psd_filter *filter;

	filter = psd_filter_compile(policy, PSD_FILTER_NOTIFY, &numbers, diag);
	psd_filter_free(filter);
	/* The same fault need not be told twice. */
	if (filter == NULL)
		return;
	filter = psd_filter_compile(policy, PSD_FILTER_PLAIN, &numbers, diag);
	psd_filter_free(filter);
}

/* Whether helpers wait for their client, or are started for him. */
static void
tell_inetd(const struct psd_policy *policy, struct psd_diag *diag)
{
	if (policy->type != PSD_TYPE_INETD)
		return;
	if (policy->instances_min == 0)
		psd_diag_note(diag, &policy->exec_where,
		    "each helper is started on demand, when its client comes%s",
		    policy->peer_environment
			? ", which PeerEnvironment=yes needs"
			: policy->pass == PSD_PASS_SOCKET
			? ", which Pass=socket needs"
			: "; with Instances= some would wait for theirs");
	else
		psd_diag_note(diag, &policy->exec_where,
		    "helpers come from a pool: %u wait for their client "
		    "(Instances=)",
		    policy->instances_min);
}

void
psd_ctl_check_file(const char *path, struct psd_diag *diag)
{
	struct psd_policy *policy =
	    psd_policy_load_file(path, PSD_LOAD_HOLD, diag);

	if (policy == NULL) {
		if (diag->errors == 0)
			psd_diag_warning(diag, NULL,
			    "%s is a link to /dev/null: it masks the policy",
			    path);
		return;
	}
	check_program(policy, diag);
	check_filters(policy, diag);
	tell_inetd(policy, diag);
	psd_policy_free(policy);
}

static bool
is_good(const struct psd_ctl *ctl, const struct psd_diag *diag)
{
	const bool is_strict = (ctl->given & PSD_CTL_TAKES_STRICT) != 0;

	return diag->errors == 0 && !diag->out_of_memory &&
	    (!is_strict || diag->warnings == 0);
}

static json_t *
json_of(const struct psd_ctl *ctl, const char *path,
    const struct psd_diag *diag)
{
	return json_pack("{s:o, s:b, s:I, s:I, s:o}", "file",
	    psd_ctl_json_text(path, strlen(path)), "ok", is_good(ctl, diag),
	    "errors", (json_int_t)diag->errors, "warnings",
	    (json_int_t)diag->warnings, "diagnostics",
	    psd_ctl_json_lines(diag->text, diag->len));
}

static void
print_result(const struct psd_ctl *ctl, const char *path,
    const struct psd_diag *diag)
{
	if (diag->text != NULL)
		psd_ctl_put(stderr, diag->text);
	psd_ctl_put(stdout, path);
	if (diag->out_of_memory)
		puts(": not checked: out of memory");
	else if (diag->errors == 0 && diag->warnings == 0)
		puts(": ok");
	else
		printf(": %s: %u error%s, %u warning%s\n",
		    is_good(ctl, diag) ? "ok" : "refused", diag->errors,
		    diag->errors == 1 ? "" : "s", diag->warnings,
		    diag->warnings == 1 ? "" : "s");
}

enum psd_ctl_exit
psd_ctl_check(struct psd_ctl *ctl)
{
	json_t *files = ctl->json ? json_array() : NULL;
	enum psd_ctl_exit status = PSD_CTL_DONE;
	bool all_good = true;

	for (size_t i = 0; i < ctl->n_args; i++) {
		struct psd_diag diag;

		psd_diag_init(&diag);
		psd_ctl_check_file(ctl->args[i], &diag);
		if (!is_good(ctl, &diag))
			all_good = false;
		if (ctl->json)
			json_array_append_new(files,
			    json_of(ctl, ctl->args[i], &diag));
		else
			print_result(ctl, ctl->args[i], &diag);
		psd_diag_free(&diag);
	}
	if (ctl->json)
		status = psd_ctl_print_json(
		    json_pack("{s:b, s:o}", "ok", all_good, "files", files));
	return all_good ? status : PSD_CTL_FAILED;
}
