/* SPDX-License-Identifier: ISC */
#ifndef PUPPET_H
#define PUPPET_H

/* Of tests/helpers/puppet.c: its client, and what it asks its daemon for. */
#include "helper/privsep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

static struct privsep *conversation;
static int client = -1;

/* The answer goes out at once: the next command may be the last. */
__attribute__((format(printf, 1, 2))) static void
answer(const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(line, sizeof(line) - 1, format, arguments);
	va_end(arguments);
	if (n < 0 || (size_t)n > sizeof(line) - 2)
		abort();
	line[n++] = '\n';
	if (send(client, line, (size_t)n, MSG_NOSIGNAL) != n)
		_exit(99);
}

static void
do_ping(const char *argument)
{
	const long times = strtol(argument, NULL, 10);
	int r = 0;

	for (long i = 0; i < times && r == 0; i++)
		r = privsep_ping(conversation);
	answer("%d", r);
}

/* What a file begins with, which is closed, or the error in its place. */
static void
answer_text(int fd)
{
	char text[64];
	ssize_t n;

	if (fd < 0) {
		answer("%d", fd);
		return;
	}
	n = read(fd, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	answer("ok %s", text);
	(void)close(fd);
}

/* "PATH": its first bytes. */
static void
do_read(const char *argument)
{
	answer_text(privsep_open(conversation, argument, O_RDONLY, 0));
}

/* "NAME": its first bytes. */
static void
do_credential(const char *argument)
{
	answer_text(privsep_credential(conversation, argument));
}

/* "NAME": a variable's value. */
static void
do_variable(const char *argument)
{
	const char *value = getenv(argument);

	answer("%s", value != NULL ? value : "none");
}

static void
do_restrict(const char *argument)
{
	answer("%d", privsep_restrict(conversation, argument));
}

static void
do_log(const char *argument)
{
	answer("%d", privsep_log(conversation, 6, "%s", argument));
}

/* The next client takes the place of the present one. */
static void
do_accept(const char *argument)
{
	const int next = privsep_accept(conversation, NULL);

	(void)argument;
	answer("%s", next < 0 ? strerrorname_np(-next) : "ok");
	if (next >= 0)
		client = next;
}

/* Opens a file by itself. */
static void
do_try(const char *argument)
{
	const int fd = open(argument, O_RDONLY);

	answer("%s", fd < 0 ? strerrorname_np(errno) : "ok");
	if (fd >= 0)
		(void)close(fd);
}

#endif
