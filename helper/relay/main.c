/* SPDX-License-Identifier: ISC */
/*
 * The relay: passes bytes between clients of services with Type=inetd and the
 * pairs of their helpers, confined, so that neither the helper holds the
 * network socket nor the daemon sees what is said.  It says hello as every
 * helper does; from then on the daemon asks (common/relay.def), and each
 * request is answered when its connection is over.
 */
#include "helper/relay/relay.h"

#include "common/codec.h"
#include "common/conv.h"
#include "common/fd.h"
#include "common/hello.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum {
	PAIR = 3, /* where every helper finds its end of the pair */
	EVENTS = 64,
	SWEEP_MSEC = 1000,
	USEC_PER_MSEC = 1000,
};

struct relay {
	struct psd_conv conv;
	int epoll;
	struct connections connections;
	uint64_t now, next_sweep;
	bool has_ended; /* the daemon asks for nothing more */
};

static struct psd_frame frame;

static uint64_t
look_at_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int
answer(struct relay *relay, uint32_t id, int status)
{
	int r;

	psd_frame_clear(&frame);
	psd_encode_status(&frame, PSD_OP_relay, id, status);
	r = psd_conv_send(&relay->conv, 1, &frame);
	psd_frame_clear(&frame);
	return r;
}

static int
begin(struct relay *relay, uint32_t id, struct psd_relay_req *req)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	int r;

	if (connection == NULL) {
		psd_fd_cleanup(&req->connection);
		psd_fd_cleanup(&req->pair);
		return answer(relay, id, -ENOMEM);
	}
	connection->id = id;
	connection->idle_usec = req->idle_usec;
	connection->sides[CLIENT].fd = psd_fd_take(&req->connection);
	connection->sides[SERVER].fd = psd_fd_take(&req->pair);
	r = connection_begin(connection, relay->epoll, relay->now);
	TAILQ_INSERT_TAIL(&relay->connections, connection, of_relay);
	if (r < 0) {
		connection->is_over = true;
		connection->status = r;
	}
	return 0;
}

static void
end(struct relay *relay, uint32_t id)
{
	struct connection *connection;

	TAILQ_FOREACH(connection, &relay->connections, of_relay)
		if (connection->id == id && !connection->is_over) {
			connection->is_over = true;
			connection->status = -ECANCELED;
		}
}

static int
perform(struct relay *relay)
{
	const struct psd_op_row *row = psd_relay_find(frame.op);
	const uint32_t id = frame.id;
	union psd_any_req req;

	/* In place of descriptors that could not be sent comes why. */
	if (frame.type == PSD_FRAME_REPLY && frame.op == PSD_OP_relay)
		return answer(relay, id,
		    frame.status < 0 ? frame.status : -EPROTO);
	if (row == NULL || frame.type != PSD_FRAME_REQUEST ||
	    psd_decode(&frame, row->req, row->req_size, &req) < 0)
		return -EPROTO;
	psd_frame_clear(&frame);
	if ((uint32_t)row->op == PSD_OP_relay)
		return begin(relay, id, &req.as_relay);
	end(relay, req.as_relay_end.request);
	return 0;
}

/* Reads what the daemon asks. */
static int
hear(struct relay *relay)
{
	int r = 0;

	while (r == 0) {
		switch (psd_conv_recv(&relay->conv, 0, &frame)) {
		case PSD_HEARD_FRAME:
			r = perform(relay);
			break;
		case PSD_HEARD_END:
			/* It would be told for ever. */
			(void)epoll_ctl(relay->epoll, EPOLL_CTL_DEL, PAIR,
			    NULL);
			relay->has_ended = true;
			return 0;
		case PSD_HEARD_NOTHING:
			return 0;
		case PSD_HEARD_BROKEN:
			/* Without room for the descriptors, that one fails. */
			r = frame.is_cut ? answer(relay, frame.id, -EMFILE)
					 : -EPROTO;
			break;
		case PSD_HEARD_ERROR:
			return -EIO;
		}
	}
	return r;
}

static void
sweep(struct relay *relay)
{
	struct connection *connection;

	if (relay->now < relay->next_sweep)
		return;
	relay->next_sweep = relay->now + (uint64_t)SWEEP_MSEC * USEC_PER_MSEC;
	TAILQ_FOREACH(connection, &relay->connections, of_relay)
		connection_look_at_clock(connection, relay->now);
}

/* Not before the turn is over: its events may speak of them. */
static int
bury(struct relay *relay)
{
	struct connection *connection, *next;
	int r = 0;

	for (connection = TAILQ_FIRST(&relay->connections); connection != NULL;
	     connection = next) {
		next = TAILQ_NEXT(connection, of_relay);
		if (!connection->is_over)
			continue;
		TAILQ_REMOVE(&relay->connections, connection, of_relay);
		connection_close(connection);
		if (r == 0)
			r = answer(relay, connection->id, connection->status);
		free(connection);
	}
	return r;
}

static int
turn(struct relay *relay)
{
	struct epoll_event events[EVENTS];
	const int n = epoll_wait(relay->epoll, events, EVENTS,
	    TAILQ_EMPTY(&relay->connections) ? -1 : SWEEP_MSEC);
	int r = 0;

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	relay->now = look_at_clock();
	for (int i = 0; i < n && r == 0; i++)
		if (events[i].data.ptr == NULL)
			r = hear(relay);
		else
			connection_go_on(events[i].data.ptr, relay->epoll,
			    events[i].events, relay->now);
	sweep(relay);
	return r < 0 ? r : bury(relay);
}

static int
serve(struct relay *relay)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
	int r = 0;

	relay->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (relay->epoll < 0 ||
	    epoll_ctl(relay->epoll, EPOLL_CTL_ADD, PAIR, &event) < 0)
		return -errno;
	while (
	    r == 0 && !(relay->has_ended && TAILQ_EMPTY(&relay->connections)))
		r = turn(relay);
	return r;
}

int
main(void)
{
	struct relay relay = { .epoll = PSD_NO_FD };

	/* splice() has no flag against it. */
	(void)signal(SIGPIPE, SIG_IGN);
	TAILQ_INIT(&relay.connections);
	psd_conv_init(&relay.conv, PAIR);
	if (psd_hello_say(&relay.conv, &frame) < 0 || serve(&relay) < 0)
		return EXIT_FAILURE;
	return psd_conv_end(&relay.conv) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
