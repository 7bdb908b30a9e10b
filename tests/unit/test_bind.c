/* SPDX-License-Identifier: ISC */
/* A listener of a policy is bound whole, or not at all. */
#include "daemon/bind.h"

#include "common/fd.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/unit/dir_fixture.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static struct psd_listen
at_port(int family)
{
	const struct sockaddr_in any4 = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	const struct sockaddr_in6 any6 = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct psd_listen want = { .len = sizeof(any4) };

	if (family == AF_INET) {
		memcpy(&want.address, &any4, sizeof(any4));
		return want;
	}
	memcpy(&want.address, &any6, sizeof(any6));
	want.len = sizeof(any6);
	return want;
}

static const char *
path_of(const struct psd_listen *want)
{
	return ((const struct sockaddr_un *)(const void *)&want->address)
	    ->sun_path;
}

static struct psd_listen
at_path(const char *name)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct psd_listen want = { .len = sizeof(sun) };

	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/%s", dir, name);
	memcpy(&want.address, &sun, sizeof(sun));
	return want;
}

struct row {
	int family;
	int call;
	int error;
	uint32_t option; /* of setsockopt() */
};

static struct row rows[] = {
	{ AF_INET, SYS_socket, EMFILE, 0 },
	{ AF_INET, SYS_setsockopt, ENOMEM, SO_REUSEADDR },
	{ AF_INET6, SYS_setsockopt, ENOMEM, IPV6_V6ONLY },
	{ AF_INET, SYS_bind, EACCES, 0 },
	{ AF_UNIX, SYS_bind, EROFS, 0 },
	{ AF_UNIX, SYS_listen, EADDRINUSE, 0 },
#ifdef SYS_chmod
	{ AF_UNIX, SYS_chmod, EPERM, 0 },
#endif
};

static int
bind_without(void *argument)
{
	const struct row *row = argument;
	const struct psd_listen want =
	    row->family == AF_UNIX ? at_path("fails") : at_port(row->family);
	const size_t fds = test_fds_count();

	TEST_EXPECT((row->option == 0 ? test_deny(row->call, row->error)
				      : test_deny_argument(row->call, 2,
					    row->option, row->error)) == 0);
	TEST_EXPECT(psd_bind_listener(&want) == -row->error);
	TEST_EXPECT(test_fds_count() == fds);
	return 0;
}

static void
call_that_fails_leaves_no_socket_open(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(test_child_exit_status(
				     test_child_start(bind_without, &rows[i])),
		    0);
}

static void
socket_file_that_answers_nobody_gives_way(void **state)
{
	const struct psd_listen want = at_path("stale");
	struct stat status;
	int fd, again;

	(void)state;
	fd = psd_bind_listener(&want);
	assert_true(fd >= 0);
	/* As long as somebody answers there, it is theirs. */
	assert_int_equal(psd_bind_listener(&want), -EADDRINUSE);
	psd_fd_close(fd);
	again = psd_bind_listener(&want);
	assert_true(again >= 0);
	assert_int_equal(stat(path_of(&want), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0666);
	psd_fd_close(again);
}

static void
abstract_name_has_no_file(void **state)
{
	struct psd_listen want = at_path("abstract");
	const char first = path_of(&want)[0];
	int fd;

	(void)state;
	((struct sockaddr_un *)(void *)&want.address)->sun_path[0] = '\0';
	fd = psd_bind_listener(&want);
	assert_true(fd >= 0);
	((struct sockaddr_un *)(void *)&want.address)->sun_path[0] = first;
	assert_int_equal(access(path_of(&want), F_OK), -1);
	psd_fd_close(fd);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(call_that_fails_leaves_no_socket_open),
		cmocka_unit_test(socket_file_that_answers_nobody_gives_way),
		cmocka_unit_test(abstract_name_has_no_file),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
