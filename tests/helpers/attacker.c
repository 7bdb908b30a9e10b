/* SPDX-License-Identifier: ISC */
/*
 * A helper that was taken over, and makes one attack of tests/attacks:
 * "attacker list" names them.  To its client it first says its process id,
 * and is told "NAME DIR DAEMON NEIGHBOUR"; it answers with the errno of the
 * refusal, or with 0.
 */
#include "tests/attacks/attack.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_MAX_BYTES = 1024 };

extern const struct attack *const __start_attacks[];
extern const struct attack *const __stop_attacks[];

static int
list(void)
{
	for (const struct attack *const *a = __start_attacks;
	     a < __stop_attacks; a++)
		(void)printf("%s %d\n", (*a)->name, (int)(*a)->kind);
	return 0;
}

static void
say(int client, int number)
{
	char line[16];
	const int n = snprintf(line, sizeof(line), "%d\n", number);

	if (send(client, line, (size_t)n, MSG_NOSIGNAL) != n)
		_exit(99);
}

static int
run(const char *name, const struct arena *arena)
{
	for (const struct attack *const *a = __start_attacks;
	     a < __stop_attacks; a++)
		if (strcmp((*a)->name, name) == 0)
			return (*a)->run(arena);
	_exit(98);
}

static void
serve(struct privsep *conversation, int client)
{
	char line[LINE_MAX_BYTES], name[64], dir[512];
	struct arena arena = { conversation, privsep_fd(conversation), dir, 0,
		0 };
	ssize_t n;

	say(client, (int)getpid());
	n = recv(client, line, sizeof(line) - 1, 0);
	line[n < 0 ? 0 : n] = '\0';
	if (sscanf(line, "%63s %511s %d %d", name, dir, &arena.daemon,
		&arena.neighbour) != 4)
		_exit(97);
	say(client, run(name, &arena));
}

int
main(int argc, char **argv)
{
	struct privsep *conversation;
	int client;

	if (argc > 1 && strcmp(argv[1], "list") == 0)
		return list();
	if (privsep_init(&conversation) < 0)
		return 4;
	client = privsep_accept(conversation, NULL);
	if (client >= 0)
		serve(conversation, client);
	(void)privsep_end(conversation);
	return 0;
}
