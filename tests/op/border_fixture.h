/* SPDX-License-Identifier: ISC */
#ifndef BORDER_FIXTURE_H
#define BORDER_FIXTURE_H

/* Places that a line does not cover, to which "way" leads from one it does. */
#include "tests/support/dir.h"
#include "tests/support/sample.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char *
name_below(const struct op_rig *rig, const char *name)
{
	char *path = strdup(op_rig_path(rig, name).at);

	assert_non_null(path);
	return path;
}

static void
lead(const struct op_rig *rig, const char *target)
{
	assert_int_equal(symlink(target, op_rig_path(rig, "way").at), 0);
}

static char *
make_denied(const struct op_rig *rig)
{
	char *place = name_below(rig, "private");

	assert_int_equal(mkdir(place, 0755), 0);
	lead(rig, "private");
	return place;
}

static char *
make_outside(const struct op_rig *rig)
{
	char *place = test_dir_make();
	char target[PATH_MAX];

	assert_non_null(place);
	(void)snprintf(target, sizeof(target), "..%s", strrchr(place, '/'));
	lead(rig, target);
	return place;
}

static char *
make_elsewhere(const struct op_rig *rig)
{
	char *place = test_dir_make();

	assert_non_null(place);
	lead(rig, place);
	return place;
}

static char *
make_mount(const struct op_rig *rig)
{
	char *place = name_below(rig, "way");

	assert_int_equal(mkdir(place, 0755), 0);
	assert_int_equal(mount("tmpfs", place, "tmpfs", 0, NULL), 0);
	return place;
}

static void
fill(const char *place)
{
	char fifo[PATH_MAX];

	sample_make(place);
	(void)snprintf(fifo, sizeof(fifo), "%s/fifo", place);
	assert_int_equal(mkfifo(fifo, 0600), 0);
}

#endif
