/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/mem.h"
#include "common/pair.h"
#include "helper/privsep.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"
#include "tests/support/fake_daemon.h"
#include "tests/support/fds.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* A conversation with a daemon in a process of its own. */
struct talk {
	struct privsep *conversation;
	pid_t daemon;
	int stop[2];  /* a byte into stop[1] makes the daemon end its side */
	int listener; /* abstract, so that nothing is left behind */
	struct sockaddr_un address;
	socklen_t address_len;
	char *dir;
	size_t fds_before;
};

static int
listen_somewhere(struct talk *t)
{
	const struct sockaddr_un any = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	t->address_len = sizeof(t->address);
	assert_true(fd >= 0);
	/* No name at all: the kernel chooses a free one. */
	assert_int_equal(bind(fd, (const struct sockaddr *)&any,
			     sizeof(any.sun_family)),
	    0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&t->address,
			     &t->address_len),
	    0);
	return fd;
}

struct both {
	struct fake_daemon daemon;
	int helper_end;
};

static int
serve(void *argument)
{
	struct both *b = argument;

	psd_fd_close(b->helper_end);
	return fake_daemon_serve(&b->daemon);
}

static int
begin(void **state)
{
	static struct talk t;
	struct both b;
	int ends[2];

	t.fds_before = test_fds_count();
	t.dir = test_dir_make();
	assert_non_null(t.dir);
	assert_int_equal(pipe2(t.stop, O_CLOEXEC), 0);
	t.listener = listen_somewhere(&t);
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	b.daemon = (struct fake_daemon){ ends[1], t.listener, t.stop[0] };
	b.helper_end = ends[0];
	t.daemon = test_child_start(serve, &b);
	assert_true(t.daemon > 0);
	psd_fd_close(ends[1]);
	assert_int_equal(privsep_from_fd(&t.conversation, ends[0]), 0);
	*state = &t;
	return 0;
}

/* Each test leaves the conversation by an orderly end. */
static int
finish(void **state)
{
	struct talk *t = *state;

	if (t->conversation != NULL) {
		assert_int_equal(privsep_end(t->conversation), 0);
		assert_int_equal(test_child_exit_status(t->daemon), 0);
	}
	psd_fd_close(t->listener);
	psd_fd_close(t->stop[0]);
	psd_fd_close(t->stop[1]);
	test_dir_remove(t->dir);
	assert_int_equal(test_fds_count(), t->fds_before);
	return 0;
}

static char *
path_of(const struct talk *t, const char *name)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", t->dir, name) > 0);
	return path;
}

static int
call(const struct talk *t)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&t->address,
			     t->address_len),
	    0);
	return fd;
}

/* The two ends of one connection, and no other. */
static void
assert_connected(int client, int connection)
{
	char byte = 0;

	assert_int_equal(send(client, "x", 1, MSG_NOSIGNAL), 1);
	assert_int_equal(test_poll(connection, POLLIN, TEST_DEADLINE), POLLIN);
	assert_int_equal(read(connection, &byte, 1), 1);
	assert_int_equal(byte, 'x');
	psd_fd_close(client);
	psd_fd_close(connection);
}

static void
the_service_says_its_name(void **state)
{
	const struct talk *t = *state;

	assert_string_equal(privsep_service(t->conversation), "fake");
	assert_string_equal(privsep_version(), PRIVSEP_VERSION);
	assert_int_equal(privsep_ping(t->conversation), 0);
}

static void
an_opened_file_can_be_read(void **state)
{
	const struct talk *t = *state;
	_cleanup_free_ char *path = path_of(t, "page");
	char text[16] = "";
	int fd;

	assert_int_equal(test_dir_write(t->dir, "page", "hello"), 0);
	fd = privsep_open(t->conversation, path, O_RDONLY, 0);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(read(fd, text, sizeof(text)), 5);
	assert_string_equal(text, "hello");
	psd_fd_close(fd);
}

static void
failures_keep_the_conversation(void **state)
{
	const struct talk *t = *state;
	_cleanup_free_ char *missing = path_of(t, "missing");
	_cleanup_free_ char *hidden = path_of(t, ".hidden");

	assert_int_equal(privsep_open(t->conversation, missing, O_RDONLY, 0),
	    -ENOENT);
	assert_int_equal(privsep_open(t->conversation, hidden, O_RDONLY, 0),
	    -EPERM);
	assert_int_equal(privsep_open(t->conversation, t->dir, O_RDONLY, 0),
	    -EISDIR);
	assert_int_equal(privsep_ping(t->conversation), 0);
}

static void
flags_that_mean_nothing_are_not_asked(void **state)
{
	static const int flags[] = { O_RDONLY | O_CREAT, O_RDONLY | O_TRUNC,
		O_RDONLY | O_APPEND, O_RDWR | O_APPEND, O_WRONLY | O_EXCL,
		O_ACCMODE, O_PATH, O_DIRECTORY, O_NONBLOCK, O_NOFOLLOW,
		O_TMPFILE | O_RDWR, -1 };
	const struct talk *t = *state;

	for (size_t i = 0; i < PSD_ELEMENTS(flags); i++)
		if (privsep_open(t->conversation, "/", flags[i], 0) != -EINVAL)
			fail_msg("row %zu", i);
	assert_int_equal(privsep_open(t->conversation, "/", O_WRONLY | O_CREAT,
			     04755),
	    -EINVAL);
	/* What could be asked is refused by the daemon. */
	assert_int_equal(privsep_open(t->conversation, "/",
			     O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_TRUNC |
				 O_CLOEXEC,
			     0600),
	    -EPERM);
}

static void
too_long_a_path_is_refused_like_open(void **state)
{
	static char path[5000];
	const struct talk *t = *state;
	struct privsep_stat status;

	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	assert_int_equal(privsep_open(t->conversation, path, O_RDONLY, 0),
	    -ENAMETOOLONG);
	assert_int_equal(privsep_stat(t->conversation, path, &status),
	    -ENAMETOOLONG);
	assert_int_equal(privsep_read_directory(t->conversation, path, NULL,
			     NULL),
	    -ENAMETOOLONG);
	path[4096] = '\0';
	assert_int_equal(privsep_stat(t->conversation, path, &status),
	    -ENAMETOOLONG);
	path[4095] = '\0';
	assert_int_equal(privsep_stat(t->conversation, path, &status),
	    -ENAMETOOLONG); /* a component is longer than 255 */
	assert_int_equal(privsep_ping(t->conversation), 0);
}

static void
stat_tells_what_stat_tells(void **state)
{
	const struct talk *t = *state;
	_cleanup_free_ char *path = path_of(t, "page");
	struct privsep_stat told;
	struct stat status;

	assert_int_equal(test_dir_write(t->dir, "page", "hello"), 0);
	assert_int_equal(privsep_stat(t->conversation, path, &told), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(told.mode, status.st_mode);
	assert_int_equal(told.links, 1);
	assert_int_equal(told.uid, status.st_uid);
	assert_int_equal(told.gid, status.st_gid);
	assert_int_equal(told.size, 5);
	assert_int_equal(told.modified_nsec / 1000000000,
	    status.st_mtim.tv_sec);
	assert_int_equal(told.modified_nsec % 1000000000,
	    status.st_mtim.tv_nsec);
}

struct seen {
	struct privsep *conversation;
	unsigned int files, directories, stop_after;
};

static int
see(void *cookie, const char *name, unsigned char type)
{
	struct seen *seen = cookie;

	assert_string_not_equal(name, ".");
	assert_string_not_equal(name, "..");
	seen->files += type == DT_REG;
	seen->directories += type == DT_DIR;
	/* A request within is answered, and disturbs nothing. */
	assert_int_equal(privsep_ping(seen->conversation), 0);
	return seen->files + seen->directories == seen->stop_after ? 7 : 0;
}

static void
a_directory_is_told_entry_by_entry(void **state)
{
	const struct talk *t = *state;
	_cleanup_free_ char *sub = path_of(t, "sub");
	struct seen seen = { .conversation = t->conversation };

	assert_int_equal(test_dir_write(t->dir, "a", ""), 0);
	assert_int_equal(test_dir_write(t->dir, "b", ""), 0);
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_int_equal(privsep_read_directory(t->conversation, t->dir, see,
			     &seen),
	    0);
	assert_int_equal(seen.files, 2);
	assert_int_equal(seen.directories, 1);
	seen = (struct seen){ t->conversation, 0, 0, 2 };
	assert_int_equal(privsep_read_directory(t->conversation, t->dir, see,
			     &seen),
	    7);
	assert_int_equal(seen.files + seen.directories, 2);
	assert_int_equal(privsep_read_directory(t->conversation, sub, see,
			     &seen),
	    0);
	assert_int_equal(privsep_read_directory(t->conversation, "/missing",
			     see, &seen),
	    -ENOENT);
}

static void
accept_waits_for_a_client(void **state)
{
	const struct talk *t = *state;
	const int client = call(t);
	uint32_t listener = 9;
	const int connection = privsep_accept(t->conversation, &listener);

	assert_true(connection >= 0);
	assert_int_equal(fcntl(connection, F_GETFD), FD_CLOEXEC);
	assert_int_equal(listener, 0);
	assert_connected(client, connection);
}

static void
other_requests_are_answered_while_an_accept_waits(void **state)
{
	const struct talk *t = *state;
	const int fd = privsep_fd(t->conversation);
	int client;

	assert_int_equal(privsep_accept_ask(t->conversation), 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(privsep_ping(t->conversation), 0);
	assert_int_equal(privsep_accept_take(t->conversation, NULL), -EAGAIN);
	client = call(t);
	assert_int_equal(test_poll(fd, POLLIN, TEST_DEADLINE), POLLIN);
	assert_connected(client, privsep_accept_take(t->conversation, NULL));
	assert_int_equal(privsep_accept_take(t->conversation, NULL), -EAGAIN);
}

static void
what_the_daemon_sent_before_its_end_is_not_lost(void **state)
{
	struct talk *t = *state;
	const int fd = privsep_fd(t->conversation);

	assert_int_equal(privsep_accept_ask(t->conversation), 0);
	assert_int_equal(privsep_ping(t->conversation), 0);
	assert_int_equal(write(t->stop[1], "", 1), 1);
	assert_int_not_equal(test_poll(fd, POLLRDHUP, TEST_DEADLINE), 0);
	assert_int_equal(privsep_accept_take(t->conversation, NULL),
	    -ECANCELED);
	assert_int_equal(privsep_accept_take(t->conversation, NULL), -EPIPE);
	assert_int_equal(privsep_accept_take(t->conversation, NULL), -EPIPE);
	assert_int_equal(privsep_accept_ask(t->conversation), -EPIPE);
	assert_int_equal(privsep_ping(t->conversation), -EPIPE);
}

static void
an_end_with_an_accept_waiting_is_orderly(void **state)
{
	struct talk *t = *state;

	assert_int_equal(privsep_accept_ask(t->conversation), 0);
	assert_int_equal(privsep_accept_ask(t->conversation), 0);
}

static void
a_daemon_that_dies_is_an_end(void **state)
{
	struct talk *t = *state;

	assert_int_equal(privsep_accept_ask(t->conversation), 0);
	test_child_kill(t->daemon);
	assert_int_equal(privsep_ping(t->conversation), -EPIPE);
	assert_int_equal(privsep_accept(t->conversation, NULL), -EPIPE);
	assert_int_equal(privsep_end(t->conversation), 0);
	t->conversation = NULL;
}

static void
a_helper_that_only_frees_did_not_end(void **state)
{
	struct talk *t = *state;

	privsep_free(t->conversation);
	t->conversation = NULL;
	assert_in_range(test_child_exit_status(t->daemon), 0, 1);
}

static void
a_message_is_cut_rather_than_refused(void **state)
{
	static char text[10000];
	const struct talk *t = *state;

	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(privsep_log(t->conversation, 6, "%s", text), 0);
	assert_int_equal(privsep_log(t->conversation, 6, "%s", ""), 0);
	assert_int_equal(privsep_log(t->conversation, 8, "x"), -EINVAL);
	assert_int_equal(privsep_log(t->conversation, -1, "x"), -EINVAL);
}

static void
only_operations_that_exist_are_given_up(void **state)
{
	const struct talk *t = *state;

	assert_int_equal(privsep_restrict(t->conversation, "open"), 0);
	assert_int_equal(privsep_restrict(t->conversation, "Open"), -EINVAL);
	assert_int_equal(privsep_restrict(t->conversation, ""), -EINVAL);
	assert_int_equal(privsep_restrict(t->conversation, "ctl_stop"),
	    -EINVAL);
}

static void
nothing_to_end_is_fine(void **state)
{
	(void)state;
	assert_int_equal(privsep_end(NULL), 0);
	privsep_free(NULL);
}

#define WITH_DAEMON(test) cmocka_unit_test_setup_teardown((test), begin, finish)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_DAEMON(the_service_says_its_name),
		WITH_DAEMON(an_opened_file_can_be_read),
		WITH_DAEMON(failures_keep_the_conversation),
		WITH_DAEMON(flags_that_mean_nothing_are_not_asked),
		WITH_DAEMON(too_long_a_path_is_refused_like_open),
		WITH_DAEMON(stat_tells_what_stat_tells),
		WITH_DAEMON(a_directory_is_told_entry_by_entry),
		WITH_DAEMON(accept_waits_for_a_client),
		WITH_DAEMON(other_requests_are_answered_while_an_accept_waits),
		WITH_DAEMON(what_the_daemon_sent_before_its_end_is_not_lost),
		WITH_DAEMON(an_end_with_an_accept_waiting_is_orderly),
		WITH_DAEMON(a_daemon_that_dies_is_an_end),
		WITH_DAEMON(a_helper_that_only_frees_did_not_end),
		WITH_DAEMON(a_message_is_cut_rather_than_refused),
		WITH_DAEMON(only_operations_that_exist_are_given_up),
		cmocka_unit_test(nothing_to_end_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
