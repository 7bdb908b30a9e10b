/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "helper/privsep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Nobody else's business until its owner says otherwise. */
enum { FILE_MODE = 0600 };

/* What fopen(3)'s modes are for open(2), and for fdopen(3). */
static const struct {
	char letter;
	bool updates; /* followed by "+" */
	int flags;
	const char *mode;
} modes[] = {
	{ 'r', false, O_RDONLY, "r" },
	{ 'r', true, O_RDWR, "r+" },
	{ 'w', false, O_WRONLY | O_CREAT | O_TRUNC, "w" },
	{ 'w', true, O_RDWR | O_CREAT | O_TRUNC, "w+" },
	{ 'a', false, O_WRONLY | O_CREAT | O_APPEND, "a" },
};

/*
 * Letters may stand in any order behind the first.  Those that we do not know
 * ask for something, which must not be left out in silence.
 */
static bool
parse(const char *mode, bool *ret_updates, bool *ret_exclusive)
{
	*ret_updates = false;
	*ret_exclusive = false;
	if (*mode == '\0')
		return false;
	for (mode++; *mode != '\0'; mode++) {
		if (*mode == '+')
			*ret_updates = true;
		else if (*mode == 'x')
			*ret_exclusive = true;
		else if (*mode != 'b' && *mode != 'e')
			return false;
	}
	return true;
}

static FILE *
open_stream(struct privsep *conversation, const char *path, int flags,
    const char *mode)
{
	_cleanup_fd_ int fd =
	    privsep_open(conversation, path, flags, FILE_MODE);
	FILE *stream;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	stream = fdopen(fd, mode);
	if (stream != NULL)
		(void)psd_fd_take(&fd);
	return stream;
}

FILE *
privsep_fopen(struct privsep *conversation, const char *path, const char *mode)
{
	bool updates, exclusive;

	if (!parse(mode, &updates, &exclusive)) {
		errno = EINVAL;
		return NULL;
	}
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (modes[i].letter != mode[0] || modes[i].updates != updates)
			continue;
		/* Without O_CREAT the daemon's side refuses O_EXCL. */
		return open_stream(conversation, path,
		    modes[i].flags | (exclusive ? O_EXCL : 0), modes[i].mode);
	}
	errno = EINVAL;
	return NULL;
}
