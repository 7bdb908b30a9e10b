/* SPDX-License-Identifier: ISC */
/*
 * looper DIR: a helper with an event loop of its own.  For each client it asks
 * for the files DIR/0 to DIR/7, whose text is their number, all at once and
 * several times, together with requests that are refused, given up, too late
 * and not waited for; then it tells the client what went wrong, or "ok".
 */
#include "helper/privsep.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 8, ASKING = 40, ROUNDS = 25, TIME_USEC = 50000 };

static struct privsep *conversation, *log_handle;
static const char *dir;

/* Requests that are under way for one client, and what they found. */
struct asking {
	struct privsep *handle;
	char path[PATH_MAX];
	char number;
	int rounds;
};

static struct asking all[ASKING];
static struct privsep *late; /* a client who does not come in time */
static int client;
static int n_busy;
static char wrong[256];

static void
complain(const char *what, int r)
{
	if (wrong[0] == '\0')
		(void)snprintf(wrong, sizeof(wrong), "%.200s: %d", what, r);
}

/* Does the file's text say its number? */
static void
check_file(struct asking *a, int fd)
{
	char text = 0;

	if (read(fd, &text, 1) != 1 || text != a->number)
		complain(a->path, text);
	(void)close(fd);
}

/* Asked over and over; what is given up is asked for anew. */
static void
ask(struct privsep *handle, void *cookie)
{
	struct asking *a = cookie;
	int r;

	while (a->rounds < ROUNDS) {
		r = privsep_open(handle, a->path, O_RDONLY, 0);
		if (r == -EINPROGRESS) {
			if (a->rounds != 3 || a->number != '3')
				return;
			privsep_cancel(handle);
		} else if (r >= 0) {
			check_file(a, r);
		} else if (r != -EPERM || a->number != '?') {
			complain(a->path, r);
		}
		a->rounds++;
	}
	n_busy--;
}

static void
is_late(struct privsep *handle, void *cookie)
{
	const int r = privsep_accept(handle, NULL);

	(void)cookie;
	if (r == -EINPROGRESS)
		return;
	if (r != -ETIMEDOUT)
		complain("a client who did not come", r);
	n_busy--;
}

static bool
make_handles(void)
{
	for (int i = 0; i < ASKING; i++) {
		struct asking *a = &all[i];

		/* Each fifth asks for what is not granted. */
		a->number = (char)(i % 5 == 4 ? '?' : '0' + i % FILES);
		(void)snprintf(a->path, sizeof(a->path), "%s/%c", dir,
		    a->number);
		if (privsep_handle_new(&a->handle, conversation, 0) < 0)
			return false;
		privsep_set_callback(a->handle, ask, a);
	}
	if (privsep_handle_new(&late, conversation, 0) < 0 ||
	    privsep_handle_new(&log_handle, conversation, PRIVSEP_DISCARD) < 0)
		return false;
	privsep_set_timeout(late, TIME_USEC);
	privsep_set_callback(late, is_late, NULL);
	return true;
}

static void
begin(void)
{
	n_busy = ASKING + 1;
	wrong[0] = '\0';
	(void)privsep_log(log_handle, 6, "not waited for");
	is_late(late, NULL);
	for (int i = 0; i < ASKING; i++) {
		all[i].rounds = 0;
		ask(all[i].handle, &all[i]);
	}
}

/* One turn; false when the conversation is over. */
static bool
turn(int epoll)
{
	struct epoll_event event = { .events = (uint32_t)privsep_events(
					 conversation) };
	const int fd = privsep_fd(conversation);

	if (epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) < 0 ||
	    epoll_wait(epoll, &event, 1, privsep_next_timeout(conversation)) <
		0)
		abort();
	return privsep_process(conversation) == 0;
}

static void
next_client(struct privsep *handle, void *cookie)
{
	bool *is_ending = cookie;

	client = privsep_accept(handle, NULL);
	*is_ending = client < 0 && client != -EINPROGRESS;
}

int
main(int argc, char **argv)
{
	const int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN };
	struct privsep *listener;
	bool is_ending = false;

	if (argc != 2 || epoll < 0 || privsep_init(&conversation) < 0)
		return 1;
	dir = argv[1];
	if (!make_handles() ||
	    privsep_handle_new(&listener, conversation, 0) < 0 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, privsep_fd(conversation), &event) <
		0)
		return 1;
	privsep_set_callback(listener, next_client, &is_ending);
	next_client(listener, &is_ending);
	while (!is_ending && turn(epoll)) {
		if (client < 0)
			continue;
		begin();
		while (n_busy > 0 && turn(epoll))
			continue;
		(void)dprintf(client, "%s\n",
		    n_busy > 0             ? "ended too early"
			: wrong[0] == '\0' ? "ok"
					   : wrong);
		(void)close(client);
		next_client(listener, &is_ending);
	}
	return privsep_end(conversation) == 0 ? 0 : 1;
}
