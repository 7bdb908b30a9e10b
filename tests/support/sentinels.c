/* SPDX-License-Identifier: ISC */
#include "tests/support/sentinels.h"

#include "common/fd.h"
#include "common/mem.h"

#include <limits.h>
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

void
sentinels_make(const struct daemon_rig *rig)
{
	static const char *const dirs[] = { "inside", "inside2", "outside" };
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
	assert_int_equal(mkfifo(file(rig, "inside/fifo"), 0666), 0);
	make_device(file(rig, "inside/device"));
	make_socket(rig);
}

uint64_t
sentinels_sum(const struct daemon_rig *rig)
{
	static const char *const paths[] = { "inside", "inside2", "outside",
		"inside/file", "inside2/secret", "outside/secret",
		"../policies", "../run" };
	uint64_t sum = 0;

	for (size_t i = 0; i < PSD_ELEMENTS(paths); i++) {
		struct stat status;

		assert_int_equal(lstat(file(rig, paths[i]), &status), 0);
		sum = sum * 31 + status.st_ino + (uint64_t)status.st_size +
		    status.st_mode + status.st_uid +
		    (uint64_t)status.st_mtim.tv_sec * 1000000000 +
		    (uint64_t)status.st_mtim.tv_nsec;
	}
	return sum;
}
