/* SPDX-License-Identifier: ISC */
/*
 * A helper that calls other services as its client says, a line each:
 *
 *   call NAME MESSAGE        calls once: the status, and the reply
 *   pass NAME PATH MESSAGE   the same with a descriptor of the file
 *   hold NAME                keeps a conversation, and calls nothing
 */
#include "helper/privsep.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE = 1024, ROOM = 512 };

static struct privsep *conversation;
static char text[ROOM + 1];

static int
call(const char *name, const struct privsep_message *message)
{
	struct privsep_buffer reply = { .bytes = text, .size = ROOM };
	struct privsep *service;
	int r = privsep_call_service(conversation, name, &service);

	text[0] = '\0';
	if (r < 0)
		return r;
	r = privsep_call(service, message, &reply);
	text[r == 0 ? reply.len : 0] = '\0';
	if (r == 0 && reply.n_fds > 0)
		(void)snprintf(text, sizeof(text), "%zd bytes in it",
		    read(reply.fds[0], text, ROOM));
	for (size_t i = 0; r == 0 && i < reply.n_fds; i++)
		(void)close(reply.fds[i]);
	(void)privsep_end(service);
	return r;
}

static int
pass(const char *name, const char *path, const char *words)
{
	struct privsep_message message = {
		.bytes = words,
		.len = strlen(words),
		.n_fds = 1,
	};
	int r;

	message.fds[0] = privsep_open(conversation, path, O_RDONLY, 0);
	if (message.fds[0] < 0)
		return message.fds[0];
	r = call(name, &message);
	(void)close(message.fds[0]);
	return r;
}

static int
perform(char *line)
{
	const char *command = strsep(&line, " ");
	const char *name = strsep(&line, " ");
	const char *rest = line != NULL ? line : "";
	struct privsep *held;

	if (command == NULL || name == NULL)
		return -1000;
	if (strcmp(command, "hold") == 0)
		return privsep_call_service(conversation, name, &held);
	if (strcmp(command, "pass") == 0 && line != NULL) {
		const char *path = strsep(&line, " ");

		return pass(name, path, line != NULL ? line : "");
	}
	return call(name,
	    &(struct privsep_message){ .bytes = rest, .len = strlen(rest) });
}

static void
serve(int client)
{
	char line[LINE], answer[LINE];
	ssize_t n;

	while ((n = recv(client, line, sizeof(line) - 1, 0)) > 0) {
		int r;

		line[n] = '\0';
		line[strcspn(line, "\n")] = '\0';
		text[0] = '\0';
		r = perform(line);
		n = snprintf(answer, sizeof(answer), "%d %s\n", r, text);
		if (send(client, answer, (size_t)n, MSG_NOSIGNAL) < 0)
			return;
	}
}

int
main(void)
{
	int client;

	if (privsep_init(&conversation) < 0)
		return 4;
	while ((client = privsep_accept(conversation, NULL)) >= 0) {
		serve(client);
		(void)close(client);
	}
	return privsep_end(conversation) == 0 ? 0 : 1;
}
