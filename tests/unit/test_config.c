/* SPDX-License-Identifier: ISC */
/* privsepd.conf(5): what it may say, and each refusal. */
#include "common/mem.h"
#include "daemon/config.h"
#include "policy/diag.h"
#include "tests/support/dir.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

static char *dir;
static char path[4096];

static int
make_dir(void **state)
{
	(void)state;
	dir = test_dir_make();
	if (dir == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/privsepd.conf", dir);
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	test_dir_remove(dir);
	return 0;
}

static int
read_text(const char *text, struct psd_config *ret, struct psd_diag *diag)
{
	*ret = (struct psd_config){ .file = path };
	psd_diag_init(diag);
	assert_int_equal(test_dir_write(dir, "privsepd.conf", text), 0);
	return psd_config_read(ret, diag);
}

static void
settings_that_the_manual_has_are_taken(void **state)
{
	struct psd_config config;
	struct psd_diag diag;

	(void)state;
	assert_int_equal(read_text("[Daemon]\n"
				   "ControlGroup=/sys/fs/cgroup/a\n"
				   "InstancesMax=12\n"
				   "KeepCapabilities=CAP_NET_RAW cap_chown\n"
				   "KeepCapabilities=CAP_KILL\n"
				   "KeepSystemCalls=ptrace bpf\n"
				   "KeepSystemCalls=kcmp\n"
				   "LogLevel=warning\n"
				   "MaxConnectionsPerUser=7\n"
				   "Relay=/x/relay\n"
				   "Resolver=/x/resolver\n"
				   "Watcher=/x/watcher\n"
				   "UidRange=100000-100999\n",
			     &config, &diag),
	    0);
	assert_string_equal(config.control_group, "/sys/fs/cgroup/a");
	assert_int_equal(config.instances_max, 12);
	assert_int_equal(config.keep_caps.n, 3);
	assert_string_equal(config.keep_caps.at[1].text, "cap_chown");
	assert_int_equal(config.keep_caps.at[2].where.line, 5);
	assert_int_equal(config.keep_calls.n, 3);
	assert_string_equal(config.keep_calls.at[1].text, "bpf");
	assert_int_equal(config.log_level, LOG_WARNING);
	assert_int_equal(config.user_connections_max, 7);
	assert_string_equal(config.relay, "/x/relay");
	assert_string_equal(config.resolver, "/x/resolver");
	assert_string_equal(config.watcher, "/x/watcher");
	assert_int_equal(config.uid_first, 100000);
	assert_int_equal(config.uid_last, 100999);
	psd_config_free(&config);
	psd_diag_free(&diag);
}

/* An empty value takes back what stood above, as in every file of ours. */
static void
empty_values_are_the_defaults(void **state)
{
	struct psd_config config, defaults;
	struct psd_diag diag;

	(void)state;
	assert_int_equal(read_text("", &defaults, &diag), 0);
	psd_diag_free(&diag);
	assert_int_equal(
	    read_text("[Daemon]\n"
		      "ControlGroup=/a\nControlGroup=\n"
		      "InstancesMax=12\nInstancesMax=\n"
		      "KeepCapabilities=CAP_CHOWN\nKeepCapabilities=\n"
		      "KeepSystemCalls=ptrace\nKeepSystemCalls=\n"
		      "LogLevel=err\nLogLevel=\n"
		      "MaxConnectionsPerUser=7\nMaxConnectionsPerUser=\n"
		      "Relay=/x\nRelay=\n"
		      "Resolver=/x\nResolver=\n"
		      "UidRange=100000-100999\nUidRange=\n"
		      "Watcher=/x\nWatcher=\n",
		&config, &diag),
	    0);
	assert_null(config.control_group);
	assert_int_equal(config.keep_caps.n, 0);
	assert_int_equal(config.keep_calls.n, 0);
	assert_int_equal(config.instances_max, defaults.instances_max);
	assert_int_equal(config.user_connections_max,
	    defaults.user_connections_max);
	assert_int_equal(config.log_level, LOG_INFO);
	assert_string_equal(config.relay, defaults.relay);
	assert_string_equal(config.resolver, defaults.resolver);
	assert_string_equal(config.watcher, defaults.watcher);
	assert_int_equal(config.uid_first, defaults.uid_first);
	assert_int_equal(config.uid_last, defaults.uid_last);
	psd_config_free(&config);
	psd_diag_free(&diag);
}

#define TAKES_UIDS "UidRange= takes FIRST-LAST, two user ids from 1000 up"
#define TAKES_PATH "takes the absolute path of a program, without"

static void
other_values_are_refused_by_their_line(void **state)
{
	static const struct {
		const char *line, *told;
	} cases[] = {
		{ "UidRange=100000", TAKES_UIDS },
		{ "UidRange=999-100000", TAKES_UIDS },
		{ "UidRange=100000-", TAKES_UIDS },
		{ "UidRange=-100000", TAKES_UIDS },
		{ "UidRange=100000-99999", TAKES_UIDS },
		{ "UidRange=100000-4294967295", TAKES_UIDS },
		{ "UidRange=100000-200000x", TAKES_UIDS },
		{ "KeepCapabilities=NET_RAW", "takes names of capabilities" },
		{ "KeepCapabilities=CAP_CHOWN x", "got \"x\"" },
		{ "KeepSystemCalls=open @helper", "got \"@helper\"" },
		{ "KeepSystemCalls=opnat", "takes names of system calls" },
		{ "KeepCapabilities=\"CAP_CHOWN", "KeepCapabilities=: quotes" },
		{ "KeepCapabilities=CAP_\\q", "KeepCapabilities=: a backsl" },
		{ "ControlGroup=a", "ControlGroup= takes the absolute path" },
		{ "InstancesMax=0", "InstancesMax= takes a number from 1 to" },
		{ "InstancesMax=65537", "to 65536; got \"65537\"" },
		{ "InstancesMax=-1", "InstancesMax= takes a number" },
		{ "MaxConnectionsPerUser=0",
		    "MaxConnectionsPerUser= takes a number" },
		{ "LogLevel=loud", "LogLevel= takes a level of syslog(3)" },
		{ "LogLevel=8", "LogLevel= takes a level of syslog(3)" },
		{ "Relay=relay", "Relay= " TAKES_PATH },
		{ "Resolver=/a b", "Resolver= " TAKES_PATH },
		{ "Resolver=/a%%b", "Resolver= " TAKES_PATH },
		{ "Watcher=/a\\\\b", "Watcher= " TAKES_PATH },
		{ "Watch=/a", "unknown key Watch=; [Daemon] has ControlGroup" },
		{ "[Helper]", "unknown section [Helper]; privsepd.conf has" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct psd_config config;
		struct psd_diag diag;
		char text[256];

		(void)snprintf(text, sizeof(text), "[Daemon]\n\n%s\n",
		    cases[i].line);
		assert_int_equal(read_text(text, &config, &diag), -EINVAL);
		if (strstr(diag.text, cases[i].told) == NULL ||
		    strstr(diag.text, "privsepd.conf:3: ") == NULL)
			fail_msg("%s: %s", cases[i].line, diag.text);
		psd_config_free(&config);
		psd_diag_free(&diag);
	}
}

/* What may not be in the file's place, each refused as a whole. */
static void
write_nul(void)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite("[Daemon]\n\0\n", 1, 11, file), 11);
	assert_int_equal(fclose(file), 0);
}

static void
make_link(void)
{
	assert_int_equal(symlink("/etc/passwd", path), 0);
}

static void
make_directory(void)
{
	assert_int_equal(mkdir(path, 0700), 0);
}

static void
write_for_others(void)
{
	assert_int_equal(test_dir_write(dir, "privsepd.conf", ""), 0);
	assert_int_equal(chmod(path, 0666), 0);
}

static void
write_much(void)
{
	assert_int_equal(test_dir_write(dir, "privsepd.conf", ""), 0);
	assert_int_equal(truncate(path, 1024 * 1024 + 1), 0);
}

static void
make_nothing(void)
{
}

static void
file_that_cannot_be_trusted_or_read_is_refused(void **state)
{
	static const struct {
		void (*make)(void);
		const char *told;
	} cases[] = {
		{ make_nothing, "privsepd.conf: no such file" },
		{ write_nul, ":2: a NUL byte; this is not a text file" },
		{ make_link, "a symbolic link; only one to /dev/null" },
		{ make_directory, "not a regular file" },
		{ write_for_others, "others" },
		{ write_much, "larger than 1 MiB" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct psd_config config = { .file = path };
		struct psd_diag diag;

		(void)remove(path);
		cases[i].make();
		psd_diag_init(&diag);
		assert_int_equal(psd_config_read(&config, &diag), -EINVAL);
		if (strstr(diag.text, cases[i].told) == NULL)
			fail_msg("%s: %s", cases[i].told, diag.text);
		psd_config_free(&config);
		psd_diag_free(&diag);
	}
	(void)remove(path);
}

static void
link_to_nothing_masks_the_file(void **state)
{
	struct psd_config config = { .file = path, .is_run = true };
	struct psd_diag diag;

	(void)state;
	(void)remove(path);
	psd_diag_init(&diag);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(psd_config_read(&config, &diag), 0);
	/* Of one program that somebody runs, less is told. */
	assert_int_equal(config.log_level, LOG_NOTICE);
	psd_config_free(&config);
	psd_diag_free(&diag);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_that_the_manual_has_are_taken),
		cmocka_unit_test(empty_values_are_the_defaults),
		cmocka_unit_test(other_values_are_refused_by_their_line),
		cmocka_unit_test(
		    file_that_cannot_be_trusted_or_read_is_refused),
		cmocka_unit_test(link_to_nothing_masks_the_file),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
