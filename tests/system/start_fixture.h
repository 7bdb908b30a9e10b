/* SPDX-License-Identifier: ISC */
#ifndef TEST_START_FIXTURE_H
#define TEST_START_FIXTURE_H

/* Starts of helpers of a daemon whose system calls are made to fail. */
#include "common/mem.h"
#include "common/steps.h"
#include "daemon/cgroup_find.h"
#include "tests/faults/inject.h"
#include "tests/support/daemon_rig.h"
#include "tests/support/ledger.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { LOG_MAX = 1 << 20 };

static struct daemon_rig rig;
static struct ledger before;
static int caller = -1;

/* A service whose helpers are started one after the other, and a program. */
static inline void
start_daemon(void (*on_birth)(void))
{
	daemon_rig_prepare(&rig);
	rig.on_birth = on_birth;
	daemon_rig_puppet(&rig, "caller", "Instances=1", "AllowRun=lo");
	daemon_rig_puppet(&rig, "one", "Instances=1\nRestartSec=1ms", "");
	daemon_rig_write(&rig, "policies/lo.policy",
	    "[Helper]\nType=program\nExecStart=/bin/cat\nStartLimitBurst=0\n"
	    "CPUAffinity=0-1023\n"
	    "TemporaryFileSystem=/tmp:size=1M\n"
	    "[Policy]\nSystemCallFilter=@helper @loader @basic-io\n"
	    "AllowOpen=@runtime\n");
	daemon_rig_start(&rig);
	caller = daemon_rig_connect(&rig, "caller");
	assert_string_equal(daemon_rig_say(caller, "ping 1"), "0");
	before = ledger_at_rest(rig.pid, LEDGER_REST_MS);
	inject_attach(rig.pid, true);
	assert_true(inject_settles());
}

/* Of a group of its own making, which itself may be left for the next one. */
static inline bool
has_leaf(pid_t daemon)
{
	char path[PATH_MAX], why[256], pattern[PATH_MAX + 64];
	glob_t found = { .gl_pathc = 0 };
	bool is_top;
	int r;

	if (psd_cgroup_find(NULL, path, sizeof(path), &is_top, why,
		sizeof(why)) < 0)
		return false;
	(void)snprintf(pattern, sizeof(pattern), "%s/privsepd-%d-*/instance-*",
	    path, (int)daemon);
	r = glob(pattern, 0, NULL, &found);
	globfree(&found);
	assert_true(r == 0 || r == GLOB_NOMATCH);
	return r == 0;
}

static inline int
clean(void **state)
{
	const pid_t pid = rig.pid;

	(void)state;
	inject_end();
	(void)close(caller);
	daemon_rig_clean(&rig);
	assert_false(has_leaf(pid));
	return 0;
}

static inline int
prepare(void **state)
{
	(void)state;
	start_daemon(NULL);
	return 0;
}

/* All that was said of starts of this service, from an entry on. */
static inline size_t
find_entries(const char *service, size_t from, char ret_last[PATH_MAX])
{
	static char log[LOG_MAX];
	char path[PATH_MAX], words[64];
	const char *at = log;
	size_t n = 0, len;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/log", rig.dir);
	(void)snprintf(words, sizeof(words),
	    "%s: cannot start a helper: ", service);
	file = fopen(path, "re");
	assert_non_null(file);
	len = fread(log, 1, sizeof(log) - 1, file);
	(void)fclose(file);
	log[len] = '\0';
	ret_last[0] = '\0';
	while ((at = strstr(at, words)) != NULL) {
		at += strlen(words);
		if (n++ >= from)
			(void)snprintf(ret_last, PATH_MAX, "%.*s",
			    (int)strcspn(at, "\n"), at);
	}
	return n;
}

static inline int
run_starts(const struct CMUnitTest *tests, size_t n)
{
	if (geteuid() != 0) {
		puts("1..0 # SKIP not root: ids cannot be changed");
		return 77;
	}
	if (inject_prepare() != 0)
		return 77;
	return _cmocka_run_group_tests("starts", tests, n, NULL, NULL);
}

#endif
