/* SPDX-License-Identifier: ISC */
#include "tests/faults/remains.h"

#include "daemon/cgroup_find.h"
#include "tests/faults/orphans.h"
#include "tests/support/fake_manager.h"

#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { NAMES_MAX = 16 };

static char usual[NAMES_MAX][NAME_MAX + 1];
static size_t n_usual, n_usually_stored;

/* The next name of a directory that begins so; NULL: no more. */
static const char *
next_name(DIR *dir, const char *prefix)
{
	const struct dirent *entry;

	do
		entry = readdir(dir);
	while (entry != NULL &&
	    (*entry->d_name == '.' ||
		strncmp(entry->d_name, prefix, strlen(prefix)) != 0));
	return entry != NULL ? entry->d_name : NULL;
}

static DIR *
open_runtime(const struct daemon_rig *rig)
{
	char path[PATH_MAX];
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/run", rig->dir);
	dir = opendir(path);
	assert_non_null(dir);
	return dir;
}

void
remains_note_usual(const struct daemon_rig *rig)
{
	DIR *dir = open_runtime(rig);
	const char *name;

	for (n_usual = 0; (name = next_name(dir, "")) != NULL; n_usual++) {
		assert_true(n_usual < NAMES_MAX);
		(void)snprintf(usual[n_usual], sizeof(usual[n_usual]), "%s",
		    name);
	}
	(void)closedir(dir);
	fake_manager_hear();
	n_usually_stored = fake_manager_count(NULL);
	fake_manager_forget();
}

static bool
is_usual(const char *name)
{
	for (size_t i = 0; i < n_usual; i++)
		if (strcmp(usual[i], name) == 0)
			return true;
	return false;
}

static bool
has_files(const struct daemon_rig *rig)
{
	DIR *dir = open_runtime(rig);
	const char *name = next_name(dir, "");

	while (name != NULL && is_usual(name))
		name = next_name(dir, "");
	if (name != NULL)
		print_error("left behind: %s\n", name);
	(void)closedir(dir);
	return name != NULL;
}

/* Where it may make one of its own, that is in the topmost group. */
bool
remains_group(pid_t daemon)
{
	char path[PATH_MAX], why[256], prefix[64];
	bool is_top, is_there;
	DIR *dir;

	if (psd_cgroup_find(NULL, path, sizeof(path), &is_top, why,
		sizeof(why)) < 0 ||
	    !is_top)
		return false;
	dir = opendir(path);
	if (dir == NULL)
		return false;
	(void)snprintf(prefix, sizeof(prefix), "privsepd-%d-", (int)daemon);
	is_there = next_name(dir, prefix) != NULL;
	(void)closedir(dir);
	return is_there;
}

const char *
remains_of(const struct daemon_rig *rig, pid_t daemon, bool is_killed)
{
	size_t n_stored;

	fake_manager_hear();
	n_stored = fake_manager_count(NULL);
	fake_manager_forget();
	if (!orphans_have_ended())
		return "it is outlived";
	if (n_stored > n_usually_stored)
		return "it leaves descriptors in the store";
	if (is_killed)
		return NULL;
	if (has_files(rig))
		return "it leaves files";
	return remains_group(daemon) ? "it leaves its control group" : NULL;
}
