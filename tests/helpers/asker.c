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

static char buffer[LINE_BYTES];

static void
do_user(char *const words[])
{
	struct passwd entry, *found = NULL;
	const int r = privsep_getpwnam_r(conversation, words[1], &entry, buffer,
	    sizeof(buffer), &found);

	found_print_user(answer, sizeof(answer), r, found);
}

static void
do_uid(char *const words[])
{
	struct passwd entry, *found = NULL;
	const int r =
	    privsep_getpwuid_r(conversation, (uid_t)strtoul(words[1], NULL, 10),
		&entry, buffer, sizeof(buffer), &found);

	found_print_user(answer, sizeof(answer), r, found);
}

static void
do_group(char *const words[])
{
	struct group entry, *found = NULL;
	const int r = privsep_getgrnam_r(conversation, words[1], &entry, buffer,
	    sizeof(buffer), &found);

	found_print_group(answer, sizeof(answer), r, found);
}

static void
do_gid(char *const words[])
{
	struct group entry, *found = NULL;
	const int r =
	    privsep_getgrgid_r(conversation, (gid_t)strtoul(words[1], NULL, 10),
		&entry, buffer, sizeof(buffer), &found);

	found_print_group(answer, sizeof(answer), r, found);
}

/* USER GID ROOM */
static void
do_groups(char *const words[])
{
	gid_t groups[1024];
	int n = atoi(words[3]);
	const int r = privsep_getgrouplist(conversation, words[1],
	    (gid_t)strtoul(words[2], NULL, 10), groups, &n);

	found_print_groups(answer, sizeof(answer), r, groups);
}

static const char *
or_null(const char *word)
{
	return strcmp(word, "-") == 0 ? NULL : word;
}

static void
do_service(char *const words[])
{
	struct servent entry, *found = NULL;
	const int r = privsep_getservbyname_r(conversation, words[1],
	    or_null(words[2]), &entry, buffer, sizeof(buffer), &found);

	found_print_service(answer, sizeof(answer), r, found);
}

/* The port is in network order, as the function wants it. */
static void
do_port(char *const words[])
{
	struct servent entry, *found = NULL;
	const int r = privsep_getservbyport_r(conversation, atoi(words[1]),
	    or_null(words[2]), &entry, buffer, sizeof(buffer), &found);

	found_print_service(answer, sizeof(answer), r, found);
}

static void
do_protocol(char *const words[])
{
	struct protoent entry, *found = NULL;
	const int r = privsep_getprotobyname_r(conversation, words[1], &entry,
	    buffer, sizeof(buffer), &found);

	found_print_protocol(answer, sizeof(answer), r, found);
}

static void
do_number(char *const words[])
{
	struct protoent entry, *found = NULL;
	const int r = privsep_getprotobynumber_r(conversation, atoi(words[1]),
	    &entry, buffer, sizeof(buffer), &found);

	found_print_protocol(answer, sizeof(answer), r, found);
}

/* ADDRESS PORT FLAGS */
static void
do_name(char *const words[])
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST };
	char host[NI_MAXHOST], service[NI_MAXSERV];
	struct addrinfo *list = NULL;
	int r = privsep_getaddrinfo(conversation, words[1], words[2], &hints,
	    &list);

	if (r == 0)
		r = privsep_getnameinfo(conversation, list->ai_addr,
		    list->ai_addrlen, host, sizeof(host), service,
		    sizeof(service), atoi(words[3]));
	privsep_freeaddrinfo(list);
	found_print_name(answer, sizeof(answer), r, host, service);
}

/* HOST PORT: the peer's address, or the error. */
static void
do_connect(char *const words[])
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	char host[NI_MAXHOST] = "?", port[NI_MAXSERV] = "?";
	const int fd = privsep_connect_name(conversation, SOCK_STREAM, words[1],
	    (uint16_t)atoi(words[2]));

	if (fd < 0) {
		(void)snprintf(answer, sizeof(answer), "error %d", -fd);
		return;
	}
	if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0)
		(void)getnameinfo((struct sockaddr *)&peer, len, host,
		    sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV);
	(void)snprintf(answer, sizeof(answer), "%s %s", host, port);
	(void)close(fd);
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
	{ "connect", 3, do_connect },
	{ "exit", 1, do_exit },
	{ "gid", 2, do_gid },
	{ "group", 2, do_group },
	{ "groups", 4, do_groups },
	{ "many", 3, do_many },
	{ "name", 4, do_name },
	{ "number", 2, do_number },
	{ "ping", 1, do_ping },
	{ "port", 3, do_port },
	{ "protocol", 2, do_protocol },
	{ "resolve", 6, do_resolve },
	{ "service", 3, do_service },
	{ "uid", 2, do_uid },
	{ "user", 2, do_user },
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
