/* SPDX-License-Identifier: ISC */
#ifndef TEST_SENT_FIXTURE_H
#define TEST_SENT_FIXTURE_H

#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/deny.h"
#include "tests/support/fds.h"
#include "tests/support/path_rig.h"
#include "tests/support/raw.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * Requests that a descriptor goes along with: ask() sends fd, which stays the
 * test's, for the file with the name.
 */
typedef int sent_ask(struct path_rig *rig, const char *name, int fd);

static inline int
open_name(struct path_rig *rig, const char *name, int flags)
{
	const int fd =
	    open(op_rig_path(&rig->op, name).at, flags | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

/* A descriptor of the file by its name, opened so. */
static inline int
ask_opened(struct path_rig *rig, sent_ask *ask, const char *name, int flags)
{
	_cleanup_fd_ int fd = open_name(rig, name, flags);

	return ask(rig, name, fd);
}

/* The file that a path leads to, if there is one that can be opened. */
static inline int
open_any(const struct op_rig *rig, const char *path)
{
	_cleanup_fd_ int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	char granted[4096];

	(void)snprintf(granted, sizeof(granted), "%s/file", rig->dir);
	if (fd < 0)
		fd = open(granted, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	return psd_fd_take(&fd);
}

static inline struct stat
status_of(struct path_rig *rig, const char *name)
{
	struct stat status;

	assert_int_equal(lstat(op_rig_path(&rig->op, name).at, &status), 0);
	return status;
}

/* What cannot be written by its descriptor. */
static inline void
check_not_writing(struct path_rig *rig, sent_ask *ask)
{
	assert_int_equal(ask_opened(rig, ask, "file", O_RDONLY), -EBADF);
	assert_int_equal(ask_opened(rig, ask, "file", O_PATH), -EBADF);
	assert_int_equal(ask_opened(rig, ask, "link", O_PATH | O_NOFOLLOW),
	    -EBADF);
	assert_int_equal(ask_opened(rig, ask, "sub", O_RDONLY), -EBADF);
}

/* Of everything but the file that is named: fd is closed. */
static inline void
check_other(struct path_rig *rig, sent_ask *ask, int fd)
{
	_cleanup_free_ char *before = path_rig_snapshot(rig->outer);
	_cleanup_free_ char *after = NULL;

	assert_true(fd >= 0);
	assert_int_equal(ask(rig, "file", fd), -ESTALE);
	psd_fd_close(fd);
	after = path_rig_snapshot(rig->outer);
	assert_string_equal(before, after);
}

static inline void
check_others(struct path_rig *rig, sent_ask *ask)
{
	int ends[2], pipes[2];

	check_other(rig, ask, open_name(rig, "sub/file", O_RDWR));
	check_other(rig, ask, open_name(rig, "../sentinel", O_RDWR));
	check_other(rig, ask, open("/dev/null", O_RDWR | O_CLOEXEC));
	check_other(rig, ask, open("/proc/self/comm", O_RDWR | O_CLOEXEC));
	check_other(rig, ask, memfd_create("file", MFD_CLOEXEC));
	check_other(rig, ask, open(rig->op.dir, O_TMPFILE | O_RDWR, 0600));
	check_other(rig, ask, fcntl(rig->op.helper, F_DUPFD_CLOEXEC, 0));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	check_other(rig, ask, ends[0]);
	check_other(rig, ask, ends[1]);
	assert_int_equal(pipe(pipes), 0);
	check_other(rig, ask, pipes[1]);
	psd_fd_close(pipes[0]);
}

/* Its name is another's by now, or nobody's. */
static inline void
check_replaced(struct path_rig *rig, sent_ask *ask)
{
	_cleanup_fd_ int fd = open_name(rig, "file", O_RDWR);
	_cleanup_free_ char *path = strdup(op_rig_path(&rig->op, "file").at);

	assert_non_null(path);
	assert_int_equal(rename(op_rig_path(&rig->op, "sub/file").at, path), 0);
	assert_int_equal(ask(rig, "file", fd), -ESTALE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(ask(rig, "file", fd), -ENOENT);
}

/* A hard link may be somebody's name for another's file. */
static inline void
check_two_names(struct path_rig *rig, sent_ask *ask)
{
	_cleanup_free_ char *path = strdup(op_rig_path(&rig->op, "file").at);

	assert_non_null(path);
	assert_int_equal(link(path, op_rig_path(&rig->op, "second").at), 0);
	assert_int_equal(ask_opened(rig, ask, "file", O_RDWR), -EPERM);
	assert_int_equal(ask_opened(rig, ask, "second", O_RDWR), -EPERM);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(ask_opened(rig, ask, "second", O_RDWR), 0);
}

/* Directories, FIFOs and sockets are no files. */
static inline void
check_no_file(struct path_rig *rig, sent_ask *ask)
{
	_cleanup_fd_ int fd = open_name(rig, "file", O_RDWR);

	assert_int_equal(mkfifo(op_rig_path(&rig->op, "fifo").at, 0600), 0);
	assert_int_equal(ask(rig, "sub", fd), -EISDIR);
	assert_int_equal(ask(rig, "link", fd), -EPERM);
	assert_int_equal(ask_opened(rig, ask, "fifo", O_RDWR), -EPERM);
}

/* The same file, through a mount that is not the one that is granted. */
static inline void
check_other_mount(struct path_rig *rig, sent_ask *ask)
{
	_cleanup_free_ char *mounted =
	    strdup(op_rig_path(&rig->op, "mount").at);
	int fd;

	assert_non_null(mounted);
	assert_int_equal(mkdir(mounted, 0700), 0);
	assert_int_equal(mount(rig->op.dir, mounted, NULL, MS_BIND, NULL), 0);
	fd = open_name(rig, "mount/file", O_RDWR);
	check_other(rig, ask, fd);
	assert_int_equal(ask_opened(rig, ask, "mount/file", O_RDWR), -EPERM);
	assert_int_equal(ask_opened(rig, ask, "file", O_RDWR), 0);
}

#endif
