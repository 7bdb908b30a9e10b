/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/mem.h"
#include "daemon/credential.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char *directory;

static int
prepare(void **state)
{
	(void)state;
	directory = test_dir_make();
	assert_non_null(directory);
	assert_int_equal(test_dir_write(directory, "tls.key", "secret\n"), 0);
	assert_int_equal(test_dir_write(directory, "other", "no"), 0);
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	psd_credential_stop();
	test_dir_remove(directory);
	return 0;
}

static const char *
below(const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

/* A descriptor, which is the caller's, or the status. */
static int
ask(struct op_rig *rig, const char *name)
{
	struct psd_credential_req req = { .credential = psd_str_of(name) };
	struct psd_credential_rep rep = { .file = PSD_NO_FD };
	const int status = op_rig_ask(rig, PSD_OP_credential, &req, &rep);

	return status < 0 ? status : rep.file;
}

static void
start(struct op_rig *rig, const char *lines)
{
	op_rig_start(rig, NULL, lines);
	psd_credential_init(directory);
}

static void
expect_text(int fd, const char *expected)
{
	char text[64] = "";

	assert_true(fd >= 0);
	assert_int_equal(read(fd, text, sizeof(text) - 1), strlen(expected));
	assert_string_equal(text, expected);
	psd_fd_close(fd);
}

static void
what_is_read_equals_the_file(void **state)
{
	struct op_rig rig;

	(void)state;
	assert_int_equal(test_dir_write(directory, "empty", ""), 0);
	start(&rig, "AllowCredential=tls.*,empty");
	expect_text(ask(&rig, "tls.key"), "secret\n");
	expect_text(ask(&rig, "empty"), "");
	op_rig_stop(&rig);
}

static void
nobody_can_change_or_lengthen_it(void **state)
{
	const int seals =
	    F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	char again[32];
	struct op_rig rig;
	int fd, writable;

	(void)state;
	start(&rig, "AllowCredential=tls.key");
	fd = ask(&rig, "tls.key");
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_int_equal(fcntl(fd, F_GET_SEALS) & seals, seals);
	assert_int_equal(write(fd, "x", 1), -1);
	assert_int_equal(errno, EBADF);
	/* Also if somebody finds a way to open it for writing. */
	(void)snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
	writable = open(again, O_RDWR | O_CLOEXEC);
	assert_true(writable >= 0);
	assert_int_equal(write(writable, "x", 1), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(writable, 0), -1);
	assert_ptr_equal(mmap(NULL, 1, PROT_WRITE, MAP_SHARED, writable, 0),
	    MAP_FAILED);
	psd_fd_close(writable);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

/* Each with a place to read at of its own. */
static void
asking_again_takes_no_more_memory(void **state)
{
	struct stat first, second;
	struct op_rig rig;
	size_t before;
	char byte;
	int fds[2];

	(void)state;
	start(&rig, "AllowCredential=*");
	fds[0] = ask(&rig, "tls.key");
	before = test_fds_count();
	fds[1] = ask(&rig, "tls.key");
	assert_int_equal(test_fds_count(), before + 1);
	assert_true(fstat(fds[0], &first) == 0 && fstat(fds[1], &second) == 0);
	assert_int_equal(first.st_ino, second.st_ino);
	assert_int_equal(read(fds[0], &byte, 1), 1);
	expect_text(fds[0], "ecret\n");
	expect_text(fds[1], "secret\n");
	op_rig_stop(&rig);
}

static void
what_is_not_granted_is_refused_alike(void **state)
{
	struct op_rig rig;

	(void)state;
	start(&rig, "AllowCredential=none,tls.*\nDenyCredential=tls.d*");
	assert_int_equal(ask(&rig, "other"), -EPERM);
	assert_int_equal(ask(&rig, "missing"), -EPERM);
	assert_int_equal(ask(&rig, "tls.denied"), -EPERM);
	assert_int_equal(ask(&rig, "none"), -ENOENT);
	op_rig_stop(&rig);
}

static void
no_name_leads_out_of_the_directory(void **state)
{
	static const char *const names[] = { "", ".", "..", "../passwd",
		"/etc/passwd", "./tls.key", "below/key", "tls.key/", "tls.ke?",
		"*", "link", "out", "below", "fifo" };
	struct op_rig rig;

	(void)state;
	assert_int_equal(symlink("tls.key", below("link")), 0);
	assert_int_equal(symlink("/etc/passwd", below("out")), 0);
	assert_int_equal(mkdir(below("below"), 0700), 0);
	assert_int_equal(test_dir_write(directory, "below/key", "k"), 0);
	assert_int_equal(mkfifo(below("fifo"), 0600), 0);
	start(&rig, "AllowCredential=*");
	for (size_t i = 0; i < PSD_ELEMENTS(names); i++)
		if (ask(&rig, names[i]) != -EPERM)
			fail_msg("\"%s\"", names[i]);
	op_rig_stop(&rig);
}

/* Whatever the policy has compared: the last wall is of its own. */
static void
label_that_is_none_opens_nothing(void **state)
{
	static char far[PSD_LABEL_MAX + 2];
	const char *const labels[] = { "./tls.key", "/etc/passwd", far, ".." };

	(void)state;
	memset(far, 'x', sizeof(far) - 1);
	psd_credential_init(directory);
	for (size_t i = 0; i < PSD_ELEMENTS(labels); i++) {
		const struct psd_str label = psd_str_of(labels[i]);

		assert_int_equal(psd_credential_open(&label), -EPERM);
	}
}

/* What is mounted there is no credential of the service manager's. */
static int
open_mounted(void *argument)
{
	const struct psd_str label = psd_str_of("tls.key");

	(void)argument;
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("/etc/passwd", below("tls.key"), NULL, MS_BIND, NULL) < 0)
		return 77;
	psd_credential_init(directory);
	TEST_EXPECT(psd_credential_open(&label) == -EPERM);
	return 0;
}

static void
what_is_mounted_over_a_credential_is_not_read(void **state)
{
	const int status =
	    test_child_exit_status(test_child_start(open_mounted, NULL));

	(void)state;
	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

static void
more_than_the_service_manager_passes_is_not_read(void **state)
{
	struct op_rig rig;
	int fd;

	(void)state;
	assert_int_equal(truncate(below("other"), (1 << 20) + 1), 0);
	start(&rig, "AllowCredential=*");
	assert_int_equal(ask(&rig, "other"), -EFBIG);
	assert_int_equal(truncate(below("other"), 1 << 20), 0);
	fd = ask(&rig, "other");
	assert_int_equal(lseek(fd, 0, SEEK_END), 1 << 20);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

/* Nor where the variable names something else. */
static void
without_a_directory_there_is_none(void **state)
{
	struct op_rig rig;
	int fd;

	(void)state;
	start(&rig, "AllowCredential=*");
	psd_credential_init(NULL);
	assert_int_equal(ask(&rig, "tls.key"), -ENOENT);
	psd_credential_init(below("tls.key"));
	assert_int_equal(ask(&rig, "tls.key"), -ENOENT);
	psd_credential_init(directory);
	fd = ask(&rig, "tls.key");
	assert_true(fd >= 0);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
a_malformed_credential_ends_the_conversation(void **state)
{
	struct psd_credential_req req = { .credential = psd_str_of("a") };

	(void)state;
	op_rig_check_malformed("AllowCredential=a", PSD_OP_credential, &req);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, prepare, clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_read_equals_the_file),
		CASE(nobody_can_change_or_lengthen_it),
		CASE(asking_again_takes_no_more_memory),
		CASE(what_is_not_granted_is_refused_alike),
		CASE(no_name_leads_out_of_the_directory),
		CASE(label_that_is_none_opens_nothing),
		CASE(what_is_mounted_over_a_credential_is_not_read),
		CASE(more_than_the_service_manager_passes_is_not_read),
		CASE(without_a_directory_there_is_none),
		CASE(a_malformed_credential_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
