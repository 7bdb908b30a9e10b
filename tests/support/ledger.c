/* SPDX-License-Identifier: ISC */
#include "tests/support/ledger.h"

#include "daemon/cgroup.h"
#include "tests/support/child.h"
#include "tests/support/fds.h"
#include "tests/support/status.h"

#include <linux/magic.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cmocka.h>

enum { STEP_MS = 5, FDS_MAX = 32768 };

char
ledger_state_of(pid_t pid)
{
	char path[64], line[256] = "";
	const char *state;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return '\0';
	if (fgets(line, sizeof(line), file) == NULL)
		line[0] = '\0';
	(void)fclose(file);
	state = strrchr(line, ')');
	return state != NULL && strlen(state) > 2 ? state[2] : '\0';
}

static void
count_children(pid_t daemon, struct ledger *ret)
{
	char path[64];
	FILE *file;
	int pid;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)daemon, (int)daemon);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fscanf(file, "%d", &pid) == 1) {
		ret->children++;
		ret->zombies += ledger_state_of(pid) == 'Z';
	}
	(void)fclose(file);
}

static void
count_fds(pid_t daemon, struct ledger *ret)
{
	static struct test_fd list[FDS_MAX];
	const ssize_t n = test_fds_list(daemon, list, FDS_MAX);
	struct statfs in;
	char path[64];

	assert_in_range(n, 1, FDS_MAX);
	ret->fds = (size_t)n;
	for (ssize_t i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d",
		    (int)daemon, list[i].number);
		if (list[i].target[0] == '/' && statfs(path, &in) == 0 &&
		    in.f_type == CGROUP2_SUPER_MAGIC)
			ret->leaves++;
		ret->watches +=
		    strcmp(list[i].target, "anon_inode:inotify") == 0;
	}
	ret->fds -= ret->leaves;
}

struct ledger
ledger_of(pid_t daemon)
{
	struct ledger ledger = { .memory = strtoul(test_status(daemon, "VmRSS"),
				     NULL, 10) };

	count_fds(daemon, &ledger);
	count_children(daemon, &ledger);
	return ledger;
}

bool
ledger_has_children(pid_t daemon, size_t n)
{
	struct ledger now = { 0 };

	count_children(daemon, &now);
	return now.children == n && now.zombies == 0;
}

/* How many descriptors, of any kind: since Linux 6.2 the directory says it. */
static size_t
count_numbers(pid_t daemon)
{
	struct stat status;
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)daemon);
	assert_int_equal(stat(path, &status), 0);
	return status.st_size > 0 ? (size_t)status.st_size
				  : (size_t)test_fds_list(daemon, NULL, 0);
}

struct ledger
ledger_at_rest(pid_t daemon, int msec)
{
	struct ledger last = { 0 };
	int same = 0;

	for (int ms = 0; same < msec; ms += STEP_MS) {
		struct ledger now = { .fds = count_numbers(daemon) };

		assert_true(ms < TEST_DEADLINE);
		count_children(daemon, &now);
		same = now.fds == last.fds && now.children == last.children &&
			now.zombies == last.zombies
		    ? same + STEP_MS
		    : 0;
		last = now;
		(void)poll(NULL, 0, STEP_MS);
	}
	return ledger_of(daemon);
}

bool
ledger_settles(pid_t daemon, const struct ledger *before)
{
	struct ledger now = { 0 };

	for (int ms = 0; ms < TEST_DEADLINE; ms += STEP_MS) {
		(void)poll(NULL, 0, ms == 0 ? 0 : STEP_MS);
		if (!ledger_has_children(daemon, before->children))
			continue;
		now = ledger_of(daemon);
		if (now.fds == before->fds &&
		    now.leaves <= before->leaves + PSD_SPARE_LEAVES &&
		    now.children == before->children && now.zombies == 0)
			return true;
	}
	now = ledger_of(daemon);
	print_error("descriptors %zu, were %zu; children %zu, were %zu; "
		    "%zu zombies\n",
	    now.fds, before->fds, now.children, before->children, now.zombies);
	return false;
}
