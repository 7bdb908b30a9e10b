/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/load.h"
#include "policy/search.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { POLICIES_MAX = 4096 };

/* A name, in the first directory that has it. */
struct found {
	char *name;
	bool is_mask;
};

struct names {
	struct found at[POLICIES_MAX];
	size_t n;
};

static bool
is_known(const struct names *names, const char *name, size_t len)
{
	for (size_t i = 0; i < names->n; i++)
		if (strlen(names->at[i].name) == len &&
		    memcmp(names->at[i].name, name, len) == 0)
			return true;
	return false;
}

/*
 * Only a mask that can be believed takes a policy away; any other link is
 * left for its load to refuse.
 */
static bool
is_mask(const char *dir, const struct dirent *entry)
{
	struct psd_file file = { .text = NULL };
	char path[PATH_MAX];
	struct psd_diag diag;
	enum psd_found found;

	if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
		return false;
	(void)snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
	psd_diag_init(&diag);
	found = psd_file_read(path, PSD_FILE_CHECKED, &file, &diag);
	psd_diag_free(&diag);
	psd_file_free(&file);
	return found == PSD_FOUND_MASK;
}

/* The length of NAME in NAME.policy, or 0. */
static size_t
name_len(const char *entry)
{
	static const char suffix[] = ".policy";
	const size_t len = strlen(entry);

	if (entry[0] == '.' || len <= strlen(suffix) ||
	    strcmp(entry + len - strlen(suffix), suffix) != 0)
		return 0;
	return len - strlen(suffix);
}

static bool
add(struct names *names, const char *dir, const struct dirent *entry,
    struct psd_diag *diag)
{
	const size_t len = name_len(entry->d_name);
	const struct psd_where where = { dir, 0 };

	if (len == 0 || is_known(names, entry->d_name, len))
		return true;
	if (!psd_search_is_name(entry->d_name, len)) {
		psd_diag_warning(diag, &where,
		    "%s is passed over: a policy's name has 1 to 64 letters, "
		    "digits, - and _",
		    entry->d_name);
		return true;
	}
	if (names->n == POLICIES_MAX) {
		psd_diag_error(diag, &where, "more than %d policies",
		    POLICIES_MAX);
		return false;
	}
	names->at[names->n].name = strndup(entry->d_name, len);
	names->at[names->n].is_mask = is_mask(dir, entry);
	if (names->at[names->n].name == NULL) {
		psd_diag_no_memory(diag);
		return false;
	}
	names->n++;
	return true;
}

static bool
list_directory(struct names *names, const char *dir, struct psd_diag *diag)
{
	const struct psd_where where = { dir, 0 };
	DIR *entries = opendir(dir);
	const unsigned errors = diag->errors;
	const struct dirent *entry;
	bool is_good = true;

	if (entries == NULL && (errno == ENOENT || errno == ENOTDIR))
		return true;
	if (entries == NULL) {
		psd_diag_error(diag, &where, "cannot be read: %s",
		    strerror(errno));
		return false;
	}
	while (is_good && (entry = psd_search_next(entries, dir, diag)) != NULL)
		is_good = add(names, dir, entry, diag);
	(void)closedir(entries);
	return is_good && diag->errors == errors;
}

static int
compare_names(const void *a, const void *b)
{
	const char *const *one = a, *const *other = b;

	return strcmp(*one, *other);
}

/* Takes over all the names; those of masked policies are freed. */
static char **
take_unmasked(struct names *names, bool is_good)
{
	char **all = is_good ? calloc(names->n + 1, sizeof(*all)) : NULL;
	size_t n = 0;

	for (size_t i = 0; i < names->n; i++)
		if (all == NULL || names->at[i].is_mask)
			free(names->at[i].name);
		else
			all[n++] = names->at[i].name;
	if (all != NULL)
		qsort(all, n, sizeof(*all), compare_names);
	return all;
}

char **
psd_policy_names(const char *const *dirs, struct psd_diag *diag)
{
	_cleanup_free_ struct names *names = calloc(1, sizeof(*names));
	bool is_good = names != NULL;
	char **all;

	if (names == NULL) {
		psd_diag_no_memory(diag);
		return NULL;
	}
	for (size_t i = 0; is_good && dirs[i] != NULL; i++)
		is_good = list_directory(names, dirs[i], diag);
	all = take_unmasked(names, is_good);
	if (all == NULL && is_good)
		psd_diag_no_memory(diag);
	return all;
}

void
psd_policy_names_free(char **names)
{
	if (names == NULL)
		return;
	for (size_t i = 0; names[i] != NULL; i++)
		free(names[i]);
	free(names);
}
