/* SPDX-License-Identifier: ISC */
#ifndef PSD_HELPER_RELAY_H
#define PSD_HELPER_RELAY_H

#include "helper/relay/pipes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

/* The two sockets of a connection, and the ways, by where they come from. */
enum { CLIENT, SERVER, SIDES };

enum way_state {
	WAY_WAITS_INPUT,
	WAY_WAITS_ROOM,
	WAY_ENDED, /* and that was passed on by shutdown() */
};

struct way {
	enum way_state state;
	struct pipe *pipe; /* what was taken, and the other side has no room */
	size_t kept;       /* for: so many bytes; 0: there is no pipe */
	bool is_bulk;      /* the last piece was large */
};

struct side {
	struct connection *connection;
	int fd;
	uint32_t events; /* what epoll looks for */
	bool is_gone;    /* closed by whoever had the other end */
};

struct connection {
	TAILQ_ENTRY(connection) of_relay;
	uint32_t id; /* of the request */
	struct side sides[SIDES];
	struct way ways[SIDES];
	bool is_of_network;
	bool has_moved;    /* something, since it was last asked */
	bool discards;     /* the server reads no more of the client */
	bool is_lingering; /* one side is gone; the other has a moment left */
	bool is_over;
	int status;
	uint64_t idle_usec, deadline_usec; /* 0: none */
};

TAILQ_HEAD(connections, connection);

/* What became of a piece (helper/relay/passage.c). */
enum outcome {
	MOVED, /* or thrown away, since nobody wants it */
	NO_INPUT,
	NO_ROOM,
	INPUT_ENDED,
	INPUT_FAILED,
	OTHER_GONE, /* and something of it is lost */
};

/* Passes on what there is, up to a piece. */
enum outcome passage_move(struct connection *connection, int from);

/* The connection is closed: what is kept for it is lost. */
void passage_forget(struct connection *connection);

/*
 * Begins to pass bytes; takes over both descriptors, which do not block.  0 or
 * -errno.
 */
int connection_begin(struct connection *connection, int epoll, uint64_t now);

/* Something happened on a side.  May set is_over. */
void connection_go_on(struct side *side, int epoll, uint32_t events,
    uint64_t now);

/* Ends it when its time is over. */
void connection_look_at_clock(struct connection *connection, uint64_t now);

/* Ends both sides, and closes them. */
void connection_close(struct connection *connection);

#endif
