/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/load.h"

#include "daemon/ctl/ask.h"
#include "daemon/ctl/out.h"
#include "policy/load.h"

#include <errno.h>
#include <string.h>

bool
psd_ctl_is_file(const char *what)
{
	static const char suffix[] = ".policy";
	const size_t len = strlen(what);

	if (strchr(what, '/') != NULL)
		return true;
	return len >= sizeof(suffix) - 1 &&
	    strcmp(what + len - (sizeof(suffix) - 1), suffix) == 0;
}

static void
use_dirs(const char *const *dirs, struct psd_ctl_dirs *ret)
{
	size_t n = 0;

	while (dirs[n] != NULL && n < PSD_CTL_DIRS_MAX) {
		ret->at[n] = dirs[n];
		n++;
	}
	ret->at[n] = NULL;
}

/* One directory a line. */
static enum psd_ctl_exit
split_dirs(const struct psd_str *text, struct psd_ctl_dirs *ret)
{
	char *save = NULL;
	size_t n = 0;

	ret->text = strndup(text->at, text->len);
	if (ret->text == NULL) {
		psd_ctl_complain("out of memory");
		return PSD_CTL_FAILED;
	}
	for (char *dir = strtok_r(ret->text, "\n", &save);
	     dir != NULL && n < PSD_CTL_DIRS_MAX;
	     dir = strtok_r(NULL, "\n", &save))
		ret->at[n++] = dir;
	ret->at[n] = NULL;
	return PSD_CTL_DONE;
}

static enum psd_ctl_exit
ask_dirs(struct psd_ctl *ctl, struct psd_ctl_dirs *ret)
{
	struct psd_ctl_status_req req = { .newest = PSD_PROTOCOL };
	struct psd_ctl_status_rep rep;
	const enum psd_ctl_exit status =
	    psd_ctl_ask(ctl, PSD_OP_ctl_status, "status", &req, &rep);

	return status != PSD_CTL_DONE ? status
				      : split_dirs(&rep.policy_dirs, ret);
}

enum psd_ctl_exit
psd_ctl_find_dirs(struct psd_ctl *ctl, struct psd_ctl_dirs *ret)
{
	char path[PSD_PATH_MAX + 1];
	int r;

	*ret = (struct psd_ctl_dirs){ .text = NULL };
	if (ctl->n_policy_dirs > 0) {
		use_dirs(ctl->policy_dirs, ret);
		return PSD_CTL_DONE;
	}
	r = psd_ctl_connect(ctl, path);
	if (r == 0)
		return ask_dirs(ctl, ret);
	psd_ctl_complain("cannot reach the daemon at %s: %s; reading the "
			 "standard directories",
	    path, strerror(-r));
	use_dirs(psd_policy_dirs, ret);
	ret->is_guess = true;
	return PSD_CTL_DONE;
}

void
psd_ctl_free_dirs(struct psd_ctl_dirs *dirs)
{
	free(dirs->text);
	dirs->text = NULL;
}

enum psd_ctl_exit
psd_ctl_not_found(const struct psd_ctl_dirs *dirs)
{
	return dirs->is_guess ? PSD_CTL_UNREACHABLE : PSD_CTL_FAILED;
}

static enum psd_ctl_exit
load_service(struct psd_ctl *ctl, const char *name, struct psd_diag *diag,
    struct psd_policy **ret_policy)
{
	enum psd_ctl_exit status;
	struct psd_ctl_dirs dirs;

	status = psd_ctl_find_dirs(ctl, &dirs);
	if (status != PSD_CTL_DONE)
		return status;
	*ret_policy = psd_policy_load(dirs.at, name, 0, diag);
	if (*ret_policy == NULL) {
		status = psd_ctl_not_found(&dirs);
		if (diag->errors == 0)
			psd_ctl_complain("%s is masked: its policy is a link "
					 "to /dev/null",
			    name);
	}
	psd_ctl_free_dirs(&dirs);
	return status;
}

enum psd_ctl_exit
psd_ctl_load(struct psd_ctl *ctl, const char *what,
    struct psd_policy **ret_policy)
{
	enum psd_ctl_exit status = PSD_CTL_DONE;
	struct psd_diag diag;

	psd_diag_init(&diag);
	*ret_policy = NULL;
	if (!psd_ctl_is_file(what)) {
		status = load_service(ctl, what, &diag, ret_policy);
	} else {
		*ret_policy = psd_policy_load_file(what, PSD_LOAD_TRUST, &diag);
		if (*ret_policy == NULL)
			status = PSD_CTL_FAILED;
		if (*ret_policy == NULL && diag.errors == 0)
			psd_ctl_complain("%s is a link to /dev/null, which "
					 "masks a policy",
			    what);
	}
	if (diag.text != NULL)
		psd_ctl_put(stderr, diag.text);
	psd_diag_free(&diag);
	return status;
}
