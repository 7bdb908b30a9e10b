/* SPDX-License-Identifier: ISC */
/* What the library asks of the host, against a daemon that has no policy. */
#include "common/fd.h"
#include "common/kind.h"
#include "common/pair.h"
#include "helper/privsep.h"
#include "tests/support/child.h"
#include "tests/support/fake_daemon.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct talk {
	struct privsep *conversation;
	pid_t daemon;
	size_t fds_before;
};

struct both {
	struct fake_daemon daemon;
	int helper_end;
};

static int
serve(void *argument)
{
	struct both *both = argument;

	psd_fd_close(both->helper_end);
	return fake_daemon_serve(&both->daemon);
}

static int
begin(void **state)
{
	static struct talk talk;
	struct both both;
	int ends[2];

	talk.fds_before = test_fds_count();
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	both.daemon = (struct fake_daemon){ ends[1], PSD_NO_FD, PSD_NO_FD };
	both.helper_end = ends[0];
	talk.daemon = test_child_start(serve, &both);
	assert_true(talk.daemon > 0);
	psd_fd_close(ends[1]);
	assert_int_equal(privsep_from_fd(&talk.conversation, ends[0]), 0);
	*state = &talk;
	return 0;
}

static int
finish(void **state)
{
	const struct talk *talk = *state;

	assert_int_equal(privsep_end(talk->conversation), 0);
	assert_int_equal(test_child_exit_status(talk->daemon), 0);
	assert_int_equal(test_fds_count(), talk->fds_before);
	return 0;
}

static void
both_names_of_the_host_are_told(void **state)
{
	const struct talk *talk = *state;
	struct privsep_hostname names;

	assert_int_equal(privsep_get_hostname(talk->conversation, &names), 0);
	assert_string_equal(names.name, "host.example.org");
	assert_string_equal(names.domain, "(none)");
}

static void
the_host_is_named_or_the_failure_told(void **state)
{
	static char name[PSD_NAME_MAX + 2];
	const struct talk *talk = *state;

	memset(name, 'n', sizeof(name) - 1);
	assert_int_equal(privsep_set_hostname(talk->conversation, "host"), 0);
	assert_int_equal(privsep_set_hostname(talk->conversation, "-"),
	    -EINVAL);
	assert_int_equal(privsep_set_hostname(talk->conversation, name),
	    -ENAMETOOLONG);
}

static void
clocks_are_moved_by_what_was_said(void **state)
{
	const struct talk *talk = *state;

	assert_int_equal(privsep_adjust_clock(talk->conversation, -1500), 0);
	assert_int_equal(privsep_adjust_clock(talk->conversation, 1500),
	    -EPERM);
	assert_int_equal(privsep_set_clock(talk->conversation,
			     1234567890123456789),
	    0);
	assert_int_equal(privsep_set_clock(talk->conversation, 0), -EPERM);
}

/* The daemon's answer is the setting's own name. */
static void
a_value_is_told_where_there_is_room_for_it(void **state)
{
	static const char name[] = "kernel.ostype";
	const struct talk *talk = *state;
	char value[sizeof(name)];

	assert_int_equal(privsep_read_sysctl(talk->conversation, name, value,
			     sizeof(value)),
	    sizeof(name) - 1);
	assert_string_equal(value, name);
	value[0] = 'x';
	for (size_t size = 0; size < sizeof(value); size++)
		assert_int_equal(privsep_read_sysctl(talk->conversation, name,
				     value, size),
		    -ERANGE);
	assert_int_equal(value[0], 'x');
}

static void
a_value_is_written_or_the_failure_told(void **state)
{
	const struct talk *talk = *state;

	assert_int_equal(privsep_write_sysctl(talk->conversation, "a.b", "1"),
	    0);
	assert_int_equal(privsep_write_sysctl(talk->conversation, "a.b", "2"),
	    -EINVAL);
}

static void
a_credential_is_a_descriptor_or_the_failure_told(void **state)
{
	const struct talk *talk = *state;
	const int fd = privsep_credential(talk->conversation, "null");
	static char name[PSD_LABEL_MAX + 2];

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	(void)close(fd);
	assert_int_equal(privsep_credential(talk->conversation, "other"),
	    -ENOENT);
	memset(name, 'n', sizeof(name) - 1);
	assert_int_equal(privsep_credential(talk->conversation, name),
	    -ENAMETOOLONG);
}

static void
what_is_too_long_for_a_request_is_not_sent(void **state)
{
	static char name[PSD_SETTING_MAX + 2], value[PSD_TEXT_MAX + 2];
	const struct talk *talk = *state;
	char got[8];

	memset(name, 'n', sizeof(name) - 1);
	memset(value, 'v', sizeof(value) - 1);
	assert_int_equal(privsep_read_sysctl(talk->conversation, name, got,
			     sizeof(got)),
	    -ENAMETOOLONG);
	assert_int_equal(privsep_write_sysctl(talk->conversation, name, "1"),
	    -ENAMETOOLONG);
	assert_int_equal(privsep_write_sysctl(talk->conversation, "a", value),
	    -EFBIG);
	value[PSD_TEXT_MAX] = '\0';
	assert_int_equal(privsep_write_sysctl(talk->conversation, "a", value),
	    -EINVAL);
}

#define WITH_DAEMON(test) cmocka_unit_test_setup_teardown((test), begin, finish)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_DAEMON(both_names_of_the_host_are_told),
		WITH_DAEMON(the_host_is_named_or_the_failure_told),
		WITH_DAEMON(clocks_are_moved_by_what_was_said),
		WITH_DAEMON(a_value_is_told_where_there_is_room_for_it),
		WITH_DAEMON(a_value_is_written_or_the_failure_told),
		WITH_DAEMON(a_credential_is_a_descriptor_or_the_failure_told),
		WITH_DAEMON(what_is_too_long_for_a_request_is_not_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
