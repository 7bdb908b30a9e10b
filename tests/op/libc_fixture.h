/* SPDX-License-Identifier: ISC */
#ifndef LIBC_FIXTURE_H
#define LIBC_FIXTURE_H

/*
 * Each operation on a path twice: as the C library does it, and as a helper
 * is answered.  Both return 0 or -errno, and tell in text what there is to be
 * told.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/op_rig.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { ANSWER_MAX = 16384, NAMES_MAX = 512 };

/* Moments before and after the epoch, with and without a fraction. */
static const int64_t accessed = -1500000001, modified = 1234567890123456789;
static const struct timespec own_times[2] = { { -2, 499999999 },
	{ 1234567890, 123456789 } };
enum { OWN_SIZE = 70000, OWN_MODE = 0751 };

static void
tell_file(int fd, char *text)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	(void)snprintf(text, ANSWER_MAX, "mode %o size %ld flags %o",
	    status.st_mode, (long)status.st_size,
	    (unsigned)fcntl(fd, F_GETFL) & ~(unsigned)O_NOFOLLOW);
	psd_fd_close(fd);
}

static int
own_open_with(const char *path, int flags, char *text)
{
	/* A FIFO would keep us waiting; the flag is not for what is told. */
	const int fd =
	    open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, OWN_MODE);

	if (fd < 0)
		return -errno;
	assert_true(fcntl(fd, F_SETFL, flags & O_APPEND) >= 0);
	tell_file(fd, text);
	return 0;
}

static int
our_open_with(struct op_rig *rig, struct psd_str path, uint32_t access,
    char *text)
{
	struct psd_open_req req = { .path = path,
		.access = access,
		.mode = OWN_MODE };
	struct psd_open_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_open, &req, &rep);

	if (r == 0)
		tell_file(rep.file, text);
	return r;
}

static int
own_read(const char *path, char *text)
{
	return own_open_with(path, O_RDONLY, text);
}

static int
our_read(struct op_rig *rig, struct psd_str path, char *text)
{
	return our_open_with(rig, path, PSD_ACCESS_READ, text);
}

static int
own_append(const char *path, char *text)
{
	return own_open_with(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL,
	    text);
}

static int
our_append(struct op_rig *rig, struct psd_str path, char *text)
{
	return our_open_with(rig, path,
	    PSD_ACCESS_APPEND | PSD_ACCESS_CREATE | PSD_ACCESS_EXCLUSIVE, text);
}

static int
own_rewrite(const char *path, char *text)
{
	return own_open_with(path, O_RDWR | O_TRUNC, text);
}

static int
our_rewrite(struct op_rig *rig, struct psd_str path, char *text)
{
	return our_open_with(rig, path,
	    PSD_ACCESS_READ | PSD_ACCESS_WRITE | PSD_ACCESS_TRUNCATE, text);
}

static int
own_stat(const char *path, char *text)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return -errno;
	(void)snprintf(text, ANSWER_MAX, "%o %lu %u %u %ld", status.st_mode,
	    (unsigned long)status.st_nlink, status.st_uid, status.st_gid,
	    (long)status.st_size);
	return 0;
}

static int
our_stat(struct op_rig *rig, struct psd_str path, char *text)
{
	struct psd_stat_req req = { .path = path };
	struct psd_stat_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_stat, &req, &rep);

	if (r == 0)
		(void)snprintf(text, ANSWER_MAX, "%o %u %u %u %ld", rep.mode,
		    rep.links, rep.uid, rep.gid, (long)rep.size);
	return r;
}

/* Names in no order, so they are put into one. */
struct names {
	char at[NAMES_MAX][NAME_MAX + 8];
	size_t n;
};

static int
compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
tell_names(struct names *names, char *text)
{
	qsort(names->at, names->n, sizeof(names->at[0]), compare_names);
	text[0] = '\0';
	for (size_t i = 0, len = 0; i < names->n; i++)
		len += (size_t)snprintf(text + len, ANSWER_MAX - len, "%s\n",
		    names->at[i]);
}

static int
own_list(const char *path, char *text)
{
	static struct names names;
	struct dirent *entry;
	DIR *dir = opendir(path);

	if (dir == NULL)
		return -errno;
	names.n = 0;
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			(void)snprintf(names.at[names.n++], sizeof(names.at[0]),
			    "%s %u", entry->d_name, entry->d_type);
	(void)closedir(dir);
	tell_names(&names, text);
	return 0;
}

static int
our_list(struct op_rig *rig, struct psd_str path, char *text)
{
	static struct names names;
	struct psd_read_directory_req req = { .path = path };
	struct psd_read_directory_rep rep;
	int r;

	names.n = 0;
	do {
		r = op_rig_ask(rig, PSD_OP_read_directory, &req, &rep);
		if (r < 0)
			return r;
		for (uint32_t at = 0; at < rep.entries.len;) {
			const unsigned char *entry = rep.entries.at + at;

			(void)snprintf(names.at[names.n++], sizeof(names.at[0]),
			    "%.*s %u", entry[1], (const char *)entry + 2,
			    entry[0]);
			at += 2u + entry[1];
		}
		req.cursor = rep.cursor;
	} while (rep.entries.len > 0);
	tell_names(&names, text);
	return 0;
}

static int
own_readlink(const char *path, char *text)
{
	const ssize_t n = readlink(path, text, ANSWER_MAX - 1);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	return 0;
}

static int
our_readlink(struct op_rig *rig, struct psd_str path, char *text)
{
	struct psd_readlink_req req = { .path = path };
	struct psd_readlink_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_readlink, &req, &rep);

	if (r == 0)
		(void)snprintf(text, ANSWER_MAX, "%s", rep.target.at);
	return r;
}

#endif
