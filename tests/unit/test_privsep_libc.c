/* SPDX-License-Identifier: ISC */
#include "tests/unit/privsep_fixture.h"

#include <limits.h>
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <syslog.h>

static void
make_file(const struct talk *t, const char *name)
{
	char path[512];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
}

static void
a_directory_is_read_as_by_readdir(void **state)
{
	const struct talk *t = *state;
	struct privsep_dir *dir;
	const struct dirent *entry;
	char path[512];
	size_t n = 0;

	make_file(t, "a");
	make_file(t, "b");
	(void)snprintf(path, sizeof(path), "%s/c", t->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	dir = privsep_opendir(t->conversation, t->dir);
	assert_non_null(dir);
	errno = ENOTTY;
	while ((entry = privsep_readdir(dir)) != NULL) {
		assert_in_range(entry->d_name[0], 'a', 'c');
		assert_int_equal(entry->d_name[1], '\0');
		assert_int_equal(entry->d_type,
		    entry->d_name[0] == 'c' ? DT_DIR : DT_REG);
		assert_int_not_equal(entry->d_ino, 0);
		n++;
	}
	assert_int_equal(n, 3);
	assert_int_equal(errno, ENOTTY);
	assert_null(privsep_readdir(dir));
	assert_int_equal(privsep_closedir(dir), 0);
}

static void
a_directory_that_cannot_be_read_is_told_at_once(void **state)
{
	const struct talk *t = *state;

	errno = 0;
	assert_null(privsep_opendir(t->conversation, "/nowhere"));
	assert_int_equal(errno, ENOENT);
	assert_null(privsep_opendir(t->conversation, "/dev/null"));
	assert_int_equal(errno, ENOTDIR);
}

static void
a_directory_is_read_without_waiting(void **state)
{
	const struct talk *t = *state;
	struct privsep_dir *dir;
	struct privsep *handle = NULL;
	size_t n = 0;

	make_file(t, "a");
	make_file(t, "b");
	assert_int_equal(privsep_handle_new(&handle, t->conversation, 0), 0);
	while ((dir = privsep_opendir(handle, t->dir)) == NULL) {
		assert_int_equal(errno, EINPROGRESS);
		assert_int_equal(privsep_process(t->conversation), 0);
	}
	for (;;) {
		errno = 0;
		if (privsep_readdir(dir) != NULL) {
			n++;
			continue;
		}
		if (errno == 0)
			break;
		assert_int_equal(errno, EINPROGRESS);
		assert_int_equal(privsep_process(t->conversation), 0);
	}
	assert_int_equal(n, 2);
	assert_int_equal(privsep_closedir(dir), 0);
}

/* -1 and errno as one number; anything else that fails is none of errno. */
static int
told(int r)
{
	return r == -1 ? -errno : r < 0 ? INT_MIN : r;
}

static void
access_knows_the_modes_of_the_c_library(void **state)
{
	struct privsep *c = ((struct talk *)*state)->conversation;

	assert_int_equal(told(privsep_access_mode(c, "/dev/null", F_OK)), 0);
	assert_int_equal(told(privsep_access_mode(c, "/nowhere", F_OK)),
	    -ENOENT);
	assert_int_equal(told(privsep_access_mode(c, "/dev/null", R_OK)),
	    privsep_access(c, "/dev/null", O_RDONLY));
	assert_int_equal(told(privsep_access_mode(c, "/dev/null", W_OK)),
	    privsep_access(c, "/dev/null", O_WRONLY));
	assert_int_equal(told(privsep_access_mode(c, "/dev/null", R_OK | W_OK)),
	    privsep_access(c, "/dev/null", O_RDWR));
	assert_int_equal(told(privsep_access_mode(c, "/dev/null", X_OK)),
	    -EINVAL);
	assert_int_equal(told(privsep_access_mode(c, "/dev/null", R_OK | X_OK)),
	    -EINVAL);
	assert_int_equal(told(privsep_access_mode(c, "/dev/null", -1)),
	    -EINVAL);
}

static void
the_hosts_name_is_told_as_by_gethostname(void **state)
{
	struct privsep *c = ((struct talk *)*state)->conversation;
	char name[64] = "";

	assert_int_equal(told(privsep_gethostname(c, name, sizeof(name))), 0);
	assert_string_equal(name, "host.example.org");
	assert_int_equal(told(privsep_gethostname(c, name, strlen(name) + 1)),
	    0);
	assert_int_equal(told(privsep_gethostname(c, name, strlen(name))),
	    -ENAMETOOLONG);
	assert_int_equal(told(privsep_gethostname(c, NULL, 0)), -ENAMETOOLONG);
	assert_int_equal(told(privsep_sethostname(c, "hosts", 4)), 0);
	assert_int_equal(told(privsep_sethostname(c, "hosts", 5)), -EINVAL);
	assert_int_equal(told(privsep_sethostname(c, "host\0x", 6)), -EINVAL);
	assert_int_equal(told(privsep_sethostname(c, "host", 4000)), -EINVAL);
}

static void
the_clock_takes_what_the_c_library_takes(void **state)
{
	struct privsep *c = ((struct talk *)*state)->conversation;
	const struct timeval slew = { .tv_sec = -1, .tv_usec = 999999 };
	const struct timeval forth = { .tv_usec = 1500 };
	const struct timeval far = { .tv_sec = INT64_MAX / 1000 };
	const struct timeval never = { .tv_sec = 1, .tv_usec = 1000000 };
	const struct timeval now = { 1234567890, 123456 };
	struct timeval old = { 7, 7 };

	/* The daemon of this test grants -1500 ns and one moment. */
	assert_int_equal(told(privsep_adjtime(c, &slew, NULL)), -EPERM);
	assert_int_equal(told(privsep_adjtime(c, &forth, NULL)), -EPERM);
	assert_int_equal(told(privsep_adjtime(c, &far, NULL)), -EINVAL);
	assert_int_equal(told(privsep_adjtime(c, &slew, &old)), -EINVAL);
	assert_int_equal(told(privsep_adjtime(c, NULL, NULL)), -EINVAL);
	assert_int_equal(old.tv_sec, 7);
	assert_int_equal(told(privsep_settimeofday(c, &now, NULL)), -EPERM);
	assert_int_equal(told(privsep_settimeofday(c, &never, NULL)), -EINVAL);
	assert_int_equal(told(privsep_settimeofday(c, &far, NULL)), -EINVAL);
	assert_int_equal(told(privsep_settimeofday(c, NULL, NULL)), -EINVAL);
}

__attribute__((format(printf, 3, 4))) static void
say(struct privsep *c, int priority, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	privsep_vsyslog(c, priority, format, arguments);
	va_end(arguments);
}

/* ISO C has no %m, which is what is tried here. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat"

static void
syslog_says_errno_and_keeps_it(void **state)
{
	struct privsep *c = ((struct talk *)*state)->conversation;

	errno = ENOTDIR;
	privsep_syslog(c, LOG_DAEMON | LOG_INFO, "facility: %m");
	assert_int_equal(errno, ENOTDIR);
	say(c, LOG_LOCAL7 | LOG_ERR, "number %d: %m", 7);
	assert_int_equal(errno, ENOTDIR);
	assert_int_equal(privsep_log(c, LOG_DAEMON | LOG_INFO, "x"), -EINVAL);
}

#pragma GCC diagnostic pop

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_DAEMON(a_directory_is_read_as_by_readdir),
		WITH_DAEMON(a_directory_that_cannot_be_read_is_told_at_once),
		WITH_DAEMON(a_directory_is_read_without_waiting),
		WITH_DAEMON(access_knows_the_modes_of_the_c_library),
		WITH_DAEMON(the_hosts_name_is_told_as_by_gethostname),
		WITH_DAEMON(the_clock_takes_what_the_c_library_takes),
		WITH_DAEMON(syslog_says_errno_and_keeps_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
