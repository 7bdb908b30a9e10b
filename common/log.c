/* SPDX-License-Identifier: ISC */
#include "common/log.h"

#include "common/fd.h"
#include "common/print.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static psd_log_sink *sink = psd_log_stderr;
static int highest_level = LOG_INFO;
static unsigned long lost; /* messages that could not be written */

/* Our own description of standard error, which may be non-blocking. */
static int stderr_fd = PSD_NO_FD;
static bool stderr_is_socket;
static bool stderr_is_open;

void
psd_log_to(psd_log_sink *to)
{
	sink = to;
}

void
psd_log_set_level(int level)
{
	highest_level = level;
}

/*
 * A reader of our standard error that stands still must not stop us.  Setting
 * O_NONBLOCK on the descriptor we were given would change it for whoever
 * shares it (the user's shell), so we open a description of our own.  A
 * socket cannot be opened again, but each send() can say MSG_DONTWAIT.  Where
 * the file may not be opened (a terminal of another user) we look before we
 * write.
 */
static void
open_stderr(void)
{
	struct stat status;

	stderr_is_open = true;
	if (fstat(STDERR_FILENO, &status) < 0)
		return;
	stderr_is_socket = S_ISSOCK(status.st_mode);
	if (!stderr_is_socket && !S_ISREG(status.st_mode))
		stderr_fd = open("/proc/self/fd/2",
		    O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static bool
would_wait(int fd)
{
	struct pollfd look = { .fd = fd, .events = POLLOUT };

	return poll(&look, 1, 0) != 1 || (look.revents & POLLOUT) == 0;
}

/*
 * Where we cannot but block, piece by piece: a pipe that is ready has room
 * for PIPE_BUF bytes, and a longer write would wait for the rest.
 */
static ssize_t
write_pieces(int fd, const char *line, size_t len)
{
	size_t done = 0;

	while (done < len && !would_wait(fd)) {
		const size_t rest = len - done;
		const ssize_t n =
		    write(fd, line + done, rest < PIPE_BUF ? rest : PIPE_BUF);

		if (n < 0)
			return done > 0 ? (ssize_t)done : -errno;
		done += (size_t)n;
	}
	return done > 0 ? (ssize_t)done : -EAGAIN;
}

/* Returns how much of line was written, or -errno. */
static ssize_t
write_line(const char *line, size_t len)
{
	ssize_t n;

	if (stderr_is_socket)
		n = send(STDERR_FILENO, line, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	else if (stderr_fd >= 0)
		n = write(stderr_fd, line, len);
	else
		return write_pieces(STDERR_FILENO, line, len);
	return n < 0 ? -errno : n;
}

int
psd_log_stderr(int priority, const char *text,
    const struct psd_log_field *fields, size_t n_fields)
{
	/* Set when a reader took a part of a line: it must not go on. */
	static bool line_is_open;
	char line[PSD_LOG_MAX + 3];
	const int len = snprintf(line, sizeof(line), "%s%s\n",
	    line_is_open ? "\n" : "", text);
	ssize_t n;

	(void)priority;
	(void)fields;
	(void)n_fields;
	assert((size_t)len < sizeof(line));
	if (!stderr_is_open)
		open_stderr();
	n = write_line(line, (size_t)len);
	if (n < 0)
		return (int)n;
	if (n > 0)
		line_is_open = line[n - 1] != '\n';
	return n < len ? -EAGAIN : 0;
}

static void
tell_lost(void)
{
	char text[64];

	if (lost == 0)
		return;
	(void)snprintf(text, sizeof(text), "%lu messages were lost", lost);
	if (sink(LOG_WARNING, text, NULL, 0) == 0)
		lost = 0;
}

bool
psd_log_is_heard(int priority)
{
	return priority <= highest_level;
}

void
psd_log_escaped(int priority, const char *text,
    const struct psd_log_field *fields, size_t n_fields)
{
	const int saved = errno;

	if (!psd_log_is_heard(priority))
		return;
	tell_lost();
	if (lost > 0 || sink(priority, text, fields, n_fields) < 0)
		lost++;
	errno = saved;
}

__attribute__((format(printf, 4, 0))) static void
log_arguments(int priority, const struct psd_log_field *fields, size_t n_fields,
    const char *format, va_list arguments)
{
	const int saved = errno;
	char raw[PSD_LOG_MAX];
	char text[PSD_LOG_MAX + 1];
	int len;

	if (!psd_log_is_heard(priority))
		return;
	len = vsnprintf(raw, sizeof(raw), format, arguments);
	if (len < 0)
		len = 0;
	if ((size_t)len >= sizeof(raw))
		len = (int)sizeof(raw) - 1;
	(void)psd_print_line(text, sizeof(text), raw, (size_t)len);
	psd_log_escaped(priority, text, fields, n_fields);
	errno = saved;
}

void
psd_log(int priority, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_arguments(priority, NULL, 0, format, arguments);
	va_end(arguments);
}

void
psd_log_with(int priority, const struct psd_log_field *fields, size_t n_fields,
    const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_arguments(priority, fields, n_fields, format, arguments);
	va_end(arguments);
}
