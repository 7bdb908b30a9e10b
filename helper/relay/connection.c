/* SPDX-License-Identifier: ISC */
/* A connection: its two ways, and how each of them and the whole end. */
#include "helper/relay/relay.h"

#include "common/fd.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>

enum {
	PIECES_PER_TURN = 2, /* then the other connections come */
	LINGER_USEC = 2000000,
};

static void
finish(struct connection *connection, int status)
{
	if (connection->is_over)
		return;
	connection->is_over = true;
	connection->status = status;
}

/* Was everything passed on that the server said? */
static int
status_of(const struct connection *connection)
{
	return connection->ways[SERVER].state == WAY_ENDED ? 0 : -ECONNRESET;
}

static void
renew(struct connection *connection, uint64_t now)
{
	if (connection->has_moved && !connection->is_lingering &&
	    connection->idle_usec > 0)
		connection->deadline_usec = now + connection->idle_usec;
	connection->has_moved = false;
}

/*
 * A server that closes what it has not read resets its pair, which is its way
 * to say that this was all.  A client's reset says that it is gone.
 */
static void
end_of_input(struct connection *connection, int from, bool has_failed)
{
	if (from == CLIENT && has_failed) {
		finish(connection, status_of(connection));
		return;
	}
	connection->ways[from].state = WAY_ENDED;
	/* ENOTCONN: that side is gone. */
	(void)shutdown(connection->sides[!from].fd, SHUT_WR);
}

/* Passes on one piece.  False when there is nothing more to do now. */
static bool
move(struct connection *connection, int from)
{
	struct way *way = &connection->ways[from];

	switch (passage_move(connection, from)) {
	case MOVED:
		way->state = WAY_WAITS_INPUT;
		return true;
	case NO_INPUT:
		way->state = WAY_WAITS_INPUT;
		break;
	case NO_ROOM:
		way->state = WAY_WAITS_ROOM;
		break;
	case INPUT_ENDED:
		end_of_input(connection, from, false);
		break;
	case INPUT_FAILED:
		end_of_input(connection, from, true);
		break;
	case OTHER_GONE:
		finish(connection, -ECONNRESET);
		break;
	}
	return false;
}

/* Of a side that is gone nothing wakes us, so it is read as far as it goes. */
static void
pump(struct connection *connection, int from)
{
	const bool is_gone = connection->sides[from].is_gone;

	for (int i = 0; is_gone || i < PIECES_PER_TURN; i++)
		if (connection->is_over ||
		    connection->ways[from].state == WAY_ENDED ||
		    !move(connection, from))
			return;
}

/*
 * A server that is gone leaves a client that may not know yet: to close a
 * socket with something unread in it would reset the connection, and the
 * client lose what is under way to it.  A client that is gone leaves a server
 * that may have nothing more to say, and then all is well.
 */
static bool
is_left_alone(const struct connection *connection)
{
	for (int i = 0; i < SIDES; i++)
		if (connection->sides[i].is_gone &&
		    connection->ways[i].state == WAY_ENDED)
			return true;
	return false;
}

static void
settle(struct connection *connection, uint64_t now)
{
	if (connection->ways[CLIENT].state == WAY_ENDED &&
	    connection->ways[SERVER].state == WAY_ENDED)
		finish(connection, 0);
	if (connection->is_lingering || !is_left_alone(connection))
		return;
	connection->is_lingering = true;
	connection->deadline_usec = now + LINGER_USEC;
}

static int
watch(struct side *side, int epoll)
{
	const struct connection *connection = side->connection;
	const int i = side == &connection->sides[SERVER] ? SERVER : CLIENT;
	struct epoll_event event = { .data.ptr = side };

	if (connection->ways[i].state == WAY_WAITS_INPUT)
		event.events |= EPOLLIN;
	if (connection->ways[!i].state == WAY_WAITS_ROOM)
		event.events |= EPOLLOUT;
	if (side->is_gone || event.events == side->events)
		return 0;
	side->events = event.events;
	return epoll_ctl(epoll, EPOLL_CTL_MOD, side->fd, &event) < 0 ? -errno
								     : 0;
}

static void
watch_both(struct connection *connection, int epoll)
{
	for (int i = 0; i < SIDES && !connection->is_over; i++)
		if (watch(&connection->sides[i], epoll) < 0)
			finish(connection, -ENOMEM);
}

int
connection_begin(struct connection *connection, int epoll, uint64_t now)
{
	int domain = AF_UNSPEC;
	socklen_t len = sizeof(domain);

	for (int i = 0; i < SIDES; i++) {
		struct side *side = &connection->sides[i];
		struct epoll_event event = {
			.events = EPOLLIN,
			.data.ptr = side,
		};

		side->connection = connection;
		side->events = EPOLLIN;
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, side->fd, &event) < 0)
			return -errno;
	}
	if (getsockopt(connection->sides[CLIENT].fd, SOL_SOCKET, SO_DOMAIN,
		&domain, &len) < 0)
		return -errno;
	connection->is_of_network = domain == AF_INET || domain == AF_INET6;
	connection->has_moved = true;
	renew(connection, now);
	return 0;
}

/* epoll tells this for ever, whatever is asked for. */
static void
note_gone(struct side *side, int epoll)
{
	if (side->is_gone)
		return;
	(void)epoll_ctl(epoll, EPOLL_CTL_DEL, side->fd, NULL);
	side->is_gone = true;
	if (side == &side->connection->sides[SERVER])
		side->connection->discards = true;
}

void
connection_go_on(struct side *side, int epoll, uint32_t events, uint64_t now)
{
	struct connection *connection = side->connection;

	if (connection->is_over)
		return;
	if ((events & (EPOLLHUP | EPOLLERR)) != 0)
		note_gone(side, epoll);
	/* A reset throws away what was under way in both directions. */
	if (side == &connection->sides[CLIENT] && (events & EPOLLERR) != 0)
		finish(connection, status_of(connection));
	pump(connection, SERVER);
	pump(connection, CLIENT);
	renew(connection, now);
	settle(connection, now);
	watch_both(connection, epoll);
}

void
connection_look_at_clock(struct connection *connection, uint64_t now)
{
	if (connection->deadline_usec == 0 || now < connection->deadline_usec)
		return;
	finish(connection,
	    connection->is_lingering ? status_of(connection) : -ETIMEDOUT);
}

void
connection_close(struct connection *connection)
{
	passage_forget(connection);
	for (int i = 0; i < SIDES; i++) {
		if (connection->sides[i].fd >= 0)
			(void)shutdown(connection->sides[i].fd, SHUT_RDWR);
		psd_fd_cleanup(&connection->sides[i].fd);
	}
}
