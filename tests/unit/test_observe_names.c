/* SPDX-License-Identifier: ISC */
/* What privsepctl learn takes of a call with a path, with real files. */
#include "tests/unit/observe_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int
begin(void **state)
{
	char path[OBSERVE_TEXT];

	if (observe_setup(state) < 0)
		return -1;
	assert_int_equal(test_dir_write(dir, "file", "text\n"), 0);
	assert_int_equal(mkdir(observe_in_dir(path, "sub"), 0755), 0);
	assert_int_equal(test_dir_write(path, "inner", ""), 0);
	assert_int_equal(symlink("file", observe_in_dir(path, "link")), 0);
	assert_int_equal(symlink("sub", observe_in_dir(path, "way")), 0);
	assert_int_equal(test_dir_write(dir, "program", ""), 0);
	assert_int_equal(chmod(observe_in_dir(path, "program"), 0755), 0);
	assert_int_equal(mkfifo(observe_in_dir(path, "pipe"), 0644), 0);
	return 0;
}

/* A path begins in the directory; uses is what is seen of it, "" for nothing. */
struct seen {
	const char *call, *path;
	uint64_t flags; /* of whatever opens */
	const char *uses, *as;
};

static void
assert_seen(const struct seen *seen)
{
	char path[OBSERVE_TEXT], as[OBSERVE_TEXT], want[2 * OBSERVE_TEXT];
	const struct observe_ask ask = {
		.call = seen->call,
		.first = observe_in_dir(path, seen->path),
		.flags = seen->flags,
	};

	(void)observe_in_dir(as, seen->as == NULL ? seen->path : seen->as);
	(void)snprintf(want, sizeof(want), "File=%s%s\n", as, seen->uses);
	observe_again();
	assert_int_equal(observe(&ask), 0);
	if (seen->uses[0] == '\0')
		want[0] = '\0';
	if (strcmp(observe_record(), want) != 0)
		fail_msg("%s of %s makes \"%s\", not \"%s\"", seen->call,
		    seen->path, record, want);
}

static void
what_is_opened_is_told_with_what_for(void **state)
{
	static const struct seen seen[] = {
		{ "openat", "file", O_RDONLY, " read" },
		{ "openat", "file", O_RDWR, " read write" },
		{ "openat", "file", O_WRONLY, " write" },
		{ "openat2", "file", O_WRONLY, " write" },
		{ "openat", "sub", O_RDONLY, " list" },
		{ "openat", "link", O_RDONLY, " read" },
		{ "openat", "pipe", O_RDONLY, " read special" },
		{ "openat", "file", O_PATH, " look" },
		{ "openat2", "sub", O_PATH, "" },
		{ "openat", "new", O_WRONLY | O_CREAT, " create" },
		{ "openat2", "new", O_RDWR | O_CREAT | O_EXCL, " create" },
		/* A file without a name. */
		{ "openat", "sub", O_RDWR | O_TMPFILE, " create" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		assert_seen(&seen[i]);
}

static void
what_does_not_open_is_not_told(void **state)
{
	static const struct seen seen[] = {
		{ "openat", "new", O_RDONLY, "" },
		{ "openat", "no/new", O_WRONLY | O_CREAT, "" },
		{ "openat", "file", O_WRONLY | O_CREAT | O_EXCL, "" },
		{ "openat", "link", O_RDONLY | O_NOFOLLOW, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		assert_seen(&seen[i]);
}

/* Calls that other architectures do not have. */
static void
older_calls_that_open_are_understood(void **state)
{
	static const struct seen seen[] = {
		{ "creat", "file", 0, " write" },
		{ "creat", "new", 0, " create" },
		{ "open", "file", O_WRONLY, " write" },
	};

	(void)state;
	if (psd_call_number(PSD_AUDIT_ARCH, "open") < 0)
		skip();
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		assert_seen(&seen[i]);
}

static void
what_is_done_to_a_path_is_told(void **state)
{
	static const struct seen seen[] = {
		{ "truncate", "file", 0, " write" },
		{ "truncate", "new", 0, "" },
		{ "execve", "new", 0, "" },
		{ "execve", "file", 0, "" },
		{ "execve", "program", 0, " exec" },
		{ "mkdirat", "new", 0, " change" },
		{ "mkdirat", "sub", 0, "" },
		{ "symlinkat", "no/new", 0, "" },
		{ "unlinkat", "file", 0, " change" },
		{ "unlinkat", "link", 0, " change" },
		{ "unlinkat", "new", 0, "" },
		{ "newfstatat", "file", 0, " look" },
		{ "newfstatat", "sub", 0, "" },
		{ "newfstatat", "new", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		assert_seen(&seen[i]);
}

static void
both_paths_of_a_move_are_told(void **state)
{
	char one[OBSERVE_TEXT], other[OBSERVE_TEXT], want[3 * OBSERVE_TEXT];
	const struct observe_ask ask = {
		.call = "renameat2",
		.first = observe_in_dir(one, "file"),
		.second = observe_in_dir(other, "new"),
	};

	(void)state;
	(void)snprintf(want, sizeof(want), "File=%s change\nFile=%s change\n",
	    one, other);
	assert_int_equal(observe(&ask), 0);
	assert_string_equal(observe_record(), want);
}

static void
paths_are_told_as_a_policy_names_them(void **state)
{
	static const struct seen seen[] = {
		{ "openat", "./sub//inner", 0, " read", "sub/inner" },
		{ "openat", "sub/../file", 0, " read", "file" },
		/* What is above a link is above where it leads. */
		{ "openat", "way/../file", 0, " read", "file" },
		{ "openat", "sub/..", 0, " list", "." },
		{ "unlinkat", "sub/../link", 0, " change", "link" },
		{ "openat", "no/../file", 0, "" },
		{ "openat", "no/..", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		assert_seen(&seen[i]);
}

static void
path_that_cannot_be_named_is_not_told(void **state)
{
	static const char zero[] = "/etc\0/passwd";
	static char longest[PATH_MAX + 1];
	struct observe_ask asks[] = {
		{ .call = "openat", .first = "" },
		{ .call = "openat", .first = "etc/passwd" },
		{ .call = "openat", .first = longest },
		{ .call = "openat", .first = zero, .len = sizeof(zero) - 1 },
		{ .call = "openat",
		    .first = "/etc/passwd",
		    .seen = PSD_SEEN_CUT },
		{ .call = "openat",
		    .first = "/etc/passwd",
		    .seen = PSD_SEEN_RELATIVE },
		{ .call = "openat",
		    .first = "/etc/passwd",
		    .seen = PSD_SEEN_NO_PATH },
		{ .call = NULL, .first = "/etc/passwd" },
	};

	(void)state;
	memset(longest, '/', PATH_MAX);
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		assert_int_equal(observe(&asks[i]), 0);
		assert_string_equal(observe_record(), "");
	}
}

static void
what_no_view_shows_is_answered_as_it_will_be(void **state)
{
	static const struct {
		const char *call, *path;
		int answer;
	} cases[] = {
		{ "openat", "/proc", -ENOENT },
		{ "openat", "/proc/self/maps", -ENOENT },
		{ "newfstatat", "/proc/self", -ENOENT },
		{ "openat", "/processes", 0 },
		{ "openat", "/pro", 0 },
		{ "openat", "/", -EACCES },
		{ "openat", "/..", -EACCES },
		{ "newfstatat", "/", 0 },
		/* In a session of its own there is none. */
		{ "openat", "/dev/tty", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct observe_ask ask = { .call = cases[i].call,
			.first = cases[i].path };

		assert_int_equal(observe(&ask), cases[i].answer);
		assert_null(strstr(observe_record(), "/dev/tty"));
	}
}

/* Rights are those of who runs the program. */
static void
what_the_user_may_not_do_is_not_told(void **state)
{
	static const struct seen seen[] = {
		{ "openat", "file", O_WRONLY, "" },
		{ "openat", "file", O_RDONLY, " read" },
		{ "truncate", "file", 0, "" },
		{ "openat", "new", O_WRONLY | O_CREAT, "" },
		{ "mkdirat", "new", 0, "" },
	};

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(seteuid(65534), 0);
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		assert_seen(&seen[i]);
	assert_int_equal(seteuid(0), 0);
}

static void
file_that_is_mapped_as_code_is_told(void **state)
{
	struct seccomp_notif request = { .pid = (uint32_t)getpid() };
	char path[OBSERVE_TEXT], want[2 * OBSERVE_TEXT];
	const int fd = open(observe_in_dir(path, "file"), O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	request.data.args[4] = (unsigned)fd;
	psd_observe_mapped(learn, &request);
	request.data.args[2] = PROT_EXEC;
	request.data.args[3] = MAP_ANONYMOUS;
	psd_observe_mapped(learn, &request);
	request.data.args[3] = MAP_PRIVATE;
	request.data.args[4] = 1000000;
	psd_observe_mapped(learn, &request);
	assert_string_equal(observe_record(), "");
	request.data.args[4] = (unsigned)fd;
	psd_observe_mapped(learn, &request);
	assert_int_equal(close(fd), 0);
	(void)snprintf(want, sizeof(want), "File=%s map\n", path);
	assert_string_equal(observe_record(), want);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, begin, observe_teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(what_is_opened_is_told_with_what_for),
		TEST(what_does_not_open_is_not_told),
		TEST(older_calls_that_open_are_understood),
		TEST(what_is_done_to_a_path_is_told),
		TEST(both_paths_of_a_move_are_told),
		TEST(paths_are_told_as_a_policy_names_them),
		TEST(path_that_cannot_be_named_is_not_told),
		TEST(what_no_view_shows_is_answered_as_it_will_be),
		TEST(what_the_user_may_not_do_is_not_told),
		TEST(file_that_is_mapped_as_code_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
