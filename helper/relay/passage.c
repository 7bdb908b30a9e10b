/* SPDX-License-Identifier: ISC */
/*
 * How a piece goes from one side to the other.  What a client of the network
 * says a lot of is spliced: its pages are handed on as they are.  All else goes
 * through one buffer.  What the other side has no room for stays in a pipe
 * until it has.  When all pipes are taken, nothing is kept: what is in the
 * kernel's queue is looked at, sent, and taken from there as far as there was
 * room, at the price of a second copy.  So slow readers never take more than
 * the pipes, and hold up nobody but whoever talks to them.
 */
#include "helper/relay/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Less than that is not worth a pipe; and bytes that came one by one would each
 * hold a page.
 */
enum { BULK = 32 * 1024 };

/* One thread, so one is enough. */
static char buffer[PIECE];

static enum outcome
no_input(ssize_t n)
{
	if (n == 0)
		return INPUT_ENDED;
	return errno == EAGAIN || errno == EINTR ? NO_INPUT : INPUT_FAILED;
}

static enum outcome
no_room(struct connection *connection, int from)
{
	if (errno == EAGAIN || errno == ENOBUFS || errno == EINTR)
		return NO_ROOM;
	if (from == SERVER)
		return OTHER_GONE;
	/* Left unread, it would have the client lose the end of the answer. */
	connection->discards = true;
	return MOVED;
}

static void
keep(struct way *way, struct pipe *pipe, size_t len)
{
	way->pipe = pipe;
	way->kept = len;
}

/* Sends what is kept. */
static enum outcome
drain(struct connection *connection, int from)
{
	const int to = connection->sides[!from].fd;
	struct way *way = &connection->ways[from];
	enum outcome outcome = MOVED;

	while (way->kept > 0 && outcome == MOVED) {
		const ssize_t n = splice(way->pipe->out, NULL, to, NULL,
		    way->kept, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

		if (n <= 0) {
			outcome = no_room(connection, from);
			break;
		}
		way->kept -= (size_t)n;
		connection->has_moved = true;
	}
	if (outcome == NO_ROOM)
		return outcome;
	if (way->kept == 0)
		pipe_give(way->pipe);
	else
		pipe_spoil(way->pipe);
	keep(way, NULL, 0);
	return outcome;
}

static enum outcome
splice_piece(struct connection *connection, int from, struct pipe *pipe)
{
	struct way *way = &connection->ways[from];
	const ssize_t n = splice(connection->sides[from].fd, NULL, pipe->in,
	    NULL, PIECE, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

	way->is_bulk = n >= BULK;
	if (n <= 0) {
		pipe_give(pipe);
		return no_input(n);
	}
	keep(way, pipe, (size_t)n);
	return drain(connection, from);
}

/* How much of what is in the buffer is done with; -1: nobody is there. */
static ssize_t
send_piece(struct connection *connection, int from, ssize_t len)
{
	const ssize_t n = send(connection->sides[!from].fd, buffer, (size_t)len,
	    MSG_DONTWAIT | MSG_NOSIGNAL);
	enum outcome outcome;

	if (n >= 0) {
		connection->has_moved = true;
		return n;
	}
	outcome = no_room(connection, from);
	return outcome == NO_ROOM ? 0 : outcome == MOVED ? len : -1;
}

/* pipe has room for all that is left. */
static enum outcome
copy_piece(struct connection *connection, int from, struct pipe *pipe)
{
	struct way *way = &connection->ways[from];
	const ssize_t len =
	    recv(connection->sides[from].fd, buffer, PIECE, MSG_DONTWAIT);
	const ssize_t n = len <= 0 ? 0 : send_piece(connection, from, len);

	way->is_bulk = len >= BULK;
	if (len <= 0 || n < 0 || n == len) {
		pipe_give(pipe);
		return len <= 0 ? no_input(len) : n < 0 ? OTHER_GONE : MOVED;
	}
	keep(way, pipe, (size_t)(len - n));
	return write(pipe->in, buffer + n, way->kept) == len - n ? NO_ROOM
								 : OTHER_GONE;
}

/* MSG_TRUNC: TCP need not copy what was seen already. */
static enum outcome
peek_piece(struct connection *connection, int from, bool discards)
{
	const int fd = connection->sides[from].fd;
	const ssize_t len = recv(fd, buffer, PIECE, MSG_PEEK | MSG_DONTWAIT);
	ssize_t n;

	if (len <= 0)
		return no_input(len);
	n = discards ? len : send_piece(connection, from, len);
	if (n <= 0)
		return n == 0 ? NO_ROOM : OTHER_GONE;
	return recv(fd, buffer, (size_t)n, MSG_TRUNC | MSG_DONTWAIT) == n
	    ? MOVED
	    : OTHER_GONE;
}

enum outcome
passage_move(struct connection *connection, int from)
{
	const bool discards = from == CLIENT && connection->discards;
	struct way *way = &connection->ways[from];
	const enum outcome outcome =
	    way->kept > 0 ? drain(connection, from) : MOVED;
	struct pipe *pipe;

	if (outcome != MOVED)
		return outcome;
	pipe = discards ? NULL : pipe_take();
	if (pipe == NULL)
		return peek_piece(connection, from, discards);
	if (way->is_bulk && from == CLIENT && connection->is_of_network)
		return splice_piece(connection, from, pipe);
	return copy_piece(connection, from, pipe);
}

void
passage_forget(struct connection *connection)
{
	for (int i = 0; i < SIDES; i++)
		if (connection->ways[i].kept > 0)
			pipe_spoil(connection->ways[i].pipe);
}
