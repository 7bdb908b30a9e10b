/* SPDX-License-Identifier: ISC */
#include "policy/view.h"

#include "common/ops.h"
#include "policy/glob.h"
#include "policy/hidden.h"

#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

/* Behind the directory of a whole tree. */
static const char whole_tree[] = "/**";

bool
psd_view_is_all(const struct psd_policy *policy)
{
	return policy->type == PSD_TYPE_FILTER ||
	    policy->type == PSD_TYPE_PROGRAM || policy->type == PSD_TYPE_INETD;
}

uint32_t
psd_view_access(const struct psd_word *word)
{
	return word->access == 0 ? PSD_ACCESS_READ : word->access;
}

bool
psd_view_is_writable(const struct psd_policy *policy)
{
	for (size_t i = 0; i < policy->view.n; i++)
		if ((psd_view_access(&policy->view.at[i]) & PSD_ACCESS_WRITE) !=
		    0)
			return true;
	return false;
}

static bool
covers(const struct psd_word *word, const struct psd_str *path)
{
	const size_t len = strlen(word->text);

	if (path->len < len || memcmp(path->at, word->text, len) != 0)
		return false;
	return path->len == len ||
	    (path->at[len] == '/' && (word->is_tree || word->access == 0));
}

/* A file that is shown is there: O_CREAT opens it, and O_EXCL never does. */
static uint32_t
needed_of(const struct psd_word *word, uint32_t access)
{
	return word->is_tree || (access & PSD_ACCESS_EXCLUSIVE) != 0
	    ? access
	    : access & ~(uint32_t)PSD_ACCESS_CREATE;
}

const struct psd_word *
psd_view_find(const struct psd_words *view, const struct psd_str *path,
    uint32_t access)
{
	for (size_t i = 0; i < view->n; i++) {
		const struct psd_word *word = &view->at[i];

		if (covers(word, path) &&
		    (needed_of(word, access) & ~psd_view_access(word)) == 0)
			return word;
	}
	return NULL;
}

/*
 * A mount is read-only or is not.  What it could not keep apart is not granted
 * apart, so that mounts say the same as Landlock.
 */
static const char *
take_access(const struct psd_grant *grant, struct psd_word *word)
{
	const uint32_t making = PSD_ACCESS_CREATE | PSD_ACCESS_EXCLUSIVE;
	const uint32_t changing =
	    PSD_ACCESS_WRITE | PSD_ACCESS_APPEND | PSD_ACCESS_TRUNCATE;

	word->access = grant->access;
	if (word->access == PSD_ACCESS_READ)
		return NULL;
	if ((word->access & PSD_ACCESS_READ) == 0 ||
	    (word->access & PSD_ACCESS_WRITE) == 0 ||
	    ((word->access & making) != 0) != word->is_tree)
		return word->is_tree
		    ? "of a directory tree a program can be let \"read\" or "
		      "\"read,write,create\""
		    : "of a file a program can be let \"read\" or "
		      "\"read,write\"";
	word->access |= changing;
	return NULL;
}

static bool
is_in_proc(const char *path)
{
	return strcmp(path, "/proc") == 0 || strncmp(path, "/proc/", 6) == 0;
}

bool
psd_view_is_covered(const struct psd_policy *policy, const char *path)
{
	const size_t len = sizeof(PSD_VIEW_TEMPORARY) - 1;

	return policy->temporary != NULL &&
	    strncmp(path, PSD_VIEW_TEMPORARY, len) == 0 &&
	    (path[len] == '/' || path[len] == '\0');
}

static const char *
take_place(struct psd_build *build, const struct psd_grant *grant,
    struct psd_word *word)
{
	const size_t len = strlen(grant->glob);
	const size_t tree = sizeof(whole_tree) - 1;
	const size_t literal = psd_glob_literal_len(grant->glob);
	char *path;

	if (strcmp(grant->glob, "/") == 0 ||
	    strcmp(grant->glob, whole_tree) == 0)
		return "the whole file system cannot be shown";
	word->is_tree = len > tree && literal == len - tree &&
	    strcmp(grant->glob + literal, whole_tree) == 0;
	if (!word->is_tree && literal != len)
		return "a program is shown a file or a whole directory tree; "
		       "write a path without wildcards, or one with /** at its "
		       "end";
	path = psd_build_copy(build, grant->glob);
	if (path == NULL)
		return NULL;
	path[literal] = '\0';
	word->text = path;
	word->may_be_missing = grant->may_be_missing;
	if (psd_view_is_covered(build->policy, path))
		return "TemporaryFileSystem= covers what is there";
	return is_in_proc(path)
	    ? "/proc is not shown, since it is about other processes, too"
	    : NULL;
}

static const char *
take_line(struct psd_build *build, const struct psd_grant *grant,
    struct psd_word *word)
{
	const char *wrong;

	if (grant->is_deny)
		return "a program opens files itself, and what it is shown "
		       "cannot have holes; name what it may see in AllowOpen= "
		       "lines";
	if (grant->modifiers != 0)
		return "a program opens files itself; nothing may follow the "
		       "path";
	wrong = take_place(build, grant, word);
	if (wrong == NULL)
		wrong = take_access(grant, word);
	return wrong;
}

static void
append(struct psd_build *build, const struct psd_word *word)
{
	struct psd_words *view = &build->policy->view;
	struct psd_word *larger =
	    psd_build_grow(build, view->at, view->n, sizeof(*larger));

	if (larger == NULL)
		return;
	larger[view->n++] = *word;
	view->at = larger;
}

static void
take_temporary(struct psd_build *build)
{
	const struct psd_policy *policy = build->policy;
	const struct psd_word word = {
		.text = PSD_VIEW_TEMPORARY,
		.where = policy->temporary_where,
		.access = PSD_ACCESS_ALL,
		.shown = policy->temporary,
		.is_tree = true,
		.is_temporary = true,
	};

	if (policy->temporary == NULL)
		return;
	if (psd_view_is_all(policy))
		append(build, &word);
	else
		psd_diag_error(build->diag, &word.where,
		    "TemporaryFileSystem= is for programs that open files "
		    "themselves (Type=filter, program or inetd); leave it out");
}

void
psd_view_take(struct psd_build *build)
{
	struct psd_policy *policy = build->policy;
	struct psd_grants *grants =
	    &policy->grants[psd_op_find(PSD_OP_open) - psd_op_rows];

	take_temporary(build);
	if (!psd_view_is_all(policy))
		return;
	for (size_t i = 0; i < grants->n && !build->is_short; i++) {
		const struct psd_grant *grant = &grants->at[i];
		struct psd_word word = {
			.where = grant->where,
			.shown = strchr(grant->text, '=') + 1,
		};
		const char *wrong = take_line(build, grant, &word);

		if (wrong != NULL)
			psd_diag_error(build->diag, &grant->where, "%s: %s",
			    grant->text, wrong);
		else if (!build->is_short)
			append(build, &word);
	}
	grants->n = 0;
}

bool
psd_view_is_harmless_device(const struct stat *status)
{
	/* From the kernel's list of devices. */
	enum { MEM = 1, NUL = 3, ZERO = 5, FULL = 7, RANDOM = 8, URANDOM = 9 };

	if (!S_ISCHR(status->st_mode) || major(status->st_rdev) != MEM)
		return false;
	switch (minor(status->st_rdev)) {
	case NUL:
	case ZERO:
	case FULL:
	case RANDOM:
	case URANDOM:
		return true;
	default:
		return false;
	}
}

static const char *
tell_missing(const struct psd_word *word, int error)
{
	const bool is_hidden = psd_is_hidden(word->text);

	if (error != ENOENT && !is_hidden)
		return strerror(error);
	if (word->may_be_missing)
		return NULL;
	return is_hidden ? "it " PSD_HIDDEN
			 : "it does not exist; create it, or write a \"-\" "
			   "before the path when it may be missing";
}

static bool
is_root(const struct stat *status)
{
	struct stat root;

	return stat("/", &root) == 0 && root.st_dev == status->st_dev &&
	    root.st_ino == status->st_ino;
}

/* What is wrong with what is there; links are followed, as the view does. */
static const char *
look(const struct psd_word *word)
{
	struct stat status;
	struct statfs place;

	if (stat(word->text, &status) < 0 || statfs(word->text, &place) < 0)
		return tell_missing(word, errno);
	if (psd_is_hidden(word->text))
		return "it " PSD_HIDDEN;
	if (place.f_type == PROC_SUPER_MAGIC)
		return "it leads to /proc, which is not shown";
	if (is_root(&status))
		return "it leads to /, all of which cannot be shown";
	if (S_ISDIR(status.st_mode) && !word->is_tree)
		return "it is a directory; to show all that is in it, write "
		       "/** behind it";
	if (!S_ISDIR(status.st_mode) && word->is_tree)
		return "it is no directory; leave /** out";
	if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode) &&
	    !psd_view_is_harmless_device(&status))
		return "it is neither a regular file nor a directory, nor a "
		       "device like /dev/null";
	return NULL;
}

void
psd_view_look(const struct psd_policy *policy, struct psd_diag *diag)
{
	const struct psd_words *view = &policy->view;

	for (size_t i = 0; i < view->n; i++) {
		const struct psd_word *word = &view->at[i];
		const char *wrong =
		    word->access == 0 || word->is_temporary ? NULL : look(word);

		if (wrong != NULL)
			psd_diag_error(diag, &word->where, "AllowOpen=%s: %s",
			    word->shown, wrong);
	}
}
