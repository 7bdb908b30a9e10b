/* SPDX-License-Identifier: ISC */
#include "tests/support/names_rig.h"

#include "tests/support/dir.h"

#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct daemon_rig names_rig;
struct fake_dns names_dns;
char *names_files;

int
names_rig_enter(void **state)
{
	(void)state;
	names_files = test_dir_make();
	return names_files == NULL ? -1 : fake_dns_enter(names_files);
}

int
names_rig_leave(void **state)
{
	(void)state;
	test_dir_remove(names_files);
	return 0;
}

int
names_rig_prepare(void **state)
{
	(void)state;
	daemon_rig_prepare(&names_rig);
	return fake_dns_start(&names_dns);
}

int
names_rig_clean(void **state)
{
	(void)state;
	daemon_rig_clean(&names_rig);
	fake_dns_stop(&names_dns);
	return 0;
}

void
names_rig_write(const char *name, const char *policy_lines)
{
	char policy[4096], file[NAME_MAX];

	(void)snprintf(policy, sizeof(policy),
	    "[Helper]\nExecStart=%%a\nListenStream=%%s/run/%s.sock\n[Policy]\n"
	    "SystemCallFilter=@helper @loader @network-io\n"
	    "AllowOpen=@runtime\nAllowAccept=yes\n%s\n",
	    name, policy_lines);
	(void)snprintf(file, sizeof(file), "policies/%s.policy", name);
	daemon_rig_write(&names_rig, file, policy);
}

int
names_rig_start(const char *policy_lines)
{
	names_rig_write("one", policy_lines);
	daemon_rig_start(&names_rig);
	return daemon_rig_connect(&names_rig, "one");
}

pid_t
names_rig_resolver(void)
{
	static const char name[] = "/resolver";
	const size_t len = strlen(name);
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	pid_t found = -1;

	assert_non_null(proc);
	while ((entry = readdir(proc)) != NULL) {
		char path[PATH_MAX], target[PATH_MAX];
		ssize_t n;

		(void)snprintf(path, sizeof(path), "/proc/%s/exe",
		    entry->d_name);
		n = readlink(path, target, sizeof(target) - 1);
		target[n < 0 ? 0 : n] = '\0';
		if (n > (ssize_t)len && strcmp(target + n - len, name) == 0)
			found = (pid_t)strtol(entry->d_name, NULL, 10);
	}
	(void)closedir(proc);
	return found;
}
