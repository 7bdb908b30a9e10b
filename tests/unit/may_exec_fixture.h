/* SPDX-License-Identifier: ISC */
#ifndef MAY_EXEC_FIXTURE_H
#define MAY_EXEC_FIXTURE_H

#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/dir.h"
#include "tests/support/plan_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* What bounds AllowExec=, together and each by itself. */
static const uint32_t bounds[] = {
	PSD_LAYER_LANDLOCK | PSD_LAYER_NAMESPACES,
	PSD_LAYER_NAMESPACES,
	PSD_LAYER_LANDLOCK,
};

/* What the host has, and a directory that everybody can look into. */
static uint32_t all_layers;
static char *dir;

/* Leaves of both only those of which; false where it cannot be had. */
static inline bool
bound_by(uint32_t which)
{
	plan_rig_host.layers = (all_layers & ~bounds[0]) | which;
	return (all_layers & which) == which;
}

/* dir/name; valid for the next three calls. */
static inline const char *
place(const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % PSD_ELEMENTS(paths)];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

static inline void
write_script(const char *name, const char *text)
{
	assert_int_equal(test_dir_write(dir, name, text), 0);
	assert_int_equal(chmod(place(name), 0755), 0);
}

/* A copy of a program of tests/helpers/ in dir. */
static inline void
copy_program(const char *program, const char *name)
{
	_cleanup_fd_ int from = PSD_NO_FD;
	_cleanup_fd_ int to = PSD_NO_FD;
	char path[4096];
	ssize_t n;

	spawn_rig_program(path, sizeof(path), program);
	from = open(path, O_RDONLY | O_CLOEXEC);
	to = open(place(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	assert_true(from >= 0 && to >= 0);
	do
		n = sendfile(to, from, NULL, 1 << 20);
	while (n > 0);
	assert_int_equal(n, 0);
	assert_int_equal(fchmod(to, 0755), 0);
}

/* plan_rig_load() with words behind the program's name. */
static inline void
load(struct plan_rig *rig, const char *program, const char *words,
    const char *lines)
{
	char helper[1024], policy[2048];

	(void)snprintf(helper, sizeof(helper), " %s", words);
	(void)snprintf(policy, sizeof(policy),
	    "AllowOpen=@runtime\n"
	    "SystemCallFilter=@helper @loader @processes\n"
	    "OnViolation=errno\n%s",
	    lines);
	if (plan_rig_load(rig, program, helper, policy) < 0)
		fail_msg("%s", rig->diag.text);
}

static inline void
start(struct plan_rig *rig)
{
	if (plan_rig_start(rig, true) < 0)
		fail_msg("%s: %s", psd_step_name(rig->spawn.failure.step),
		    strerror(rig->spawn.failure.error));
}

/* The exit status of starter with these words. */
static inline int
try(const char *words, const char *lines)
{
	struct plan_rig rig;
	int status;

	load(&rig, "starter", words, lines);
	start(&rig);
	status = spawn_rig_wait(&rig.spawn);
	plan_rig_free(&rig);
	return status;
}

static inline int
try_path(const char *way, const char *path, const char *lines)
{
	char words[512];

	(void)snprintf(words, sizeof(words), "%s %s", way, path);
	return try(words, lines);
}

/* "AllowExec=path"; valid until the next. */
static inline const char *
allow(const char *path)
{
	static char line[512];

	(void)snprintf(line, sizeof(line), "AllowExec=%s", path);
	return line;
}

/* 0, or the exit status of a test that is skipped or cannot be. */
static inline int
begin_tests(void)
{
	const int skipped = plan_rig_prepare();

	if (skipped != 0)
		return skipped;
	all_layers = plan_rig_host.layers;
	dir = test_dir_make();
	return dir == NULL || chmod(dir, 0755) < 0 ? 1 : 0;
}

static inline void
end_tests(void)
{
	test_dir_remove(dir);
	psd_host_free(&plan_rig_host);
}

#endif
