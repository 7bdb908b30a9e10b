/* SPDX-License-Identifier: ISC */
#include "tests/unit/privsep_fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

static char *
path_of(const struct talk *t, const char *name)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", t->dir, name) > 0);
	return path;
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

/* The fake daemon's error says how many bytes of fields came. */
static void
named_values_go_beside_a_message(void **state)
{
	const struct talk *t = *state;
	struct privsep *c = t->conversation;

	assert_int_equal(privsep_log_fields(c, 6, "m", ""), 0);
	assert_int_equal(privsep_log_fields(c, 6, "m", "A=1\nB=2"), -7);
	assert_int_equal(privsep_log_fields(c, 8, "m", "A=1"), -EINVAL);
	assert_int_equal(privsep_log_fields(c, -1, "m", "A=1"), -EINVAL);
	assert_int_equal(privsep_ping(c), 0);
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

static void
a_clone_is_an_end_of_its_own(void **state)
{
	const struct talk *t = *state;
	const int fd = privsep_clone_fd(t->conversation);
	struct privsep *clone = NULL;

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	(void)close(fd);
	/* Nobody answers there, so there is no greeting. */
	assert_true(privsep_clone(t->conversation, &clone) < 0);
	assert_null(clone);
	assert_int_equal(privsep_ping(t->conversation), 0);
}

static void
a_phase_is_sent_by_its_name(void **state)
{
	const struct talk *t = *state;
	char large[257];

	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	assert_int_equal(privsep_phase(t->conversation, "session"), 0);
	assert_int_equal(privsep_phase(t->conversation, "auth"), -EACCES);
	assert_int_equal(privsep_phase(t->conversation, large), -EMSGSIZE);
}

static void
lines_to_narrow_to_are_sent_as_they_are(void **state)
{
	const struct talk *t = *state;
	char large[4098];

	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	assert_int_equal(privsep_narrow(t->conversation, "AllowStat=/x"), 0);
	assert_int_equal(privsep_narrow(t->conversation, "AllowStat=/**"),
	    -EACCES);
	assert_int_equal(privsep_narrow(t->conversation, large), -EMSGSIZE);
	assert_int_equal(privsep_ping(t->conversation), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_DAEMON(the_service_says_its_name),
		WITH_DAEMON(an_opened_file_can_be_read),
		WITH_DAEMON(named_values_go_beside_a_message),
		WITH_DAEMON(failures_keep_the_conversation),
		WITH_DAEMON(flags_that_mean_nothing_are_not_asked),
		WITH_DAEMON(too_long_a_path_is_refused_like_open),
		WITH_DAEMON(stat_tells_what_stat_tells),
		WITH_DAEMON(a_directory_is_told_entry_by_entry),
		WITH_DAEMON(a_message_is_cut_rather_than_refused),
		WITH_DAEMON(only_operations_that_exist_are_given_up),
		WITH_DAEMON(lines_to_narrow_to_are_sent_as_they_are),
		WITH_DAEMON(a_phase_is_sent_by_its_name),
		WITH_DAEMON(a_clone_is_an_end_of_its_own),
		cmocka_unit_test(nothing_to_end_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
