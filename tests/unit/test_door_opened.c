/* SPDX-License-Identifier: ISC */
/* A service's door and control.sock: what is in the way of their opening. */
#include "common/fd.h"
#include "daemon/control.h"
#include "daemon/control_client.h"
#include "daemon/door.h"
#include "tests/support/capture.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/policy.h"
#include "tests/support/valgrind.h"
#include "tests/unit/dir_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

/* Which calls the C library makes. */
#ifdef SYS_chmod
enum {
	CHMOD = SYS_chmod,
	CHOWN = SYS_chown,
	MKDIR = SYS_mkdir,
	UNLINK = SYS_unlink,
	MODE = 1
};
#else
enum {
	CHMOD = SYS_fchmodat,
	CHOWN = SYS_fchownat,
	MKDIR = SYS_mkdirat,
	UNLINK = SYS_unlinkat,
	MODE = 2
};
#endif

enum { ANY = -1, GROUP = 23456, LONG = 100 };

/* A call that fails, where its argument is so if that is told. */
struct row {
	int call;
	int argument;
	uint32_t value;
	int error;
};

static struct psd_daemon owner;
static struct test_policy policy;
static struct test_capture said;

static bool
begin(const struct row *row)
{
	owner = (struct psd_daemon){ .host.null_fd = PSD_NO_FD };
	(void)snprintf(owner.config.runtime_dir,
	    sizeof(owner.config.runtime_dir), "%s", dir);
	test_policy_load(&policy,
	    "[Helper]\nExecStart=/bin/true\nClients=group:23456\n[Policy]\n"
	    "SystemCallFilter=@helper\nAllowAccept=yes\n",
	    0);
	if (policy.policy == NULL || sd_event_new(&owner.event) < 0)
		return false;
	(void)umask(077);
	return row == NULL ||
	    (row->argument == ANY
		    ? test_deny(row->call, row->error)
		    : test_deny_argument(row->call, (unsigned)row->argument,
			  row->value, row->error)) == 0;
}

static int
open_door(struct psd_door **ret, struct psd_diag *diag)
{
	psd_diag_init(diag);
	return psd_door_open(&owner, policy.policy, ret, diag);
}

static int
door_without(void *argument)
{
	const struct row *row = argument;
	struct psd_door *door = NULL;
	struct psd_diag diag;
	char want[256];
	size_t fds;

	TEST_EXPECT(begin(row));
	fds = test_fds_count();
	TEST_EXPECT(open_door(&door, &diag) == -row->error);
	(void)snprintf(want, sizeof(want),
	    "cannot listen on %s/service/www.sock for Clients=: %s\n", dir,
	    strerror(row->error));
	TEST_EXPECT(strstr(diag.text, want) != NULL);
	TEST_EXPECT(door == NULL && test_fds_count() == fds);
	return 0;
}

static void
expect_zero(int (*body)(void *argument), const void *argument)
{
	assert_int_equal(test_child_exit_status(test_child_start(body,
			     (void *)(uintptr_t)argument)),
	    0);
}

static void
door_that_cannot_be_opened_is_told_with_the_reason(void **state)
{
	static const struct row rows[] = {
		{ SYS_socket, ANY, 0, EMFILE },
		{ SYS_bind, ANY, 0, EROFS },
		{ SYS_listen, ANY, 0, EADDRINUSE },
		{ MKDIR, ANY, 0, EROFS },
		{ UNLINK, ANY, 0, EROFS },
		{ CHMOD, MODE, 0600, EPERM },
		{ CHMOD, MODE, 0660, EPERM },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_zero(door_without, &rows[i]);
}

static int
open_captured(void *argument)
{
	struct psd_diag diag;

	return open_door(argument, &diag);
}

/* Whoever comes is asked who he is; the group only keeps others away. */
static int
door_of_everybody(void *argument)
{
	static const struct row no_chown = { CHOWN, ANY, 0, EPERM };
	char path[256];
	struct psd_door *door = NULL;
	struct psd_door_carried carried;
	struct stat status;

	(void)argument;
	TEST_EXPECT(begin(&no_chown));
	TEST_EXPECT(test_capture(open_captured, &door, &said) == 0);
	TEST_EXPECT(strstr(said.err,
			"cannot give it to its group: Operation "
			"not permitted; all may knock") != NULL);
	(void)snprintf(path, sizeof(path), "%s/service/www.sock", dir);
	TEST_EXPECT(stat(path, &status) == 0);
	TEST_EXPECT((status.st_mode & 07777) == 0666);
	/* Nothing is tried again while the policy is the same. */
	psd_door_tell(door, &carried);
	TEST_EXPECT(carried.mode == 0660 && carried.gid == GROUP);
	psd_door_close(&owner.store, door);
	TEST_EXPECT(access(path, F_OK) < 0);
	return 0;
}

static void
door_whose_group_cannot_be_set_is_told_and_lets_all_knock(void **state)
{
	(void)state;
	expect_zero(door_of_everybody, NULL);
}

/* What the service manager has stays where its clients look for it. */
static void
door_that_the_store_keeps_is_left_when_the_daemon_ends(void **state)
{
	char path[256];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/service/www.sock", dir);
	for (int is_frozen = 0; is_frozen < 2; is_frozen++) {
		struct psd_door_carried carried = { .holder =
							PSD_HELD_IN_STORE };
		struct psd_door *door = NULL;
		struct psd_diag diag;

		assert_true(begin(NULL));
		owner.store.is_frozen = is_frozen != 0;
		assert_int_equal(open_door(&door, &diag), 0);
		psd_door_tell(door, &carried);
		carried.fd = dup(carried.fd);
		carried.holder = PSD_HELD_IN_STORE;
		psd_door_close(&owner.store,
		    psd_door_resume(&owner, "www", &carried));
		assert_int_equal(access(path, F_OK), is_frozen ? 0 : -1);
		assert_int_equal(fcntl(carried.fd, F_GETFD), -1);
		psd_door_close(&owner.store, door);
		owner.event = sd_event_unref(owner.event);
		psd_diag_free(&diag);
		test_policy_free(&policy);
	}
}

static void
lengthen(void)
{
	memset(owner.config.runtime_dir, 'x', LONG);
	owner.config.runtime_dir[0] = '/';
	owner.config.runtime_dir[LONG] = '\0';
}

static int
long_names(void *argument)
{
	struct psd_door_carried carried = { .fd = dup(STDIN_FILENO) };
	struct psd_door *door = NULL;
	struct psd_diag diag;
	const int fd = dup(STDIN_FILENO);

	(void)argument;
	TEST_EXPECT(begin(NULL));
	lengthen();
	TEST_EXPECT(open_door(&door, &diag) == -ENAMETOOLONG);
	TEST_EXPECT(strstr(diag.text, strerror(ENAMETOOLONG)) != NULL);
	TEST_EXPECT(psd_door_resume(&owner, "www", &carried) == NULL);
	TEST_EXPECT(fcntl(carried.fd, F_GETFD) < 0);
	TEST_EXPECT(psd_control_open(&owner) == -ENAMETOOLONG);
	TEST_EXPECT(psd_control_resume(&owner, fd) == -ENAMETOOLONG);
	TEST_EXPECT(owner.control == NULL && fcntl(fd, F_GETFD) < 0);
	return 0;
}

static void
name_that_is_too_long_for_a_socket_is_refused(void **state)
{
	(void)state;
	expect_zero(long_names, NULL);
}

static int
control_without(void *argument)
{
	const struct row *row = argument;
	char path[256];
	size_t fds;

	TEST_EXPECT(begin(row));
	(void)snprintf(path, sizeof(path), "%s/control.sock", dir);
	fds = test_fds_count();
	TEST_EXPECT(psd_control_open(&owner) == -row->error);
	TEST_EXPECT(owner.control == NULL);
	TEST_EXPECT(test_fds_count() == fds && access(path, F_OK) < 0);
	return 0;
}

static void
control_sock_that_cannot_be_opened_is_not_left(void **state)
{
	static const struct row rows[] = {
		{ SYS_socket, ANY, 0, ENFILE },
		{ SYS_bind, ANY, 0, EROFS },
		{ SYS_listen, ANY, 0, EADDRINUSE },
		{ SYS_epoll_ctl, ANY, 0, ENOSPC },
		{ CHMOD, MODE, 0660, EPERM },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_zero(control_without, &rows[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    door_that_cannot_be_opened_is_told_with_the_reason),
		cmocka_unit_test(
		    door_whose_group_cannot_be_set_is_told_and_lets_all_knock),
		cmocka_unit_test(
		    door_that_the_store_keeps_is_left_when_the_daemon_ends),
		cmocka_unit_test(name_that_is_too_long_for_a_socket_is_refused),
		cmocka_unit_test(
		    control_sock_that_cannot_be_opened_is_not_left),
	};

	if (geteuid() != 0 || test_under_valgrind()) {
		puts("1..0 # SKIP no root, or no filters under valgrind");
		return 77;
	}
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
