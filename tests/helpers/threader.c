/* SPDX-License-Identifier: ISC */
/*
 * threader DIR: a helper of eight threads that ask over one conversation.  File
 * DIR/N has N bytes.  Each client is told how many requests were answered, and
 * each of them rightly, or what went wrong.
 */
#include "helper/privsep.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { THREADS = 8, ROUNDS = 200 };

struct worker {
	pthread_t thread;
	int number;
	int answered;
	int wrong;
};

static struct privsep *conversation;
static const char *dir;

/* Its own file's size, by name and by descriptor, and a refusal. */
static int
ask(const struct worker *w, const char *path)
{
	struct privsep_stat told;
	struct stat status;
	const int fd = privsep_open(conversation, path, O_RDONLY, 0);
	int r;

	if (fd < 0)
		return fd;
	r = fstat(fd, &status);
	(void)close(fd);
	if (r < 0 || status.st_size != w->number)
		return 1;
	r = privsep_stat(conversation, path, &told);
	if (r < 0)
		return r;
	if (told.size != (uint64_t)w->number)
		return 2;
	r = privsep_open(conversation, "/nothing", O_RDONLY, 0);
	return r == -EPERM ? privsep_ping(conversation) : 3;
}

static void *
work(void *argument)
{
	struct worker *w = argument;
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%d", dir, w->number);
	while (w->wrong == 0 && w->answered < 4 * ROUNDS) {
		w->wrong = ask(w, path);
		w->answered += 4;
	}
	return NULL;
}

static void
serve(int client)
{
	struct worker workers[THREADS];
	int answered = 0, wrong = 0;

	for (int i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .number = i };
		if (pthread_create(&workers[i].thread, NULL, work,
			&workers[i]) != 0)
			_exit(2);
	}
	for (int i = 0; i < THREADS; i++) {
		(void)pthread_join(workers[i].thread, NULL);
		answered += workers[i].answered;
		if (workers[i].wrong != 0)
			wrong = workers[i].wrong;
	}
	if (wrong == 0)
		(void)dprintf(client, "%d answered\n", answered);
	else
		(void)dprintf(client, "wrong: %d\n", wrong);
}

int
main(int argc, char **argv)
{
	int client;

	if (argc != 2 || privsep_init(&conversation) < 0)
		return 1;
	dir = argv[1];
	while ((client = privsep_accept(conversation, NULL)) >= 0) {
		serve(client);
		(void)close(client);
	}
	return privsep_end(conversation) == 0 ? 0 : 1;
}
