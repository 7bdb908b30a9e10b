/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/mem.h"
#include "common/pair.h"
#include "helper/inherit.h"
#include "helper/privsep.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void
set(const char *name, const char *value)
{
	if (value == NULL)
		(void)unsetenv(name);
	else
		(void)setenv(name, value, 1);
}

/* "PID" stands for our own. */
static void
set_all(const char *pid, const char *fds, const char *names)
{
	char own[32];

	(void)snprintf(own, sizeof(own), "%d", (int)getpid());
	set("LISTEN_PID", pid != NULL && strcmp(pid, "PID") == 0 ? own : pid);
	set("LISTEN_FDS", fds);
	set("LISTEN_FDNAMES", names);
}

static void
the_end_is_found_by_its_name(void **state)
{
	static const struct {
		const char *pid, *fds, *names;
		int found;
	} table[] = {
		{ "PID", "1", "privsep", 3 },
		{ "PID", "3", "http:privsep:admin", 4 },
		{ "PID", "2", ":privsep", 4 },
		{ "PID", "2", "privsep:", 3 },
		{ NULL, "1", "privsep", -ENOENT },
		{ "PID", NULL, "privsep", -ENOENT },
		{ "PID", "1", NULL, -ENOENT },
		{ "1", "1", "privsep", -ENOENT },
		{ "PID", "1", "http", -ENOENT },
		{ "PID", "1", "privsep2", -ENOENT },
		{ "PID", "1", "Privsep", -ENOENT },
		{ "PID", "1", "", -ENOENT },
		{ "", "1", "privsep", -EINVAL },
		{ "0", "1", "privsep", -EINVAL },
		{ "-1", "1", "privsep", -EINVAL },
		{ "+1", "1", "privsep", -EINVAL },
		{ "12x", "1", "privsep", -EINVAL },
		{ "4294967297", "1", "privsep", -EINVAL },
		{ "99999999999999999999", "1", "privsep", -EINVAL },
		{ "PID", "", "privsep", -EINVAL },
		{ "PID", "0", "privsep", -EINVAL },
		{ "PID", "01", "privsep", -EINVAL },
		{ "PID", " 1", "privsep", -EINVAL },
		{ "PID", "1 ", "privsep", -EINVAL },
		{ "PID", "-1", "privsep", -EINVAL },
		{ "PID", "2147483648", "privsep", -EINVAL },
		{ "PID", "2", "privsep", -EINVAL },
		{ "PID", "1", "privsep:http", -EINVAL },
		{ "PID", "2", "privsep:privsep", -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(table); i++) {
		set_all(table[i].pid, table[i].fds, table[i].names);
		if (psd_inherit_find() != table[i].found)
			fail_msg("row %zu: %d", i, psd_inherit_find());
	}
}

static void
the_environment_stays_as_it_is(void **state)
{
	(void)state;
	set_all("PID", "1", "privsep");
	assert_int_equal(psd_inherit_find(), 3);
	assert_string_equal(getenv("LISTEN_FDS"), "1");
	assert_string_equal(getenv("LISTEN_FDNAMES"), "privsep");
}

static void
the_end_becomes_close_on_exec(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	assert_int_equal(fcntl(ends[0], F_SETFD, 0), 0);
	assert_int_equal(psd_inherit_check(ends[0]), 0);
	assert_int_equal(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
	psd_fd_close(ends[0]);
	psd_fd_close(ends[1]);
}

static void
what_is_no_pair_is_refused_and_closed(void **state)
{
	const size_t before = test_fds_count();
	struct privsep *conversation = NULL;
	int ends[2];

	(void)state;
	assert_int_equal(privsep_from_fd(&conversation, -1), -EBADF);
	assert_int_equal(privsep_from_fd(&conversation,
			     open("/dev/null", O_RDWR | O_CLOEXEC)),
	    -ENOTSOCK);
	assert_int_equal(privsep_from_fd(&conversation,
			     socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
	    -EPROTOTYPE);
	assert_int_equal(psd_pair(SOCK_STREAM, ends), 0);
	assert_int_equal(privsep_from_fd(&conversation, ends[0]), -EPROTOTYPE);
	psd_fd_close(ends[1]);
	assert_int_equal(psd_pair(SOCK_DGRAM, ends), 0);
	assert_int_equal(privsep_from_fd(&conversation, ends[0]), -EPROTOTYPE);
	psd_fd_close(ends[1]);
	assert_null(conversation);
	assert_int_equal(test_fds_count(), before);
}

static void
a_process_that_nobody_started_learns_so(void **state)
{
	struct privsep *conversation = NULL;

	(void)state;
	set_all(NULL, NULL, NULL);
	assert_int_equal(privsep_init(&conversation), -ENOENT);
	assert_null(conversation);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_is_found_by_its_name),
		cmocka_unit_test(the_environment_stays_as_it_is),
		cmocka_unit_test(the_end_becomes_close_on_exec),
		cmocka_unit_test(what_is_no_pair_is_refused_and_closed),
		cmocka_unit_test(a_process_that_nobody_started_learns_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
