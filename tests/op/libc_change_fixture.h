/* SPDX-License-Identifier: ISC */
#ifndef LIBC_CHANGE_FIXTURE_H
#define LIBC_CHANGE_FIXTURE_H

/* What libc_fixture.h has, of the operations that change something. */
#include "tests/op/libc_fixture.h"

static int
result(int r)
{
	return r < 0 ? -errno : 0;
}

#define OUR(name, op_name, ...) \
	static int our_##name(struct op_rig *rig, struct psd_str place, \
	    char *text) \
	{ \
		struct psd_##op_name##_req req = { __VA_ARGS__ }; \
		struct psd_##op_name##_rep rep; \
\
		(void)text; \
		return op_rig_ask(rig, PSD_OP_##op_name, &req, &rep); \
	}

#define OWN(name, call) \
	static int own_##name(const char *place, char *text) \
	{ \
		(void)text; \
		return result(call); \
	}

OWN(unlink, unlink(place))
OUR(unlink, unlink, .path = place)
OWN(mkdir, mkdir(place, OWN_MODE))
OUR(mkdir, mkdir, .path = place, .mode = OWN_MODE)
OWN(rmdir, rmdir(place))
OUR(rmdir, rmdir, .path = place)
OWN(truncate, truncate(place, OWN_SIZE))
OUR(truncate, truncate, .path = place, .size = OWN_SIZE)
OWN(access, access(place, R_OK | W_OK))
OUR(access, access, .path = place, .access = PSD_ACCESS_READ | PSD_ACCESS_WRITE)

/* The times are in the answer, since trees are compared without. */
static void
tell_times(const char *path, char *text)
{
	struct stat status;

	if (stat(path, &status) == 0)
		(void)snprintf(text, ANSWER_MAX, "%ld.%09ld %ld.%09ld",
		    (long)status.st_atim.tv_sec, status.st_atim.tv_nsec,
		    (long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

static int
own_set_times(const char *path, char *text)
{
	const int r = result(utimensat(AT_FDCWD, path, own_times, 0));

	if (r == 0)
		tell_times(path, text);
	return r;
}

static int
our_set_times(struct op_rig *rig, struct psd_str path, char *text)
{
	struct psd_set_times_req req = { .path = path,
		.accessed = accessed,
		.modified = modified };
	struct psd_set_times_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_set_times, &req, &rep);

	if (r == 0)
		tell_times(path.at, text);
	return r;
}

/* To a new name, and from there over one that is taken. */
static void
other_names(const char *path, char new[PATH_MAX], char taken[PATH_MAX])
{
	const size_t len = strcspn(path, "@");

	(void)snprintf(new, PATH_MAX, "%.*s@/new", (int)len, path);
	(void)snprintf(taken, PATH_MAX, "%.*s@/taken", (int)len, path);
}

static int
own_rename(const char *path, char *text)
{
	char new[PATH_MAX], taken[PATH_MAX];
	int r;

	other_names(path, new, taken);
	r = result(
	    renameat2(AT_FDCWD, path, AT_FDCWD, taken, RENAME_NOREPLACE));
	(void)snprintf(text, ANSWER_MAX, "%d", r);
	r = result(rename(path, new));
	return r < 0 ? r : result(rename(new, taken));
}

static int
ask_rename(struct op_rig *rig, const char *from, const char *to, uint32_t flags)
{
	struct psd_rename_req req = { .from = psd_str_of(from),
		.to = psd_str_of(to),
		.flags = flags };
	struct psd_rename_rep rep;

	return op_rig_ask(rig, PSD_OP_rename, &req, &rep);
}

static int
our_rename(struct op_rig *rig, struct psd_str path, char *text)
{
	char new[PATH_MAX], taken[PATH_MAX];
	int r;

	other_names(path.at, new, taken);
	r = ask_rename(rig, path.at, taken, 1);
	(void)snprintf(text, ANSWER_MAX, "%d", r);
	r = ask_rename(rig, path.at, new, 0);
	return r < 0 ? r : ask_rename(rig, new, taken, 0);
}

static int
own_temporary_file(const char *path, char *text)
{
	return own_open_with(path, O_TMPFILE | O_EXCL | O_RDWR, text);
}

static int
our_temporary_file(struct op_rig *rig, struct psd_str path, char *text)
{
	struct psd_temporary_file_req req = { .directory = path,
		.mode = OWN_MODE };
	struct psd_temporary_file_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_temporary_file, &req, &rep);

	if (r == 0)
		tell_file(rep.file, text);
	return r;
}

/* Told below the tree's own directory. */
static const char *
below(const char *path)
{
	const char *mark = strchr(path, '@');

	return mark != NULL ? mark : path;
}

static int
own_realpath(const char *path, char *text)
{
	char full[PATH_MAX];

	if (realpath(path, full) == NULL)
		return -errno;
	(void)snprintf(text, ANSWER_MAX, "%s", below(full));
	return 0;
}

static int
our_realpath(struct op_rig *rig, struct psd_str path, char *text)
{
	struct psd_realpath_req req = { .path = path };
	struct psd_realpath_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_realpath, &req, &rep);

	if (r == 0)
		(void)snprintf(text, ANSWER_MAX, "%s", below(rep.resolved.at));
	return r;
}

#endif
