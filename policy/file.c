/* SPDX-License-Identifier: ISC */
#include "policy/file.h"

#include "common/fd.h"
#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file being read. */
struct reading {
	struct psd_where where;
	enum psd_file_trust trust;
	struct psd_diag *diag;
};

static bool
is_ours(const struct stat *status)
{
	return status->st_uid == 0 || status->st_uid == geteuid();
}

/*
 * Whoever can write to the file or put another in its place decides what
 * helpers may do.
 */
static bool
check_trust(const struct reading *reading, const struct stat *status,
    const char *what)
{
	if (reading->trust == PSD_FILE_UNCHECKED)
		return true;
	if (!is_ours(status)) {
		psd_diag_error(reading->diag, &reading->where,
		    "%s belongs to user %u; chown it to root", what,
		    (unsigned)status->st_uid);
		return false;
	}
	if ((status->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		psd_diag_error(reading->diag, &reading->where,
		    "%s may be written by its group or by others (mode "
		    "%04o); chmod go-w it",
		    what, (unsigned)(status->st_mode & 07777));
		return false;
	}
	return true;
}

static enum psd_found
say_errno(const struct reading *reading, int r)
{
	psd_diag_error(reading->diag, &reading->where, "cannot be read: %s",
	    strerror(-r));
	return PSD_FOUND_BAD;
}

/* The same of what is to be opened, which may not be there. */
static enum psd_found
say_missing(const struct reading *reading, int r)
{
	return r == -ENOENT || r == -ENOTDIR ? PSD_FOUND_NOTHING
					     : say_errno(reading, r);
}

/* The directory that holds path, and path's last component.  Or -errno. */
static int
open_directory(const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX];
	const size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
	int fd;

	if (len >= sizeof(directory))
		return -ENAMETOOLONG;
	memcpy(directory, path, len);
	directory[len] = '\0';
	fd = open(len == 0 ? "." : directory,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_name = path + len;
	return fd;
}

/* A link that could not be opened is the mask, or not to be trusted. */
static enum psd_found
look_at_link(const struct reading *reading, int directory, const char *name)
{
	static const char mask[] = "/dev/null";
	char target[sizeof(mask) + 1];
	const ssize_t n = readlinkat(directory, name, target, sizeof(target));

	if (n == (ssize_t)sizeof(mask) - 1 &&
	    memcmp(target, mask, sizeof(mask) - 1) == 0)
		return PSD_FOUND_MASK;
	psd_diag_error(reading->diag, &reading->where,
	    "a symbolic link; only one to /dev/null is followed, put the "
	    "file itself here");
	return PSD_FOUND_BAD;
}

static bool
check_status(const struct reading *reading, int fd, size_t *ret_size)
{
	struct stat status;

	if (fstat(fd, &status) < 0) {
		(void)say_errno(reading, -errno);
		return false;
	}
	if (!S_ISREG(status.st_mode)) {
		psd_diag_error(reading->diag, &reading->where,
		    "not a regular file");
		return false;
	}
	if (status.st_size > PSD_FILE_MAX) {
		psd_diag_error(reading->diag, &reading->where,
		    "larger than 1 MiB; split it into drop-ins");
		return false;
	}
	*ret_size = (size_t)status.st_size;
	return check_trust(reading, &status, "the file");
}

static bool
check_text(struct reading *reading, const struct psd_file *file)
{
	static const char *const marks[] = { "\xef\xbb\xbf", "\xff\xfe",
		"\xfe\xff" };

	reading->where.line = 1;
	for (size_t i = 0; i < PSD_ELEMENTS(marks); i++) {
		if (file->len < strlen(marks[i]) ||
		    memcmp(file->text, marks[i], strlen(marks[i])) != 0)
			continue;
		psd_diag_error(reading->diag, &reading->where,
		    "begins with a byte order mark; save it as UTF-8 without "
		    "one");
		return false;
	}
	for (size_t i = 0; i < file->len; i++) {
		if (file->text[i] == '\0') {
			psd_diag_error(reading->diag, &reading->where,
			    "a NUL byte; this is not a text file");
			return false;
		}
		reading->where.line += file->text[i] == '\n';
	}
	return true;
}

/* Reads at most size bytes: what is appended meanwhile is not looked at. */
static enum psd_found
read_all(struct reading *reading, int fd, size_t size, struct psd_file *ret)
{
	_cleanup_free_ char *text = malloc(size + 1);
	struct psd_file file = { .text = text };

	if (text == NULL) {
		psd_diag_no_memory(reading->diag);
		return PSD_FOUND_BAD;
	}
	while (file.len < size) {
		const ssize_t n = read(fd, text + file.len, size - file.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return say_errno(reading, -errno);
		if (n == 0)
			break;
		file.len += (size_t)n;
	}
	text[file.len] = '\0';
	if (!check_text(reading, &file))
		return PSD_FOUND_BAD;
	text = NULL;
	*ret = file;
	return PSD_FOUND_FILE;
}

enum psd_found
psd_file_read(const char *path, enum psd_file_trust trust, struct psd_file *ret,
    struct psd_diag *diag)
{
	struct reading reading = { { path, 0 }, trust, diag };
	_cleanup_fd_ int directory = PSD_NO_FD;
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct stat status;
	const char *name = path;
	size_t size = 0;
	int r;

	directory = open_directory(path, &name);
	if (directory < 0)
		return say_missing(&reading, directory);
	/* O_NONBLOCK: opening a FIFO would wait for its writer. */
	fd = openat(directory, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	r = fd < 0 ? -errno : 0;
	if (r < 0 && r != -ELOOP)
		return say_missing(&reading, r);
	if (fstat(directory, &status) < 0)
		return say_errno(&reading, -errno);
	/* A mask takes away too, so it must be as trusty as a file. */
	if (!check_trust(&reading, &status, "its directory"))
		return PSD_FOUND_BAD;
	if (r == -ELOOP)
		return look_at_link(&reading, directory, name);
	if (!check_status(&reading, fd, &size))
		return PSD_FOUND_BAD;
	return read_all(&reading, fd, size, ret);
}

void
psd_file_free(struct psd_file *file)
{
	free(file->text);
	*file = (struct psd_file){ .text = NULL };
}

enum psd_found
psd_file_check_directory(const char *path, enum psd_file_trust trust,
    struct psd_diag *diag)
{
	const struct reading reading = { { path, 0 }, trust, diag };
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return say_missing(&reading, -errno);
	if (fstat(fd, &status) < 0)
		return say_errno(&reading, -errno);
	return check_trust(&reading, &status, "the directory") ? PSD_FOUND_FILE
							       : PSD_FOUND_BAD;
}
