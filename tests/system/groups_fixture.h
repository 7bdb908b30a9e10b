/* SPDX-License-Identifier: ISC */
#ifndef GROUPS_FIXTURE_H
#define GROUPS_FIXTURE_H

/* A daemon in whose control groups is looked. */
#include "daemon/cgroup.h"
#include "daemon/cgroup_find.h"
#include "tests/system/reexec_fixture.h"

#include <dirent.h>
#include <limits.h>

/* What a group's leaves are called, one after the other. */
enum { NAMES_SIZE = 4096 };

static char base[PATH_MAX];
static bool shares_uid;

/*
 * Two instances of a puppet that may leave processes behind, and one each with
 * limits.
 */
enum { INSTANCES = 4 };

static inline int
start(void **state)
{
	const char *text;
	char membership[64], why[256];
	bool is_top;

	(void)state;
	(void)prepare(state);
	daemon_rig_puppet(&rig, "one",
	    shares_uid ? "Instances=2\nUser=games" : "Instances=2",
	    "SystemCallFilter=clone fork vfork set_robust_list setsid "
	    "wait4 close_range");
	daemon_rig_puppet(&rig, "few", "Instances=1\nTasksMax=1",
	    "SystemCallFilter=clone fork vfork set_robust_list");
	daemon_rig_puppet(&rig, "small", "Instances=1\nMemoryMax=16M", "");
	daemon_rig_start(&rig);
	base[0] = '\0';
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	if (strstr(text, " cgroup: ") != NULL)
		return 0;
	(void)snprintf(membership, sizeof(membership), "/proc/%d/cgroup",
	    rig.pid);
	assert_int_equal(psd_cgroup_find_in("/proc/self/mountinfo", membership,
			     NULL, base, sizeof(base), &is_top, why,
			     sizeof(why)),
	    0);
	/* It is in a leaf of its own. */
	*strrchr(base, '/') = '\0';
	return 0;
}

static inline void
skip_without_groups(void)
{
	if (base[0] != '\0')
		return;
	print_message("SKIP: no control group\n");
	skip();
}

static inline int
is_leaf(const struct dirent *entry)
{
	return strncmp(entry->d_name, "instance-", 9) == 0;
}

/* How many leaves there are, and their names in order. */
static inline int
list_leaves(char ret_names[NAMES_SIZE])
{
	struct dirent **entries = NULL;
	const int n = scandir(base, &entries, is_leaf, alphasort);
	size_t len = 0;

	ret_names[0] = '\0';
	for (int i = 0; i < n; i++) {
		len += (size_t)snprintf(ret_names + len, NAMES_SIZE - len,
		    "%s ", entries[i]->d_name);
		assert_true(len < NAMES_SIZE);
		free(entries[i]);
	}
	free(entries);
	return n;
}

/* By the deadline; half of those made ahead may be made again later. */
static inline void
expect_leaves(char ret_names[NAMES_SIZE])
{
	int n = list_leaves(ret_names);

	for (int ms = 0; n < INSTANCES + PSD_SPARE_LEAVES / 2 ||
	     n > INSTANCES + PSD_SPARE_LEAVES;
	     ms += STEP_MS) {
		if (ms > TEST_DEADLINE)
			fail_msg("%d leaves: %s", n, ret_names);
		(void)poll(NULL, 0, STEP_MS);
		n = list_leaves(ret_names);
	}
}

/* Whoever is to wait for it may take his time. */
static inline bool
is_alive(const char *pid)
{
	char path[64], text[512];
	const char *state;
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	(void)fclose(file);
	state = strrchr(text, ')');
	return state != NULL && state[2] != 'Z' && state[2] != 'X';
}

/* A process of another session, whose parents are gone. */
static inline void
leave_behind(char ret_pid[32])
{
	const int fd = daemon_rig_connect(&rig, "one");

	(void)snprintf(ret_pid, 32, "%s", daemon_rig_say(fd, "scatter"));
	assert_true(atoi(ret_pid) > 1);
	(void)close(fd);
}

static inline void
expect_death(const char *pid)
{
	for (int ms = 0; is_alive(pid); ms += STEP_MS) {
		assert_true(ms < TEST_DEADLINE);
		(void)poll(NULL, 0, STEP_MS);
	}
}

#endif
