/* SPDX-License-Identifier: ISC */
#include "tests/support/sentinels.h"

#include "common/fd.h"
#include "common/mem.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

/* "..." below DIR/files. */
static const char *
file(const struct daemon_rig *rig, const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/files/%s", rig->dir, name);
	return path;
}

static void
make_socket(const struct daemon_rig *rig)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_fd_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const char *path = file(rig, "inside/socket");

	assert_true(strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)),
	    0);
}

/* Whoever has no CAP_MKNOD does without: then there is none to be opened. */
static void
make_device(const char *path)
{
	if (mknod(path, S_IFCHR | 0666, makedev(1, 5)) < 0)
		assert_int_equal(errno, EPERM);
}

/* A small one, in one piece. */
static void
copy_program(const char *from, const char *to)
{
	static char bytes[1 << 18];
	_cleanup_fd_ int in = open(from, O_RDONLY | O_CLOEXEC);
	_cleanup_fd_ int out =
	    open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	const ssize_t n = in < 0 ? -1 : read(in, bytes, sizeof(bytes));

	assert_true(n > 0 && (size_t)n < sizeof(bytes));
	assert_true(out >= 0 && write(out, bytes, (size_t)n) == n);
}

/* What has rights that whoever executes it would have, too. */
static void
make_programs(const struct daemon_rig *rig)
{
	/* Its own capability to set the clock, permitted and in effect. */
	static const struct vfs_cap_data capable = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data[0].permitted = 1 << CAP_SYS_TIME,
	};
	static const char *const names[] = { "inside/setuid",
		"inside/capable" };
	const char *dir = getenv("PSD_HELPERS");
	char program[PATH_MAX];

	(void)snprintf(program, sizeof(program), "%s/tests/helpers/tiny_gain",
	    dir != NULL ? dir : getenv("B"));
	for (size_t i = 0; i < PSD_ELEMENTS(names); i++)
		copy_program(program, file(rig, names[i]));
	for (size_t i = 0; i < PSD_ELEMENTS(names); i++)
		assert_int_equal(chmod(file(rig, names[i]), 0755), 0);
	/* Where these may not be had, they are plain programs. */
	(void)chmod(file(rig, "inside/setuid"), 04755);
	(void)setxattr(file(rig, "inside/capable"), "security.capability",
	    &capable, XATTR_CAPS_SZ_2, 0);
}

void
sentinels_refresh(const struct daemon_rig *rig)
{
	static const char *const links[] = { "scratch/link", "scratch/away" };

	for (size_t i = 0; i < PSD_ELEMENTS(links); i++)
		(void)unlink(file(rig, links[i]));
	assert_int_equal(symlink("../outside/secret", file(rig, links[0])), 0);
	assert_int_equal(symlink("../outside", file(rig, links[1])), 0);
}

void
sentinels_make(const struct daemon_rig *rig)
{
	static const char *const dirs[] = { "inside", "inside2", "outside",
		"scratch" };
	static const char *const secrets[] = { "files/inside2/secret",
		"files/outside/secret" };

	for (size_t i = 0; i < PSD_ELEMENTS(dirs); i++)
		assert_int_equal(mkdir(file(rig, dirs[i]), 0755), 0);
	daemon_rig_write(rig, "files/inside/file", "granted\n");
	for (size_t i = 0; i < PSD_ELEMENTS(secrets); i++)
		daemon_rig_write(rig, secrets[i], "secret\n");
	assert_int_equal(chmod(file(rig, "outside/secret"), 0600), 0);
	assert_int_equal(symlink("../outside/secret", file(rig, "inside/link")),
	    0);
	assert_int_equal(symlink("../outside", file(rig, "inside/away")), 0);
	make_programs(rig);
	sentinels_refresh(rig);
	assert_int_equal(mkfifo(file(rig, "inside/fifo"), 0666), 0);
	make_device(file(rig, "inside/device"));
	make_socket(rig);
}

/* Of a regular file's bytes. */
static uint64_t
sum_content(const char *path)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char bytes[4096];
	uint64_t sum = 14695981039346656037U;
	ssize_t n;

	assert_true(fd >= 0);
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		for (ssize_t i = 0; i < n; i++)
			sum = (sum ^ bytes[i]) * 1099511628211U;
	assert_int_equal(n, 0);
	return sum;
}

uint64_t
sentinels_sum(const struct daemon_rig *rig)
{
	static const char *const paths[] = { "inside", "inside2", "outside",
		"inside/file", "inside/setuid", "inside/capable",
		"inside2/secret", "outside/secret", "../policies", "../run" };
	uint64_t sum = 0;

	for (size_t i = 0; i < PSD_ELEMENTS(paths); i++) {
		struct stat status;

		assert_int_equal(lstat(file(rig, paths[i]), &status), 0);
		sum = sum * 31 + status.st_ino + (uint64_t)status.st_size +
		    status.st_mode + status.st_uid +
		    (uint64_t)status.st_mtim.tv_sec * 1000000000 +
		    (uint64_t)status.st_mtim.tv_nsec;
		if (S_ISREG(status.st_mode))
			sum = sum * 31 + sum_content(file(rig, paths[i]));
	}
	return sum;
}
