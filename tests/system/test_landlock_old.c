/* SPDX-License-Identifier: ISC */
/*
 * Each version of Landlock that there was: helpers and programs do their work with
 * what it has, status says what it lacks, and what rests on it is refused.
 */
#include "common/mem.h"
#include "common/sys.h"
#include "tests/support/child.h"
#include "tests/support/preload.h"
#include "tests/system/rig_fixture.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const versions[] = {
	[1] = "version 1 does not bound truncating, TCP, ioctl() on devices,",
	[2] = "version 2 does not bound truncating, TCP,",
	[3] = "version 3 does not bound TCP, ioctl() on devices,",
	[4] = "version 4 does not bound ioctl() on devices,",
	[5] = "version 5 does not bound abstract sockets and signals",
};
enum { WITH_PORTS = 4 };

static size_t version;

static void
be_old(void)
{
	char number[8];

	(void)snprintf(number, sizeof(number), "%zu", version);
	if (setenv("PSD_LANDLOCK", number, 1) < 0 ||
	    preload("old_landlock") < 0)
		_exit(96);
}

/* One truncates a file in its view and creates another, one has its own. */
static void
write_policies(void)
{
	daemon_rig_puppet(&rig, "one", "Instances=1\nRequire=landlock", "");
	daemon_rig_write(&rig, "policies/shown.policy",
	    "[Helper]\nType=inetd\nExecStart=/usr/bin/tee %s/out/a %s/out/b\n"
	    "Require=landlock\nListenStream=%s/run/shown.sock\n"
	    "[Policy]\nSystemCallFilter=@filter @loader\nAllowOpen=@runtime\n"
	    "AllowOpen=read,write,create %s/out/**\n");
	daemon_rig_write(&rig, "policies/own.policy",
	    "[Helper]\nType=inetd\nExecStart=/usr/bin/tee /tmp/a\n"
	    "Require=landlock\nTemporaryFileSystem=/tmp:size=64K\n"
	    "ListenStream=%s/run/own.sock\n"
	    "[Policy]\nSystemCallFilter=@filter @loader\nAllowOpen=@runtime\n");
}

/* tee says by its exit status whether it could write. */
static void
expect_written(const char *service)
{
	char byte, line[64];
	const int fd = daemon_rig_connect(&rig, service);

	assert_int_equal(send(fd, "x", 1, MSG_NOSIGNAL), 1);
	assert_true(test_poll(fd, POLLIN, TEST_DEADLINE) != 0);
	assert_int_equal(recv(fd, &byte, 1, 0), 1);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	(void)close(fd);
	(void)snprintf(line, sizeof(line), "%s[", service);
	assert_true(daemon_rig_logs(&rig, line));
}

static const char *
path_of(const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", rig.dir, name);
	return path;
}

static void
expect_size(const char *name, off_t size)
{
	struct stat status;

	assert_int_equal(stat(path_of(name), &status), 0);
	assert_int_equal(status.st_size, size);
}

/* For whatever uid a helper has. */
static void
make_files(void)
{
	const mode_t mask = umask(0);

	assert_int_equal(mkdir(path_of("out"), 0777), 0);
	assert_int_equal(mknod(path_of("out/a"), S_IFREG | 0666, 0), 0);
	assert_int_equal(truncate(path_of("out/a"), 100), 0);
	(void)umask(mask);
}

static void
expect_work(void)
{
	const int fd = daemon_rig_connect(&rig, "one");

	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	(void)close(fd);
	expect_written("own");
	expect_written("shown");
	expect_size("out/a", 1);
	expect_size("out/b", 1);
}

static void
expect_told(const char *words)
{
	char line[256];
	const char *text;

	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	(void)snprintf(line, sizeof(line), "landlock, in part: %s", words);
	if (strstr(text, line) == NULL)
		fail_msg("no \"%s\" in\n%s", line, text);
}

/* Nothing else bounds the sockets of a program in the host's network. */
static void
expect_ports_are_refused(void)
{
	const char *text;
	int status;

	daemon_rig_write(&rig, "policies/ports.policy",
	    "[Helper]\nType=inetd\nExecStart=/bin/cat\n"
	    "ListenStream=%s/run/ports.sock\n"
	    "[Policy]\nSystemCallFilter=@filter @loader @network-io\n"
	    "AllowOpen=@runtime\nAllowConnect=tcp *:80\n");
	status = daemon_rig_ctl(&rig, &text, "reload", NULL);
	if ((status != 0) != (version < WITH_PORTS))
		fail_msg("%d with version %zu: %s", status, version, text);
	if (status != 0)
		assert_non_null(strstr(text, "version 4 (Linux 6.7)"));
}

static void
each_old_version_holds_what_it_has(void **state)
{
	for (version = 1; version < PSD_ELEMENTS(versions); version++) {
		print_message("# version %zu\n", version);
		(void)prepare(state);
		write_policies();
		make_files();
		rig.on_birth = be_old;
		daemon_rig_start(&rig);
		expect_work();
		expect_told(versions[version]);
		expect_ports_are_refused();
		assert_int_equal(daemon_rig_stop(&rig), 0);
		assert_false(daemon_rig_has_logged(&rig, "exit status 1"));
		(void)clean(state);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_old_version_holds_what_it_has),
	};

	if (geteuid() != 0) {
		print_message("SKIP: no helpers of other users without root\n");
		return 77;
	}
	if (!preload_is_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
