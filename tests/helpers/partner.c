/* SPDX-License-Identifier: ISC */
/*
 * A service's helper that does what its clients ask by calls, one command a
 * message.  With an argument it keeps the key of that file to itself.
 */
#include "helper/privsep.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_MAX = 64 };

static struct privsep *conversation;
static char key[KEY_MAX + 1];

static int
reply_text(struct privsep_buffer *reply, const char *text)
{
	reply->len = strlen(text);
	memcpy(reply->bytes, text, reply->len);
	return 0;
}

static int
do_echo(const char *argument, size_t len, struct privsep_buffer *call,
    struct privsep_buffer *reply)
{
	(void)call;
	memcpy(reply->bytes, argument, len);
	reply->len = len;
	return 0;
}

/*
 * Stands for a message authentication code: whoever has the key gets the same
 * number, and the number does not give it away at a glance.
 */
static int
do_sign(const char *argument, size_t len, struct privsep_buffer *call,
    struct privsep_buffer *reply)
{
	uint64_t sum = UINT64_C(14695981039346656037);
	char text[32];

	(void)call;
	for (const char *c = key; *c != '\0'; c++)
		sum = (sum ^ (unsigned char)*c) * UINT64_C(1099511628211);
	for (size_t i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)argument[i]) *
		    UINT64_C(1099511628211);
	(void)snprintf(text, sizeof(text), "%016llx", (unsigned long long)sum);
	return reply_text(reply, text);
}

/* The first bytes of each descriptor that came along. */
static int
do_read(const char *argument, size_t len, struct privsep_buffer *call,
    struct privsep_buffer *reply)
{
	char *out = reply->bytes;

	(void)argument;
	(void)len;
	for (size_t i = 0; i < call->n_fds; i++) {
		const ssize_t n = pread(call->fds[i], out + reply->len, 16, 0);

		if (n < 0)
			return -errno;
		reply->len += (size_t)n;
	}
	return 0;
}

/* "PATH": what the daemon opens for us, handed on. */
static int
do_give(const char *argument, size_t len, struct privsep_buffer *call,
    struct privsep_buffer *reply)
{
	const int fd = privsep_open(conversation, argument, O_RDONLY, 0);

	(void)call;
	(void)len;
	if (fd < 0)
		return fd;
	reply->fds[reply->n_fds++] = fd;
	return reply_text(reply, "here");
}

static int
do_die(const char *argument, size_t len, struct privsep_buffer *call,
    struct privsep_buffer *reply)
{
	(void)argument;
	(void)len;
	(void)call;
	(void)reply;
	_exit(9);
}

static int
do_hang(const char *argument, size_t len, struct privsep_buffer *call,
    struct privsep_buffer *reply)
{
	(void)argument;
	(void)len;
	(void)call;
	(void)reply;
	for (;;)
		(void)poll(NULL, 0, -1);
	return 0;
}

static int
do_pid(const char *argument, size_t len, struct privsep_buffer *call,
    struct privsep_buffer *reply)
{
	char text[32];

	(void)argument;
	(void)len;
	(void)call;
	(void)snprintf(text, sizeof(text), "%d", getpid());
	return reply_text(reply, text);
}

static const struct {
	const char *name;
	int (*perform)(const char *argument, size_t len,
	    struct privsep_buffer *call, struct privsep_buffer *reply);
} commands[] = {
	{ "die", do_die },
	{ "echo", do_echo },
	{ "give", do_give },
	{ "hang", do_hang },
	{ "pid", do_pid },
	{ "read", do_read },
	{ "sign", do_sign },
};

static int
answer(void *cookie, struct privsep_buffer *call, struct privsep_buffer *reply)
{
	const char *bytes = call->bytes;
	char text[512];

	(void)cookie;
	if (call->len >= sizeof(text))
		return -E2BIG;
	memcpy(text, bytes, call->len);
	text[call->len] = '\0';
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const size_t len = strlen(commands[i].name);

		if (strncmp(text, commands[i].name, len) != 0)
			continue;
		if (text[len] == ' ')
			return commands[i].perform(text + len + 1,
			    call->len - len - 1, call, reply);
		return commands[i].perform("", 0, call, reply);
	}
	return -ENOSYS;
}

static int
read_key(const char *path)
{
	const int fd = privsep_open(conversation, path, O_RDONLY, 0);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, key, KEY_MAX);
	(void)close(fd);
	if (n < 0)
		return -errno;
	/* From here on nobody opens it for us any more, whatever happens. */
	return privsep_restrict(conversation, "open");
}

int
main(int argc, char **argv)
{
	if (privsep_init(&conversation) < 0)
		return 4;
	if (argc > 1 && read_key(argv[1]) < 0)
		return 5;
	if (privsep_serve(conversation, answer, NULL) < 0)
		return 6;
	return privsep_end(conversation) == 0 ? 0 : 1;
}
