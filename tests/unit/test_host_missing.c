/* SPDX-License-Identifier: ISC */
/* A layer that the host does not have is told, and with it why. */
#include "common/fd.h"
#include "daemon/host.h"
#include "daemon/host_probe.h"
#include "daemon/namespace.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/spawn_rig.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

/* A call that fails here, and the line that tells of it. */
struct row {
	int call;
	int error;
	uint32_t flags; /* only with these as its second argument */
	enum psd_layer layer;
	const char *line;
};

static struct psd_host host;

static int
look(bool is_monitor, struct psd_diag *diag)
{
	const struct psd_host_settings settings = {
		.uid_first = spawn_rig_uid(),
		.n_uids = 4,
		.is_monitor = is_monitor,
		.is_run = !is_monitor,
	};

	return psd_host_init(&host, &settings, diag);
}

static bool
tells(const char *line)
{
	char text[PSD_LAYERS * (PSD_REASON_MAX + 32)];

	psd_layers_print_missing(&host, text, sizeof(text));
	if (strstr(text, line) != NULL)
		return true;
	(void)printf("# %s", text);
	return false;
}

static int
without(void *argument)
{
	const struct row *row = argument;
	struct psd_diag diag;

	psd_diag_init(&diag);
	TEST_EXPECT((row->flags == 0 ? test_deny(row->call, row->error)
				     : test_deny_argument(row->call, 1,
					   row->flags, row->error)) == 0);
	TEST_EXPECT(look(true, &diag) == 0);
	TEST_EXPECT((host.layers & row->layer) == 0);
	TEST_EXPECT(tells(row->line));
	psd_host_free(&host);
	psd_diag_free(&diag);
	return 0;
}

static void
expect_zero(int (*body)(void *argument), void *argument)
{
	assert_int_equal(test_child_exit_status(
			     test_child_start(body, argument)),
	    0);
}

static void
layer_that_is_missing_is_told_with_the_reason(void **state)
{
	static struct row rows[] = {
		{ SYS_landlock_create_ruleset, EOPNOTSUPP, 0,
		    PSD_LAYER_LANDLOCK,
		    "landlock: switched off at boot (lsm=)" },
		{ SYS_landlock_create_ruleset, ENOSYS, 0, PSD_LAYER_LANDLOCK,
		    "landlock: not in this kernel: Function not implemented" },
		{ SYS_seccomp, EINVAL, 0, PSD_LAYER_FILTER,
		    "filter: no system call filters: Invalid argument" },
		{ SYS_seccomp, EINVAL, 0, PSD_LAYER_ONE_EXEC,
		    "one-exec: the process is there already" },
		{ SYS_seccomp, EINVAL, 0, PSD_LAYER_LISTENER,
		    "listener: rests on a filter" },
		{ SYS_seccomp, EBUSY, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		    PSD_LAYER_LISTENER,
		    "listener: a filter above ours has one already" },
		{ SYS_seccomp, EINVAL, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		    PSD_LAYER_LISTENER,
		    "listener: not in this kernel: Invalid argument" },
		/* A probe that cannot be made, waited for, or go on. */
		{ SYS_clone, EAGAIN, 0, PSD_LAYER_FILTER,
		    "filter: no system call filters: Resource temporarily "
		    "unavailable" },
		{ SYS_wait4, ECHILD, 0, PSD_LAYER_FILTER,
		    "filter: no system call filters: No child processes" },
		{ SYS_prctl, EPERM, 1, PSD_LAYER_FILTER,
		    "filter: no system call filters: Operation not permitted" },
		{ SYS_capget, EPERM, 0, PSD_LAYER_UID,
		    "uid: CAP_SETUID or CAP_SETGID is missing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_zero(without, &rows[i]);
}

static int
without_namespaces(void *argument)
{
	struct psd_diag diag;

	(void)argument;
	psd_diag_init(&diag);
	TEST_EXPECT(look(false, &diag) == 0);
	/* Taken for granted until the program's cannot be made. */
	TEST_EXPECT((host.layers & PSD_LAYER_NAMESPACES) != 0);
	TEST_EXPECT(test_deny(SYS_unshare, EPERM) == 0);
	TEST_EXPECT(psd_host_lacks_namespaces(&host));
	TEST_EXPECT((host.layers & PSD_LAYER_NAMESPACES) == 0);
	TEST_EXPECT(tells("namespaces: cannot make namespaces: "
			  "Operation not permitted"));
	/* Once is enough. */
	TEST_EXPECT(!psd_host_lacks_namespaces(&host));
	psd_host_free(&host);
	psd_diag_free(&diag);
	return 0;
}

static void
run_whose_namespaces_cannot_be_made_is_told(void **state)
{
	(void)state;
	expect_zero(without_namespaces, NULL);
}

static int
without_null(void *argument)
{
	struct psd_diag diag;

	(void)argument;
	psd_diag_init(&diag);
	TEST_EXPECT(test_deny(SYS_openat, ENFILE) == 0);
	TEST_EXPECT(look(true, &diag) == -ENFILE);
	TEST_EXPECT(strstr(diag.text, "cannot open /dev/null: ") != NULL);
	psd_diag_free(&diag);
	return 0;
}

/* No uid of the range is free: that is a mistake, not a layer. */
static int
without_uids(void *argument)
{
	const struct psd_host_settings settings = { .uid_first = 0,
		.n_uids = 4,
		.is_monitor = true };
	struct psd_diag diag;
	const size_t fds = test_fds_count();

	(void)argument;
	psd_diag_init(&diag);
	TEST_EXPECT(psd_host_init(&host, &settings, &diag) < 0);
	TEST_EXPECT(diag.errors > 0);
	TEST_EXPECT(test_fds_count() == fds);
	psd_diag_free(&diag);
	return 0;
}

static void
what_no_daemon_is_without_is_an_error(void **state)
{
	(void)state;
	expect_zero(without_null, NULL);
	expect_zero(without_uids, NULL);
}

enum { ROOM = 200 };

/* All that there is room for but so many, of which the keeper lets go. */
static int
leave_room(int n)
{
	const struct rlimit limit = { ROOM, ROOM };
	int fd = 0;

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	while (fd >= 0 && fd < ROOM - 1 - n)
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? -errno : 0;
}

/* Those that came before there was no room left stayed open. */
static int
without_descriptors(void *argument)
{
	const struct psd_words nothing = { .n = 0 };
	const int room = *(const int *)argument;
	int ns[PSD_NS_COUNT] = { -1, -1, -1, -1 };
	char why[PSD_REASON_MAX];
	size_t fds;

	TEST_EXPECT(leave_room(room) == 0);
	fds = test_fds_count();
	TEST_EXPECT(psd_namespaces_prepare(&nothing, false, ns, why,
			sizeof(why)) == -EMFILE);
	TEST_EXPECT(
	    strcmp(why,
		room < 2 ? "cannot start a keeper: Too many open files"
			 : "no descriptors are left for namespaces") == 0);
	TEST_EXPECT(ns[0] < 0 && ns[PSD_NS_COUNT - 1] < 0);
	TEST_EXPECT(test_fds_count() == fds);
	return 0;
}

static void
namespaces_for_which_there_is_no_room_leave_none_open(void **state)
{
	(void)state;
	/* The pair takes two, and one of them is closed again. */
	for (int room = 1; room < 5; room++)
		expect_zero(without_descriptors, &room);
}

static void
list_of_layers_is_cut_where_there_is_no_room(void **state)
{
	static const struct psd_host without_two = {
		.layers = PSD_LAYER_CGROUP,
		.missing = { "one", [4] = "a part" },
	};
	char text[24];

	(void)state;
	psd_layers_print(PSD_LAYER_ALL, text, 13);
	assert_string_equal(text, "uid landlock");
	psd_layers_print(PSD_LAYER_ALL, text, 6);
	assert_string_equal(text, "uid l");
	psd_layers_print_missing(&without_two, text, sizeof(text));
	assert_string_equal(text, "uid: one\ncgroup, in par");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(layer_that_is_missing_is_told_with_the_reason),
		cmocka_unit_test(run_whose_namespaces_cannot_be_made_is_told),
		cmocka_unit_test(what_no_daemon_is_without_is_an_error),
		cmocka_unit_test(
		    namespaces_for_which_there_is_no_room_leave_none_open),
		cmocka_unit_test(list_of_layers_is_cut_where_there_is_no_room),
	};

	if (geteuid() != 0 || test_under_valgrind()) {
		puts("1..0 # SKIP no root, or no filters under valgrind");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
