/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/mem.h"
#include "common/sys.h"
#include "policy/build.h"
#include "policy/hidden.h"
#include "policy/load.h"
#include "policy/view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
compare_directories(const void *a, const void *b)
{
	const struct psd_grant *const *one = a, *const *other = b;
	const size_t len = (*one)->dir_len;
	const size_t other_len = (*other)->dir_len;
	const int order = memcmp((*one)->glob, (*other)->glob,
	    len < other_len ? len : other_len);

	if (order != 0)
		return order;
	if (len != other_len)
		return len < other_len ? -1 : 1;
	return (*one)->index < (*other)->index ? -1 : 1;
}

/* All Allow lines with a path, so that equal directories are neighbours. */
static struct psd_grant **
sort_grants(const struct psd_policy *policy, size_t *ret_n)
{
	struct psd_grant **all =
	    calloc((size_t)policy->n_grants + 1, sizeof(struct psd_grant *));
	size_t n = 0;

	if (all == NULL)
		return NULL;
	for (size_t i = 0; i < psd_op_count; i++)
		for (size_t k = 0; k < policy->grants[i].n; k++) {
			struct psd_grant *grant = &policy->grants[i].at[k];

			if (!grant->is_deny && grant->glob != NULL)
				all[n++] = grant;
		}
	qsort(all, n, sizeof(struct psd_grant *), compare_directories);
	*ret_n = n;
	return all;
}

/* Where the directories come from. */
typedef int opener(void *cookie, const struct psd_grant *grant);

/*
 * A symbolic link on the way could be turned elsewhere by whoever owns it, so
 * the policy has to name the place itself.
 */
static int
open_directory(void *cookie, const struct psd_grant *grant)
{
	char path[PATH_MAX];

	(void)cookie;
	if (grant->dir_len >= sizeof(path))
		return -ENAMETOOLONG;
	memcpy(path, grant->glob, grant->dir_len);
	path[grant->dir_len] = '\0';
	return psd_sys_openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC,
	    0, PSD_RESOLVE_NO_SYMLINKS | PSD_RESOLVE_NO_MAGICLINKS);
}

static void
path_of(const struct psd_grant *grant, char *ret, size_t size)
{
	(void)snprintf(ret, size, "%.*s", (int)grant->dir_len, grant->glob);
}

static void
tell_link(struct psd_build *build, const struct psd_grant *grant)
{
	char path[PATH_MAX];
	_cleanup_free_ char *place = NULL;

	path_of(grant, path, sizeof(path));
	place = realpath(path, NULL);
	psd_diag_error(build->diag, &grant->where,
	    "%s leads through a symbolic link; write where it leads%s%s", path,
	    place == NULL ? "" : ", ", place == NULL ? "" : place);
}

static void
tell_missing(struct psd_build *build, const struct psd_grant *grant, int r)
{
	char path[PATH_MAX];
	bool is_hidden;

	path_of(grant, path, sizeof(path));
	is_hidden = psd_is_hidden(path);
	if ((r == -ENOENT || is_hidden) && grant->may_be_missing)
		return;
	if (r == -ELOOP)
		tell_link(build, grant);
	else if (is_hidden)
		psd_diag_error(build->diag, &grant->where,
		    "the directory %s " PSD_HIDDEN, path);
	else if (r == -ENOENT)
		psd_diag_error(build->diag, &grant->where,
		    "the directory %s does not exist; create it, or write -%s "
		    "when it may be missing",
		    path, grant->glob);
	else
		psd_diag_error(build->diag, &grant->where,
		    "the directory %s cannot be opened: %s", path,
		    strerror(-r));
}

/* All that is in it is hidden with it, and there is nothing to open. */
static void
warn_if_hidden(struct psd_build *build, const struct psd_grant *grant)
{
	char path[PATH_MAX];

	path_of(grant, path, sizeof(path));
	if (psd_is_hidden(path))
		psd_diag_warning(build->diag, &grant->where,
		    "the directory %s " PSD_HIDDEN, path);
}

static bool
is_same_directory(const struct psd_grant *one, const struct psd_grant *other)
{
	return one->dir_len == other->dir_len &&
	    memcmp(one->glob, other->glob, one->dir_len) == 0;
}

/* Takes over fd.  Returns it, or PSD_NO_FD when memory is short. */
static int
keep(struct psd_build *build, int fd)
{
	struct psd_policy *policy = build->policy;
	int *larger = psd_build_grow(build, policy->held, policy->n_held,
	    sizeof(*larger));

	if (larger == NULL) {
		psd_fd_close(fd);
		return PSD_NO_FD;
	}
	larger[policy->n_held++] = fd;
	policy->held = larger;
	return fd;
}

static void
hold_directories(struct psd_build *build, opener *open_one, void *cookie)
{
	size_t n = 0;
	_cleanup_free_ struct psd_grant **all = sort_grants(build->policy, &n);
	int r = PSD_NO_FD;

	if (all == NULL) {
		psd_build_no_memory(build);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || !is_same_directory(all[i - 1], all[i])) {
			r = open_one(cookie, all[i]);
			if (r >= 0) {
				warn_if_hidden(build, all[i]);
				r = keep(build, r);
			}
		}
		if (r >= 0)
			all[i]->dir_fd = r;
		else
			tell_missing(build, all[i], r);
	}
}

void
psd_build_hold_directories(struct psd_build *build)
{
	hold_directories(build, open_directory, NULL);
}

/* Who can change the program acts with all that its policy grants. */
static void
warn_of_writers(struct psd_build *build, const char *key,
    const struct psd_word *program, const struct stat *status)
{
	if ((status->st_uid == 0 || status->st_uid == geteuid()) &&
	    (status->st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return;
	psd_diag_warning(build->diag, &program->where,
	    "%s=%s may be changed by others (owner %u, mode %04o), who "
	    "then have what this policy grants",
	    key, program->text, (unsigned)status->st_uid,
	    (unsigned)(status->st_mode & 07777));
}

static void
look_for_program(struct psd_build *build, const char *key,
    const struct psd_word *program)
{
	struct stat status;

	if (stat(program->text, &status) < 0) {
		const int error = errno;

		if (error != ENOENT || !program->may_be_missing)
			psd_diag_error(build->diag, &program->where,
			    "%s=%s: %s", key, program->text,
			    psd_is_hidden(program->text) ? PSD_HIDDEN
							 : strerror(error));
		return;
	}
	if (!S_ISREG(status.st_mode) || (status.st_mode & 0111) == 0)
		psd_diag_error(build->diag, &program->where,
		    "%s=%s is not an executable file", key, program->text);
	else
		warn_of_writers(build, key, program, &status);
}

static void
look_for_programs(struct psd_build *build)
{
	const struct psd_policy *policy = build->policy;
	const struct psd_word first = {
		.text = policy->exec_path,
		.where = policy->exec_where,
	};

	if (first.text != NULL)
		look_for_program(build, "ExecStart", &first);
	for (size_t i = 0; i < policy->may_exec.n; i++)
		look_for_program(build, "AllowExec", &policy->may_exec.at[i]);
}

void
psd_build_hold(struct psd_build *build)
{
	look_for_programs(build);
	psd_view_look(build->policy, build->diag);
	psd_build_hold_directories(build);
}

static int
take_carried(void *cookie, const struct psd_grant *grant)
{
	const struct psd_carried *carried = cookie;
	const int fd =
	    carried->directory(carried->cookie, grant->glob, grant->dir_len);

	return fd < 0 ? -ENOENT : fd;
}

void
psd_build_hold_carried(struct psd_build *build,
    const struct psd_carried *carried)
{
	struct psd_carried copy = *carried;

	hold_directories(build, take_carried, &copy);
}

/* Any of the lines that share it: they agree on its name. */
static const struct psd_grant *
find_sharer(const struct psd_policy *policy, int fd)
{
	for (size_t i = 0; i < psd_op_count; i++)
		for (size_t k = 0; k < policy->grants[i].n; k++)
			if (policy->grants[i].at[k].dir_fd == fd &&
			    policy->grants[i].at[k].glob != NULL)
				return &policy->grants[i].at[k];
	return NULL;
}

void
psd_policy_directories(const struct psd_policy *policy,
    void (*each)(void *cookie, const char *path, size_t len, int fd),
    void *cookie)
{
	for (size_t i = 0; i < policy->n_held; i++) {
		const struct psd_grant *grant =
		    find_sharer(policy, policy->held[i]);

		if (grant != NULL)
			each(cookie, grant->glob, grant->dir_len,
			    policy->held[i]);
	}
}
