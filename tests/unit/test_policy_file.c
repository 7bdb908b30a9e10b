/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/file.h"
#include "policy/load.h"
#include "tests/support/dir.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static const char good[] =
    "[Helper]\nExecStart=/bin/true\n[Policy]\nSystemCallFilter=@helper\n";

/* A directory with www.policy and www.policy.d/10.conf, all as they must be. */
struct place {
	char *dir;
	char file[4096];
	char dropins[4096];
	char dropin[4096];
};

static int
set_up(void **state)
{
	static struct place place;

	place.dir = test_dir_make();
	assert_non_null(place.dir);
	snprintf(place.file, sizeof(place.file), "%s/www.policy", place.dir);
	snprintf(place.dropins, sizeof(place.dropins), "%s/www.policy.d",
	    place.dir);
	snprintf(place.dropin, sizeof(place.dropin), "%s/www.policy.d/10.conf",
	    place.dir);
	assert_int_equal(test_dir_write(place.dir, "www.policy", good), 0);
	assert_int_equal(mkdir(place.dropins, 0755), 0);
	assert_int_equal(test_dir_write(place.dropins, "10.conf",
			     "[Policy]\nAllowStat=/a\n"),
	    0);
	/* Whatever the umask is. */
	assert_int_equal(chmod(place.file, 0644), 0);
	assert_int_equal(chmod(place.dropin, 0644), 0);
	assert_int_equal(chmod(place.dropins, 0755), 0);
	*state = &place;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *place = *state;

	test_dir_remove(place->dir);
	return 0;
}

/* Loads the policy by search and by path; both must say the same. */
static void
loads(const struct place *place, const char *told)
{
	const char *const dirs[] = { place->dir, NULL };
	struct psd_diag diag, diag_of_file;
	struct psd_policy *policy, *of_file;
	const bool is_wanted = told == NULL;

	psd_diag_init(&diag);
	psd_diag_init(&diag_of_file);
	policy = psd_policy_load(dirs, "www", 0, &diag);
	of_file = psd_policy_load_file(place->file, 0, &diag_of_file);
	assert_int_equal(policy != NULL, of_file != NULL);
	if ((policy != NULL) != is_wanted ||
	    (!is_wanted && strstr(diag.text, told) == NULL))
		fail_msg("%s, wanted %s", diag.text, told);
	assert_int_equal(diag.errors == 0, is_wanted);
	psd_policy_free(policy);
	psd_policy_free(of_file);
	psd_diag_free(&diag);
	psd_diag_free(&diag_of_file);
}

static void
file_of_root_that_nobody_else_writes_is_read(void **state)
{
	static const mode_t modes[] = { 0644, 0600, 0444, 0400, 0755 };
	const struct place *place = *state;

	loads(place, NULL);
	for (size_t i = 0; i < PSD_ELEMENTS(modes); i++) {
		assert_int_equal(chmod(place->file, modes[i]), 0);
		assert_int_equal(chmod(place->dropin, modes[i]), 0);
		loads(place, NULL);
	}
}

static void
file_that_others_may_write_is_refused(void **state)
{
	static const mode_t modes[] = { 0664, 0646, 0666, 0777, 0620, 0602 };
	const struct place *place = *state;

	for (size_t i = 0; i < PSD_ELEMENTS(modes); i++) {
		assert_int_equal(chmod(place->file, modes[i]), 0);
		loads(place, "www.policy: the file may be written by");
	}
	assert_int_equal(chmod(place->file, 0644), 0);
	for (size_t i = 0; i < PSD_ELEMENTS(modes); i++) {
		assert_int_equal(chmod(place->dropin, modes[i]), 0);
		loads(place, "10.conf: the file may be written by");
	}
}

static void
directory_that_others_may_write_is_refused(void **state)
{
	/* Where others cannot take files away, they can still add some. */
	static const mode_t modes[] = { 0775, 0757, 0777, 01777, 02770 };
	const struct place *place = *state;

	for (size_t i = 0; i < PSD_ELEMENTS(modes); i++) {
		assert_int_equal(chmod(place->dir, modes[i]), 0);
		loads(place, "directory may be written by");
		assert_int_equal(chmod(place->dir, 0755), 0);
		assert_int_equal(chmod(place->dropins, modes[i]), 0);
		loads(place, "www.policy.d: the directory may be written by");
		assert_int_equal(chmod(place->dropins, 0755), 0);
	}
	loads(place, NULL);
}

static void
file_or_directory_of_another_user_is_refused(void **state)
{
	const struct place *place = *state;
	const char *const paths[] = { place->file, place->dir, place->dropin,
		place->dropins };

	if (geteuid() != 0) {
		print_message("# SKIP: only root can give files away\n");
		skip();
	}
	for (size_t i = 0; i < PSD_ELEMENTS(paths); i++) {
		assert_int_equal(chown(paths[i], 4711, 0), 0);
		loads(place, "belongs to user 4711; chown it to root");
		assert_int_equal(chown(paths[i], 0, 4711), 0);
		loads(place, NULL);
		assert_int_equal(chown(paths[i], 0, 0), 0);
	}
}

static void
bind_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_in_range(strlen(path), 1, sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (const struct sockaddr *)&address,
			     sizeof(address)),
	    0);
	assert_int_equal(close(fd), 0);
}

static void
what_is_no_regular_file_is_refused(void **state)
{
	const struct place *place = *state;
	const char *const paths[] = { place->file, place->dropin };

	for (size_t i = 0; i < PSD_ELEMENTS(paths); i++) {
		assert_int_equal(unlink(paths[i]), 0);
		assert_int_equal(mkfifo(paths[i], 0600), 0);
		loads(place, "not a regular file");
		assert_int_equal(unlink(paths[i]), 0);
		assert_int_equal(mkdir(paths[i], 0755), 0);
		loads(place, "not a regular file");
		assert_int_equal(rmdir(paths[i]), 0);
		bind_socket(paths[i]);
		loads(place, "cannot be read");
		assert_int_equal(unlink(paths[i]), 0);
		if (mknod(paths[i], S_IFCHR | 0600, makedev(1, 3)) == 0) {
			loads(place, "not a regular file");
			assert_int_equal(unlink(paths[i]), 0);
		}
		assert_int_equal(symlink("/etc/passwd", paths[i]), 0);
		loads(place, "a symbolic link");
		assert_int_equal(unlink(paths[i]), 0);
		/* Not the mask, though it leads to the same place. */
		assert_int_equal(symlink("/dev/../dev/null", paths[i]), 0);
		loads(place, "a symbolic link");
		assert_int_equal(unlink(paths[i]), 0);
		assert_int_equal(symlink("/dev/nullx", paths[i]), 0);
		loads(place, "a symbolic link");
		assert_int_equal(unlink(paths[i]), 0);
		assert_int_equal(test_dir_write(place->dir, "www.policy", good),
		    0);
	}
}

static void
write_bytes(const char *path, const char *text, size_t len)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

struct bytes {
	const char *text;
	size_t len;
	const char *told;
};

#define BYTES(text) (text), sizeof(text) - 1

static void
what_is_no_text_is_refused(void **state)
{
	static const struct bytes cases[] = {
		{ BYTES("\xef\xbb\xbf[Helper]\n"),
		    "www.policy:1: begins with" },
		{ BYTES("\xff\xfe[\0H\0"), "www.policy:1: begins with" },
		{ BYTES("\xfe\xff\0[\0H"), "www.policy:1: begins with" },
		{ BYTES("[Helper]\n\n\0\n"), "www.policy:3: a NUL byte" },
		{ BYTES("[Helper]\n#\0"), "www.policy:2: a NUL byte" },
		{ BYTES("\0"), "www.policy:1: a NUL byte" },
	};
	const struct place *place = *state;

	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		write_bytes(place->file, cases[i].text, cases[i].len);
		loads(place, cases[i].told);
	}
	write_bytes(place->file, "", 0);
	loads(place, "there is no ExecStart=");
}

static void
file_is_at_most_one_mib(void **state)
{
	const struct place *place = *state;
	_cleanup_free_ char *text = malloc(PSD_FILE_MAX + 1);

	assert_non_null(text);
	memset(text, '\n', PSD_FILE_MAX + 1);
	memcpy(text, good, sizeof(good) - 1);
	write_bytes(place->file, text, PSD_FILE_MAX);
	loads(place, NULL);
	write_bytes(place->file, text, PSD_FILE_MAX + 1);
	loads(place, "larger than 1 MiB");
	/* Sparse, so that only its size could hurt. */
	assert_int_equal(truncate(place->file, 1L << 40), 0);
	loads(place, "larger than 1 MiB");
}

static void
missing_policy_is_an_error(void **state)
{
	const struct place *place = *state;

	assert_int_equal(unlink(place->file), 0);
	loads(place, "there is no such policy");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(file_of_root_that_nobody_else_writes_is_read),
		TEST(file_that_others_may_write_is_refused),
		TEST(directory_that_others_may_write_is_refused),
		TEST(file_or_directory_of_another_user_is_refused),
		TEST(what_is_no_regular_file_is_refused),
		TEST(what_is_no_text_is_refused),
		TEST(file_is_at_most_one_mib),
		TEST(missing_policy_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
