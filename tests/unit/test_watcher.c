/* SPDX-License-Identifier: ISC */
/*
 * The watcher's own program, asked as the daemon asks it, about calls of a
 * thread that waits at its filter's listener.
 */
#include "tests/unit/watcher_fixture.h"

static void
an_absolute_path_is_seen_as_it_is_written(void **state)
{
	(void)state;
	open_seen(place("/etc/shadow"), 0, "/etc/shadow");
	open_seen(place("//a/../b\n\033[2J\xff"), 0, "//a/../b\n\033[2J\xff");
}

static void
a_relative_path_is_seen_with_the_directory_that_it_starts_from(void **state)
{
	_cleanup_fd_ int dir = open("/usr", O_PATH | O_CLOEXEC);
	char cwd[PAGE], whole[PAGE + 8];
	struct caller caller = {
		.number = SYS_openat,
		.args = { (uint64_t)dir, place("lib/x") },
	};

	(void)state;
	assert_true(dir >= 0);
	expect_seen(&caller, 0, "/usr/lib/x");
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	(void)snprintf(whole, sizeof(whole), "%s/x", cwd);
	open_seen(place("x"), 0, whole);
}

static void
a_path_that_starts_from_no_directory_is_said_to_be_relative(void **state)
{
	int ends[2];
	struct caller caller = { .number = SYS_openat };

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	caller.args[0] = (uint64_t)ends[0];
	caller.args[1] = place("x");
	expect_seen(&caller, PSD_SEEN_RELATIVE, "x");
	caller.args[0] = NOT_A_CALL;
	expect_seen(&caller, PSD_SEEN_RELATIVE, "x");
	psd_fd_close(ends[0]);
	psd_fd_close(ends[1]);
}

static void
a_pointer_to_nothing_is_said_to_be_unreadable(void **state)
{
	(void)state;
	open_seen((uintptr_t)rig.pages + 2 * (size_t)PAGE, PSD_SEEN_UNREADABLE,
	    "");
	open_seen(UINT64_MAX - 2, PSD_SEEN_UNREADABLE, "");
	open_seen(16, PSD_SEEN_UNREADABLE, "");
}

static void
a_null_pointer_and_an_empty_path_are_no_path(void **state)
{
	struct caller empty = {
		.number = SYS_openat,
		.args = { 0, place("") },
	};
	_cleanup_fd_ int dir = open("/usr", O_PATH | O_CLOEXEC);

	(void)state;
	open_seen(0, PSD_SEEN_NO_PATH, "");
	empty.args[0] = (uint64_t)dir;
	/* As with AT_EMPTY_PATH: what the descriptor is of. */
	expect_seen(&empty, PSD_SEEN_NO_PATH, "/usr");
}

static void
a_path_at_the_end_of_what_is_mapped_is_seen_whole(void **state)
{
	char *at = rig.pages + 2 * (size_t)PAGE - sizeof("/a/b");

	(void)state;
	memcpy(at, "/a/b", sizeof("/a/b"));
	open_seen((uintptr_t)at, 0, "/a/b");
	/* Across the two pages. */
	at = rig.pages + PAGE - 2;
	memcpy(at, "/a/b", sizeof("/a/b"));
	open_seen((uintptr_t)at, 0, "/a/b");
}

static void
a_path_without_an_end_is_cut(void **state)
{
	char name[PAGE + 1];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[0] = '/';
	name[PAGE] = '\0';
	memset(rig.pages, 'a', 2 * (size_t)PAGE);
	rig.pages[0] = '/';
	open_seen((uintptr_t)rig.pages, PSD_SEEN_CUT, name);
	/* The kernel finds no end, either, where nothing is mapped. */
	rig.pages[2 * PAGE - 3] = '/';
	open_seen((uintptr_t)rig.pages + 2 * (size_t)PAGE - 3, PSD_SEEN_CUT,
	    "/aa");
}

static void
both_paths_of_a_rename_are_seen(void **state)
{
	struct caller caller = {
		.number = SYS_renameat2,
		.args = { (uint64_t)AT_FDCWD, place("/a"), (uint64_t)AT_FDCWD,
		    (uintptr_t)memcpy(rig.pages + 64, "/b", 3) },
	};
	struct psd_observe_rep rep = { .flags = 0 };
	struct seccomp_notif notice;
	const pthread_t thread = begin(&caller, &notice);

	(void)state;
	assert_int_equal(ask(&notice, &rep), 0);
	expect_first(&rep, 0, "/a");
	assert_int_equal(rep.second.len, 2);
	assert_memory_equal(rep.second.at, "/b", 2);
	psd_frame_clear(&rig.frame);
	let_end(&caller, &notice, thread);
}

static void
what_openat2_has_in_memory_is_seen(void **state)
{
	struct open_how how = { .flags = O_RDWR | O_CREAT };
	struct caller caller = {
		.number = SYS_openat2,
		.args = { (uint64_t)AT_FDCWD, place("/x"), (uintptr_t)&how,
		    sizeof(how) },
	};
	struct psd_observe_rep rep = { .flags = 0 };
	struct seccomp_notif notice;
	const pthread_t thread = begin(&caller, &notice);

	(void)state;
	assert_int_equal(ask(&notice, &rep), 0);
	expect_first(&rep, 0, "/x");
	assert_int_equal(rep.how, O_RDWR | O_CREAT);
	psd_frame_clear(&rig.frame);
	let_end(&caller, &notice, thread);
}

static void
an_address_is_seen_as_far_as_there_is_one(void **state)
{
	const struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = 80,
	};
	struct caller caller = {
		.number = SYS_connect,
		.args = { 5, (uintptr_t)memcpy(rig.pages, &sin, sizeof(sin)),
		    sizeof(sin) },
	};
	struct psd_observe_rep rep = { .flags = 0 };
	struct seccomp_notif notice;
	const pthread_t thread = begin(&caller, &notice);

	(void)state;
	assert_int_equal(ask(&notice, &rep), 0);
	assert_int_equal(rep.flags, PSD_SEEN_ADDRESS);
	assert_int_equal(rep.first.len, sizeof(sin));
	assert_memory_equal(rep.first.at, &sin, sizeof(sin));
	psd_frame_clear(&rig.frame);
	let_end(&caller, &notice, thread);
	caller.args[2] = UINT32_MAX;
	caller.args[1] = 8;
	expect_seen(&caller, PSD_SEEN_ADDRESS | PSD_SEEN_UNREADABLE, "");
}

static void
a_call_that_names_nothing_is_answered_with_nothing(void **state)
{
	struct caller caller = { .number = SYS_getppid };

	(void)state;
	expect_seen(&caller, 0, "");
}

static void
of_a_call_that_waits_no_more_nothing_is_told(void **state)
{
	struct caller caller = {
		.number = SYS_openat,
		.args = { (uint64_t)AT_FDCWD, place("/etc/shadow") },
	};
	struct psd_observe_rep rep;
	struct seccomp_notif notice;
	const pthread_t thread = begin(&caller, &notice);

	(void)state;
	let_end(&caller, &notice, thread);
	assert_int_equal(ask(&notice, &rep), -ENOENT);
	assert_int_equal(rig.frame.len, PSD_FRAME_HEADER);
	psd_frame_clear(&rig.frame);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_absolute_path_is_seen_as_it_is_written),
		cmocka_unit_test(
		    a_relative_path_is_seen_with_the_directory_that_it_starts_from),
		cmocka_unit_test(
		    a_path_that_starts_from_no_directory_is_said_to_be_relative),
		cmocka_unit_test(a_pointer_to_nothing_is_said_to_be_unreadable),
		cmocka_unit_test(a_null_pointer_and_an_empty_path_are_no_path),
		cmocka_unit_test(
		    a_path_at_the_end_of_what_is_mapped_is_seen_whole),
		cmocka_unit_test(a_path_without_an_end_is_cut),
		cmocka_unit_test(both_paths_of_a_rename_are_seen),
		cmocka_unit_test(what_openat2_has_in_memory_is_seen),
		cmocka_unit_test(an_address_is_seen_as_far_as_there_is_one),
		cmocka_unit_test(
		    a_call_that_names_nothing_is_answered_with_nothing),
		cmocka_unit_test(of_a_call_that_waits_no_more_nothing_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
