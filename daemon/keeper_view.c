/* SPDX-License-Identifier: ISC */
#include "daemon/keeper_view.h"

#include "common/fd.h"
#include "daemon/spawn.h"
#include "policy/view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As many as the kernel follows. */
enum { HOPS_MAX = 40 };

/* Cuts the last component off; "/usr/lib" becomes "/usr", "/usr" "". */
static void
cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash != NULL)
		*slash = '\0';
}

/*
 * Writes base/more into ret without ".", ".." and double slashes; the root is
 * "".  base holds no links, so ".." is what it seems to be; more is made of
 * components that nobody has looked at yet, for which the caller comes again.
 */
static int
join(const char *base, const char *more, char *ret, size_t size)
{
	char words[2 * PATH_MAX];
	char *rest = words;
	char *word;
	int n = snprintf(words, sizeof(words), "%s/%s", base, more);

	if (n < 0 || (size_t)n >= sizeof(words))
		return -ENAMETOOLONG;
	ret[0] = '\0';
	for (;;) {
		const size_t len = strlen(ret);

		word = strsep(&rest, "/");
		if (word == NULL)
			return 0;
		if (*word == '\0' || strcmp(word, ".") == 0)
			continue;
		if (strcmp(word, "..") == 0) {
			cut_last(ret);
			continue;
		}
		n = snprintf(ret + len, size - len, "/%s", word);
		if (n < 0 || (size_t)n >= size - len)
			return -ENAMETOOLONG;
	}
}

static struct psd_view_item *
find(struct psd_view *view, const char *path)
{
	for (size_t i = 0; i < view->n; i++)
		if (strcmp(view->at[i].path, path) == 0)
			return &view->at[i];
	return NULL;
}

/* Takes over fd also when it fails. */
static int
add(struct psd_view *view, const char *path, const char *target, int fd,
    bool is_dir)
{
	struct psd_view_item *item = &view->at[view->n];

	if (view->n == PSD_VIEW_ITEMS_MAX) {
		psd_fd_close(fd);
		return -E2BIG;
	}
	/* Counted at once, so that what there is of it is freed with all. */
	*item = (struct psd_view_item){
		.path = strdup(path),
		.target = target == NULL ? NULL : strdup(target),
		.fd = fd,
		.tree = PSD_NO_FD,
		.is_dir = is_dir,
	};
	view->n++;
	return item->path == NULL || (target != NULL && item->target == NULL)
	    ? -ENOMEM
	    : 0;
}

/* What several words show may be used as any of them says. */
static void
take_rights(struct psd_view_item *item, const struct psd_word *word)
{
	if ((word->access & PSD_ACCESS_WRITE) != 0)
		item->is_writable = true;
	if (word->access == 0)
		item->can_run = true;
}

static int
add_bind(struct psd_view *view, const char *path, const struct psd_word *word)
{
	struct psd_view_item *known = find(view, path);
	struct stat status;
	int fd, r;

	if (known != NULL) {
		take_rights(known, word);
		return 0;
	}
	/* The root itself is "": there is nothing to put it on. */
	fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &status) < 0) {
		psd_fd_close(fd);
		return -errno;
	}
	/* It was a file when the policy was looked at. */
	if (S_ISDIR(status.st_mode) && word->access != 0 && !word->is_tree) {
		psd_fd_close(fd);
		return -EISDIR;
	}
	r = add(view, path, NULL, fd, S_ISDIR(status.st_mode));
	if (r == 0) {
		take_rights(&view->at[view->n - 1], word);
		view->at[view->n - 1].is_device =
		    psd_view_is_harmless_device(&status);
	}
	return r;
}

/*
 * Finds the first link among path's components.  Returns its target's length
 * and cuts path behind it, *ret_rest being what follows; or 0 when there is
 * none, or -errno.
 */
static int
first_link(char *path, char *ret_target, size_t size, const char **ret_rest)
{
	for (char *at = path; *at != '\0';) {
		char *end = strchrnul(at + 1, '/');
		const char kept = *end;
		ssize_t n;

		*end = '\0';
		n = readlink(path, ret_target, size - 1);
		if (n > 0) {
			ret_target[n] = '\0';
			*ret_rest = kept == '\0' ? "" : end + 1;
			return (int)n;
		}
		/* EINVAL: it is no link. */
		if (n < 0 && errno != EINVAL)
			return -errno;
		*end = kept;
		at = end;
	}
	return 0;
}

static int
resolve(const struct psd_word *word, struct psd_view *view)
{
	char path[PATH_MAX], target[PATH_MAX], next[PATH_MAX];
	char after[2 * PATH_MAX];
	int r = join("", word->text, path, sizeof(path));

	for (int hop = 0; r == 0 && hop < HOPS_MAX; hop++) {
		const char *rest = "";

		r = first_link(path, target, sizeof(target), &rest);
		if (r == 0)
			return add_bind(view, path, word);
		if (r < 0)
			return r == -ENOENT || r == -ENOTDIR ? 0 : r;
		(void)snprintf(after, sizeof(after), "%s/%s", target, rest);
		r = find(view, path) != NULL
		    ? 0
		    : add(view, path, target, PSD_NO_FD, false);
		if (r < 0)
			return r;
		cut_last(path);
		r = join(target[0] == '/' ? "" : path, after, next,
		    sizeof(next));
		memcpy(path, next, sizeof(path));
	}
	return r < 0 ? r : -ELOOP;
}

static int
compare(const void *a, const void *b)
{
	const struct psd_view_item *one = a, *other = b;

	return strcmp(one->path, other->path);
}

/*
 * Each instance mounts its own.  Landlock's rule is of the directory that the
 * mount point is in, since a rule of the mount point itself is hidden by what
 * is mounted there; so that has to be a directory of its own.
 */
static int
add_temporary(struct psd_view *view)
{
	int r = add(view, PSD_VIEW_TEMPORARY, PSD_SPAWN_TEMPORARY, PSD_NO_FD,
	    false);

	return r < 0 ? r
		     : add(view, PSD_SPAWN_TEMPORARY, NULL, PSD_NO_FD, true);
}

static bool
is_within(const char *path, const char *dir)
{
	const size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && path[len] == '/';
}

/* Else what is named twice could be used less for that. */
static void
inherit_rights(struct psd_view *view)
{
	for (size_t i = 0; i < view->n; i++)
		for (size_t k = 0; k < i; k++) {
			struct psd_view_item *item = &view->at[i];
			const struct psd_view_item *outer = &view->at[k];

			if (!is_within(item->path, outer->path))
				continue;
			item->is_writable |= outer->is_writable;
			item->can_run |= outer->can_run;
		}
}

int
psd_view_resolve(const struct psd_words *paths, struct psd_view *ret)
{
	ret->n = 0;
	for (size_t i = 0; i < paths->n; i++) {
		const int r = paths->at[i].is_temporary
		    ? add_temporary(ret)
		    : resolve(&paths->at[i], ret);

		if (r < 0)
			return r;
	}
	qsort(ret->at, ret->n, sizeof(ret->at[0]), compare);
	inherit_rights(ret);
	return 0;
}
