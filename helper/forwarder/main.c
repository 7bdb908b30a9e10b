/* SPDX-License-Identifier: ISC */
/*
 * A forwarder of the domain name system: passes queries on to a resolver, and
 * its answers back.  It has no cache and believes nothing but what answers the
 * question it asked, from whom it asked, at the port and with the id that it
 * asked with, both chosen anew for each query.
 */
#include "helper/forwarder/forwarder.h"
#include "helper/privsep.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum {
	WAITING_MAX = 256, /* queries; one more ends the oldest */
	QUERIES_PER_TURN = 16,
	TRIES = 2, /* each of another upstream, if there is one */
	TRY_MSEC = 2000,
};

/* A query on its way. */
struct waiting {
	int upstream; /* a socket of its own; -1: nobody waits here */
	uint64_t since_msec;
	unsigned tries;
	uint16_t id;  /* with which we ask */
	int heard_by; /* the listener that answers */
	struct place client;
	size_t len;
	uint8_t query[QUERY_MAX];
};

static struct privsep *conversation;
static struct places listens, upstreams;
static int listeners[PLACES_MAX];
static struct waiting table[WAITING_MAX];
static unsigned next_upstream;
static bool is_ending; /* the daemon has no more for us */

static uint64_t
now_msec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
forget(struct waiting *waiting)
{
	if (waiting->upstream >= 0)
		(void)close(waiting->upstream);
	waiting->upstream = -1;
}

/* A client that has no room, or is gone, asks again, or does not. */
static void
answer_client(const struct waiting *waiting, uint8_t *message, size_t len)
{
	message_set_id(message, message_id(waiting->query));
	(void)sendto(waiting->heard_by, message, len,
	    MSG_DONTWAIT | MSG_NOSIGNAL,
	    (const struct sockaddr *)&waiting->client.address,
	    waiting->client.len);
}

static void
fail(struct waiting *waiting, enum message_error error)
{
	uint8_t message[QUERY_MAX];
	size_t len;

	memcpy(message, waiting->query, waiting->len);
	len = message_make_error(message, waiting->len, error);
	answer_client(waiting, message, len);
	forget(waiting);
}

/*
 * Each try has a socket of its own, hence a port that the kernel chose, and
 * hears nobody but the upstream.
 */
static void
ask_upstream(struct waiting *waiting)
{
	const struct place *upstream =
	    &upstreams.at[next_upstream++ % upstreams.n];
	uint8_t message[QUERY_MAX];

	forget(waiting);
	waiting->since_msec = now_msec();
	if (waiting->tries++ == TRIES ||
	    getrandom(&waiting->id, sizeof(waiting->id), 0) !=
		sizeof(waiting->id)) {
		fail(waiting, MESSAGE_SERVFAIL);
		return;
	}
	waiting->upstream = privsep_connect_address(conversation, SOCK_DGRAM,
	    (const struct sockaddr *)&upstream->address, upstream->len);
	if (waiting->upstream < 0) {
		is_ending = waiting->upstream == -EPIPE ||
		    waiting->upstream == -EPROTO ||
		    waiting->upstream == -ESHUTDOWN;
		fail(waiting, MESSAGE_SERVFAIL);
		return;
	}
	memcpy(message, waiting->query, waiting->len);
	message_set_id(message, waiting->id);
	/* What is not sent is not answered, and tried again. */
	(void)send(waiting->upstream, message, waiting->len,
	    MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* A place for one more; when all are taken, the oldest has waited long enough. */
static struct waiting *
find_room(void)
{
	struct waiting *oldest = &table[0];

	for (size_t i = 0; i < WAITING_MAX; i++) {
		if (table[i].upstream < 0)
			return &table[i];
		if (table[i].since_msec < oldest->since_msec)
			oldest = &table[i];
	}
	fail(oldest, MESSAGE_SERVFAIL);
	return oldest;
}

/* Returns false when nothing more was to be heard. */
static bool
hear_client(int listener)
{
	struct waiting asked = { .upstream = -1, .heard_by = listener };
	struct waiting *waiting;
	ssize_t n;

	asked.client.len = sizeof(asked.client.address);
	n = recvfrom(listener, asked.query, sizeof(asked.query),
	    MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&asked.client.address,
	    &asked.client.len);
	if (n < 0)
		return errno != EAGAIN;
	asked.len = (size_t)n;
	if (asked.len > sizeof(asked.query) ||
	    !message_is_query(asked.query, asked.len))
		return true;
	if (!message_is_standard(asked.query)) {
		fail(&asked, MESSAGE_NOTIMP);
	} else if (message_question_end(asked.query, asked.len) == 0) {
		fail(&asked, MESSAGE_FORMERR);
	} else {
		waiting = find_room();
		*waiting = asked;
		ask_upstream(waiting);
	}
	return true;
}

static void
hear_upstream(struct waiting *waiting)
{
	static uint8_t message[ANSWER_MAX];
	const ssize_t n = recv(waiting->upstream, message, sizeof(message),
	    MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0 && errno != EAGAIN) {
		/* There is nobody, the kernel heard. */
		ask_upstream(waiting);
		return;
	}
	/* Whatever else comes there is forged, or no answer to this. */
	if (n < 0 || (size_t)n > sizeof(message) ||
	    !message_answers(message, (size_t)n, waiting->id, waiting->query,
		waiting->len))
		return;
	answer_client(waiting, message, (size_t)n);
	forget(waiting);
}

/* Tries again what has waited for too long, and tells how long the next may. */
static int
look_at_deadlines(void)
{
	const uint64_t now = now_msec();
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < WAITING_MAX; i++) {
		if (table[i].upstream < 0)
			continue;
		if (now - table[i].since_msec >= TRY_MSEC)
			ask_upstream(&table[i]);
		if (table[i].upstream >= 0 && table[i].since_msec < first)
			first = table[i].since_msec;
	}
	if (first == UINT64_MAX)
		return -1;
	return first + TRY_MSEC > now ? (int)(first + TRY_MSEC - now) : 0;
}

/*
 * Answers come before queries, so that those find room.  The pair has nothing
 * to tell between our requests but the daemon's end.
 */
static int
turn(void)
{
	struct pollfd looks[1 + PLACES_MAX + WAITING_MAX];
	const size_t first = 1 + listens.n;
	const int msec = look_at_deadlines();

	looks[0] = (struct pollfd){ privsep_fd(conversation), POLLIN, 0 };
	for (size_t i = 0; i < listens.n; i++)
		looks[1 + i] = (struct pollfd){ listeners[i], POLLIN, 0 };
	for (size_t i = 0; i < WAITING_MAX; i++)
		looks[first + i] =
		    (struct pollfd){ table[i].upstream, POLLIN, 0 };
	if (poll(looks, first + WAITING_MAX, msec) < 0)
		return errno == EINTR ? 0 : 1;
	for (size_t i = 0; i < WAITING_MAX; i++)
		if (looks[first + i].revents != 0 && table[i].upstream >= 0)
			hear_upstream(&table[i]);
	for (size_t i = 0; i < listens.n; i++)
		for (int n = 0; looks[1 + i].revents != 0 &&
		     n < QUERIES_PER_TURN && hear_client(listeners[i]);
		     n++)
			continue;
	is_ending = is_ending || looks[0].revents != 0;
	return 0;
}

static int
serve(void)
{
	int r = 0;

	for (size_t i = 0; i < WAITING_MAX; i++)
		table[i].upstream = -1;
	for (size_t i = 0; i < listens.n; i++) {
		const struct place *place = &listens.at[i];

		listeners[i] = privsep_bind(conversation,
		    (const struct sockaddr *)&place->address, place->len);
		if (listeners[i] < 0) {
			(void)privsep_log(conversation, LOG_ERR,
			    "cannot listen: %s", strerror(-listeners[i]));
			return 1;
		}
	}
	while (r == 0 && !is_ending)
		r = turn();
	return r;
}

static bool
read_options(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--listen=", 9) == 0) {
			if (!places_add(&listens, argv[i] + 9))
				return false;
		} else if (strncmp(argv[i], "--upstream=", 11) != 0 ||
		    !places_add(&upstreams, argv[i] + 11)) {
			return false;
		}
	}
	return listens.n > 0 && upstreams.n > 0;
}

int
main(int argc, char **argv)
{
	int r;

	if (!read_options(argc, argv)) {
		(void)fputs("usage: forwarder --listen=ADDRESS:PORT... "
			    "--upstream=ADDRESS:PORT...\n",
		    stderr);
		return 2;
	}
	r = privsep_init(&conversation);
	if (r < 0) {
		(void)fprintf(stderr,
		    "forwarder: no privsepd to speak with: %s\n", strerror(-r));
		return 1;
	}
	r = serve();
	/* Waits for the daemon's end, so that it sees an orderly one. */
	if (privsep_end(conversation) < 0)
		r = 1;
	return r;
}
