/* SPDX-License-Identifier: ISC */
#include "tests/support/capture.h"

#include "common/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* A stream's number, the file that takes its place, and what it was. */
struct stream {
	int number;
	int file;
	int saved;
};

static int
replace(struct stream *stream)
{
	stream->file = memfd_create("capture", MFD_CLOEXEC);
	if (stream->file < 0)
		return -errno;
	stream->saved = fcntl(stream->number, F_DUPFD_CLOEXEC, 3);
	if (stream->saved < 0)
		return -errno;
	return dup2(stream->file, stream->number) < 0 ? -errno : 0;
}

static void
give_back(struct stream *stream, char *ret, size_t size)
{
	ssize_t n = 0;

	if (stream->saved >= 0)
		(void)dup2(stream->saved, stream->number);
	if (stream->file >= 0)
		n = pread(stream->file, ret, size - 1, 0);
	ret[n > 0 ? n : 0] = '\0';
	psd_fd_close(stream->saved);
	psd_fd_close(stream->file);
}

int
test_capture(int (*body)(void *argument), void *argument,
    struct test_capture *ret)
{
	struct stream out = { STDOUT_FILENO, PSD_NO_FD, PSD_NO_FD };
	struct stream err = { STDERR_FILENO, PSD_NO_FD, PSD_NO_FD };
	int r;

	(void)fflush(NULL);
	r = replace(&out);
	if (r == 0)
		r = replace(&err);
	if (r == 0)
		r = body(argument);
	(void)fflush(NULL);
	give_back(&out, ret->out, sizeof(ret->out));
	give_back(&err, ret->err, sizeof(ret->err));
	return r;
}
