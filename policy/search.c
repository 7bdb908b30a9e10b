/* SPDX-License-Identifier: ISC */
#include "policy/search.h"

#include "common/mem.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { DROPINS_MAX = 1024 };

/* A drop-in, and where it was found first. */
struct dropin {
	char *path;
	const char *name; /* in path */
};

struct dropins {
	struct dropin at[DROPINS_MAX];
	size_t n;
};

bool
psd_search_is_name(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvw"
			   "xyz0123456789_-",
			name[i]) == NULL ||
		    name[i] == '\0')
			return false;
	return len > 0 && len <= PSD_SEARCH_NAME_MAX;
}

static bool
ends_in(const char *name, const char *suffix)
{
	const size_t len = strlen(name), suffix_len = strlen(suffix);

	return len > suffix_len && strcmp(name + len - suffix_len, suffix) == 0;
}

static bool
is_known(const struct dropins *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->at[i].name, name) == 0)
			return true;
	return false;
}

static enum psd_found
add_dropin(struct dropins *all, const char *dir, const char *name,
    struct psd_diag *diag)
{
	const struct psd_where where = { dir, 0 };
	struct dropin *dropin = &all->at[all->n];

	if (all->n == DROPINS_MAX) {
		psd_diag_error(diag, &where, "more than %d drop-ins",
		    DROPINS_MAX);
		return PSD_FOUND_BAD;
	}
	if (asprintf(&dropin->path, "%s/%s", dir, name) < 0) {
		psd_diag_no_memory(diag);
		return PSD_FOUND_BAD;
	}
	dropin->name = dropin->path + strlen(dir) + 1;
	all->n++;
	return PSD_FOUND_FILE;
}

const struct dirent *
psd_search_next(DIR *entries, const char *dir, struct psd_diag *diag)
{
	const struct psd_where where = { dir, 0 };
	const struct dirent *entry;

	errno = 0;
	entry = readdir(entries);
	if (entry == NULL && errno != 0)
		psd_diag_error(diag, &where, "cannot be read: %s",
		    strerror(errno));
	return entry;
}

/* Adds what earlier directories do not hide. */
static enum psd_found
list_directory(struct dropins *all, const char *dir, struct psd_diag *diag)
{
	const struct psd_where where = { dir, 0 };
	enum psd_found found = PSD_FOUND_FILE;
	const unsigned errors = diag->errors;
	DIR *entries = opendir(dir);
	const struct dirent *entry;

	if (entries == NULL) {
		psd_diag_error(diag, &where, "cannot be read: %s",
		    strerror(errno));
		return PSD_FOUND_BAD;
	}
	while (found == PSD_FOUND_FILE &&
	    (entry = psd_search_next(entries, dir, diag)) != NULL)
		if (entry->d_name[0] != '.' &&
		    ends_in(entry->d_name, ".conf") &&
		    !is_known(all, entry->d_name))
			found = add_dropin(all, dir, entry->d_name, diag);
	(void)closedir(entries);
	return diag->errors == errors ? found : PSD_FOUND_BAD;
}

/*
 * Looks into NAME.policy.d within parent.  Whoever may write to either could
 * add, hide or exchange drop-ins.
 */
static enum psd_found
look_into(struct dropins *all, const char *parent, const char *dir,
    enum psd_file_trust trust, struct psd_diag *diag)
{
	const enum psd_found found = psd_file_check_directory(dir, trust, diag);

	if (found != PSD_FOUND_FILE)
		return found;
	if (psd_file_check_directory(parent, trust, diag) != PSD_FOUND_FILE)
		return PSD_FOUND_BAD;
	return list_directory(all, dir, diag);
}

static int
compare_names(const void *a, const void *b)
{
	const struct dropin *one = a, *other = b;

	return strcmp(one->name, other->name);
}

/* "." when path has no directory. */
static void
parent_of(const char *path, char *ret, size_t size)
{
	const char *slash = strrchr(path, '/');

	(void)snprintf(ret, size, "%.*s",
	    slash == NULL ? 1 : (int)(slash - path) + 1,
	    slash == NULL ? "." : path);
}

static enum psd_found
list_dropins(const struct psd_search *search, struct dropins *all,
    struct psd_diag *diag)
{
	char dir[PATH_MAX], parent[PATH_MAX];
	bool is_bad = false;

	if (search->path != NULL) {
		(void)snprintf(dir, sizeof(dir), "%s.d", search->path);
		parent_of(search->path, parent, sizeof(parent));
		is_bad = look_into(all, parent, dir, search->trust, diag) ==
		    PSD_FOUND_BAD;
	}
	for (size_t i = 0; search->path == NULL && search->dirs[i] != NULL;
	     i++) {
		(void)snprintf(dir, sizeof(dir), "%s/%s.policy.d",
		    search->dirs[i], search->name);
		is_bad |= look_into(all, search->dirs[i], dir, search->trust,
			      diag) == PSD_FOUND_BAD;
	}
	qsort(all->at, all->n, sizeof(all->at[0]), compare_names);
	return is_bad ? PSD_FOUND_BAD : PSD_FOUND_FILE;
}

/* Reads one file and hands it on. */
static enum psd_found
take_file(const struct psd_search *search, const char *path,
    void (*take)(void *cookie, const char *path, const struct psd_file *file),
    void *cookie, struct psd_diag *diag)
{
	struct psd_file file = { .text = NULL };
	const enum psd_found found =
	    psd_file_read(path, search->trust, &file, diag);

	if (found == PSD_FOUND_FILE)
		take(cookie, path, &file);
	psd_file_free(&file);
	return found;
}

static enum psd_found
take_main(const struct psd_search *search,
    void (*take)(void *cookie, const char *path, const struct psd_file *file),
    void *cookie, struct psd_diag *diag)
{
	enum psd_found found = PSD_FOUND_NOTHING;
	char path[PATH_MAX];

	if (search->path != NULL)
		return take_file(search, search->path, take, cookie, diag);
	for (size_t i = 0;
	     found == PSD_FOUND_NOTHING && search->dirs[i] != NULL; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s.policy",
		    search->dirs[i], search->name);
		found = take_file(search, path, take, cookie, diag);
	}
	return found;
}

enum psd_found
psd_search_files(const struct psd_search *search,
    void (*take)(void *cookie, const char *path, const struct psd_file *file),
    void *cookie, struct psd_diag *diag)
{
	enum psd_found found = take_main(search, take, cookie, diag);
	_cleanup_free_ struct dropins *all = NULL;

	if (found == PSD_FOUND_NOTHING || found == PSD_FOUND_MASK)
		return found;
	all = calloc(1, sizeof(*all));
	if (all == NULL) {
		psd_diag_no_memory(diag);
		return PSD_FOUND_BAD;
	}
	if (list_dropins(search, all, diag) == PSD_FOUND_BAD)
		found = PSD_FOUND_BAD;
	for (size_t i = 0; i < all->n; i++) {
		if (take_file(search, all->at[i].path, take, cookie, diag) ==
		    PSD_FOUND_BAD)
			found = PSD_FOUND_BAD;
		free(all->at[i].path);
	}
	return found;
}
