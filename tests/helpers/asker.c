/* SPDX-License-Identifier: ISC */
/*
 * A helper that asks for names what its client says: one command a line, one
 * line of answer.
 */
#include "helper/privsep.h"
#include "tests/helpers/found.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE_BYTES = 65536, WORDS_MAX = 8 };

static struct privsep *conversation;
static char answer[LINE_BYTES];

static void
do_ping(char *const words[])
{
	(void)words;
	(void)snprintf(answer, sizeof(answer), "%d",
	    privsep_ping(conversation));
}

/* FAMILY TYPE FLAGS NODE SERVICE, "-" for a NULL of the last two. */
static void
do_resolve(char *const words[])
{
	const struct addrinfo hints = {
		.ai_family = atoi(words[1]),
		.ai_socktype = atoi(words[2]),
		.ai_flags = atoi(words[3]),
	};
	struct addrinfo *list = NULL;
	const int r = privsep_getaddrinfo(conversation,
	    strcmp(words[4], "-") == 0 ? NULL : words[4],
	    strcmp(words[5], "-") == 0 ? NULL : words[5], &hints, &list);

	found_print_hosts(answer, sizeof(answer), r, list);
	privsep_freeaddrinfo(r == 0 ? list : NULL);
}

/* TIMES NODE: so many looks; how many succeeded. */
static void
do_many(char *const words[])
{
	const long times = strtol(words[1], NULL, 10);
	long found = 0;

	for (long i = 0; i < times; i++) {
		struct addrinfo *list = NULL;

		if (privsep_getaddrinfo(conversation, words[2], NULL, NULL,
			&list) == 0) {
			privsep_freeaddrinfo(list);
			found++;
		}
	}
	(void)snprintf(answer, sizeof(answer), "%ld", found);
}

static void
do_exit(char *const words[])
{
	(void)words;
	_exit(3);
}

static const struct {
	const char *name;
	int n_words;
	void (*perform)(char *const words[]);
} commands[] = {
	{ "exit", 1, do_exit },
	{ "many", 3, do_many },
	{ "ping", 1, do_ping },
	{ "resolve", 6, do_resolve },
};

static void
perform(char *line)
{
	char *words[WORDS_MAX];
	int n = 0;

	for (char *word; n < WORDS_MAX && (word = strsep(&line, " ")) != NULL;)
		words[n++] = word;
	(void)snprintf(answer, sizeof(answer), "unknown command");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (n == commands[i].n_words &&
		    strcmp(words[0], commands[i].name) == 0)
			commands[i].perform(words);
}

static void
serve(int client)
{
	char line[4096];
	ssize_t n;

	while ((n = recv(client, line, sizeof(line) - 1, 0)) > 0) {
		line[n] = '\0';
		line[strcspn(line, "\n")] = '\0';
		perform(line);
		if (send(client, answer, strlen(answer), MSG_NOSIGNAL) < 0)
			return;
	}
}

int
main(void)
{
	int client;

	if (privsep_init(&conversation) < 0)
		return 1;
	while ((client = privsep_accept(conversation, NULL)) >= 0) {
		serve(client);
		(void)close(client);
	}
	return privsep_end(conversation) < 0;
}
