/* SPDX-License-Identifier: ISC */
#ifndef TEST_OPEN_FIXTURE_H
#define TEST_OPEN_FIXTURE_H

/* What the tests of open share: files in the rig's directory. */

#include "common/fd.h"
#include "tests/support/dir.h"
#include "tests/support/fds.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static inline int
open_path(struct op_rig *rig, uint32_t access, struct psd_str path,
    uint32_t mode)
{
	struct psd_open_req req = { .access = access,
		.path = path,
		.mode = mode };
	struct psd_open_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_open, &req, &rep);

	return r < 0 ? r : rep.file;
}

static inline int
open_name(struct op_rig *rig, uint32_t access, const char *name)
{
	return open_path(rig, access, op_rig_path(rig, name), 0644);
}

static inline void
put(const struct op_rig *rig, const char *name, const char *text)
{
	assert_int_equal(test_dir_write(rig->dir, name, text), 0);
}

static inline void
make_dir(const struct op_rig *rig, const char *name)
{
	assert_int_equal(mkdir(op_rig_path(rig, name).at, 0755), 0);
}

static inline void
expect_text(int fd, const char *text)
{
	char got[64] = "";

	assert_true(fd >= 0);
	assert_true(read(fd, got, sizeof(got) - 1) >= 0);
	assert_string_equal(got, text);
	psd_fd_close(fd);
}

static inline int
access_of(const struct op_rig *rig, const char *name)
{
	return access(op_rig_path(rig, name).at, F_OK) < 0 ? -errno : 0;
}

static inline int
link_names(const struct op_rig *rig, const char *from, const char *to)
{
	char old[4096];

	(void)snprintf(old, sizeof(old), "%s", op_rig_path(rig, from).at);
	return link(old, op_rig_path(rig, to).at);
}

#endif
