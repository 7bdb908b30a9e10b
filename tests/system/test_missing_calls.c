/* SPDX-License-Identifier: ISC */
/* Calls and options that a kernel does not have, and what is done instead. */
#include "tests/support/door_rig.h"
#include "tests/system/missing_fixture.h"

/* Linux 6.16 and 6.5; the headers may be older. */
enum { PASSRIGHTS = 83, PEERPIDFD = 77 };

static void
expect_pings(void)
{
	const int fd = daemon_rig_connect(&rig, "one");

	assert_string_equal(daemon_rig_say(fd, "ping 5"), "0");
	(void)close(fd);
}

static void
a_call_that_is_missing_is_done_without(void **state)
{
	/* clone3() as in a sandbox, mount_setattr() before 5.12. */
	static const struct lack lacks[] = {
		{ SYS_clone3, ANY, 0, ENOSYS },
		{ SYS_clone3, ANY, 0, EPERM },
		{ SYS_mount_setattr, ANY, 0, ENOSYS },
		{ SYS_keyctl, ANY, 0, ENOSYS },
		{ SYS_setsockopt, 2, PASSRIGHTS, ENOPROTOOPT },
		{ SYS_getsockopt, 2, PEERPIDFD, ENOPROTOOPT },
		{ SYS_inotify_init1, ANY, 0, ENOSYS },
	};
	const char *text;
	int fd;

	for (size_t i = 0; i < PSD_ELEMENTS(lacks); i++) {
		print_message("# call %d, %s\n", lacks[i].call,
		    strerror(lacks[i].error));
		(void)prepare(state);
		daemon_rig_puppet(&rig, "one", "Instances=1\nRestartSec=1ms",
		    "");
		start_without(&lacks[i]);
		expect_pings();
		assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL),
		    0);
		assert_null(strstr(text, "MISSING: namespaces"));
		/* A second one starts as the first did. */
		fd = daemon_rig_connect(&rig, "one");
		(void)daemon_rig_say(fd, "exit 7");
		(void)close(fd);
		expect_pings();
		assert_int_equal(daemon_rig_stop(&rig), 0);
		(void)clean(state);
	}
}

static void
without_pidfds_of_clients_users_are_admitted_all_the_same(void **state)
{
	static const struct lack no_pidfd = { SYS_getsockopt, 2, PEERPIDFD,
		ENOPROTOOPT };
	int fd;

	(void)prepare(state);
	daemon_rig_puppet(&rig, "user", "Clients=user:0", "");
	daemon_rig_puppet(&rig, "unit", "Clients=unit:nginx.service", "");
	start_without(&no_pidfd);
	fd = door_connect(&rig, "user");
	assert_int_equal(door_say(fd, "ping 1", NULL, 0), 0);
	(void)close(fd);
	fd = door_connect(&rig, "unit");
	assert_int_equal(door_say(fd, "ping 1", NULL, 0), -EPERM);
	(void)close(fd);
	assert_int_equal(daemon_rig_stop(&rig), 0);
	(void)clean(state);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_that_is_missing_is_done_without),
		cmocka_unit_test(
		    without_pidfds_of_clients_users_are_admitted_all_the_same),
	};

	if (geteuid() != 0) {
		puts("1..0 # SKIP not root: layers are missing anyway");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
