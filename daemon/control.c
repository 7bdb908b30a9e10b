/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"
#include "daemon/control_client.h"

#include "common/codec.h"
#include "common/conv.h"
#include "common/fd.h"
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ANSWER_TIMEOUT_USEC = 60 * 1000000, /* as long as privsepctl waits */
};

static struct psd_frame incoming, outgoing;

void
psd_control_reserve(struct psd_control *control)
{
	int fd;

	if (control->reserve >= 0)
		return;
	fd = fcntl(control->daemon->host.null_fd, F_DUPFD_CLOEXEC, 0);
	control->reserve = fd < 0 ? PSD_NO_FD : fd;
}

static void
drop_client(struct psd_control_client *client)
{
	struct psd_control *control = client->control;

	TAILQ_REMOVE(&control->clients, client, of_control);
	sd_event_source_disable_unref(client->source);
	sd_event_source_disable_unref(client->deadline);
	psd_conv_close(&client->conv);
	free(client);
	psd_control_reserve(control);
	/* There is a descriptor for whoever waits. */
	(void)sd_event_source_set_enabled(control->source, SD_EVENT_ON);
}

static bool
may_ask(const struct psd_control_client *client, const struct psd_op_row *row)
{
	return !row->is_privileged || client->who.uid == 0 ||
	    client->who.uid == getuid();
}

/* False when the client is to be dropped. */
static bool
answer(struct psd_control_client *client, const struct psd_op_row *row,
    uint32_t id, int r, union psd_any_rep *rep)
{
	psd_frame_init(&outgoing);
	if (r == 0)
		r = psd_encode_reply(&outgoing, row, id, rep);
	if (r < 0)
		psd_encode_status(&outgoing, (uint16_t)row->op, id, r);
	r = psd_conv_send(&client->conv, 0, &outgoing);
	psd_frame_clear(&outgoing);
	return r == 0;
}

/* It is not read from until then. */
static bool
wait_for_answer(struct psd_control_client *client, const struct psd_op_row *row)
{
	client->waiting = row;
	client->id = incoming.id;
	psd_loop_change();
	return sd_event_source_set_enabled(client->source, SD_EVENT_OFF) >= 0 &&
	    sd_event_source_set_time_relative(client->deadline,
		ANSWER_TIMEOUT_USEC) >= 0;
}

void
psd_control_finish(struct psd_control *control, enum psd_op op, int status,
    union psd_any_rep *rep)
{
	struct psd_control_client *client, *next;

	for (client = TAILQ_FIRST(&control->clients); client != NULL;
	     client = next) {
		const struct psd_op_row *row = client->waiting;

		next = TAILQ_NEXT(client, of_control);
		if (row == NULL || row->op != op)
			continue;
		client->waiting = NULL;
		if (!answer(client, row, client->id, status, rep) ||
		    sd_event_source_set_enabled(client->source, SD_EVENT_ON) <
			0)
			drop_client(client);
	}
}

static bool
perform(struct psd_control_client *client, const struct psd_op_row *row,
    const union psd_any_req *req)
{
	union psd_any_rep rep;
	int r = -EPERM;

	psd_fields_init(row->rep, row->rep_size, &rep);
	if (may_ask(client, row))
		r = psd_control_perform(client->control->daemon, row, req,
		    &rep);
	return r == PSD_LATER ? wait_for_answer(client, row)
			      : answer(client, row, incoming.id, r, &rep);
}

/* One frame.  False when the client is to be dropped. */
static bool
converse(struct psd_control_client *client)
{
	const struct psd_op_row *row;
	union psd_any_req req;
	bool goes_on;

	switch (psd_conv_recv(&client->conv, 0, &incoming)) {
	case PSD_HEARD_FRAME:
		break;
	case PSD_HEARD_NOTHING:
		return true;
	case PSD_HEARD_END:
	case PSD_HEARD_BROKEN:
	case PSD_HEARD_ERROR:
	default:
		return false;
	}
	row = psd_ctl_find(incoming.op);
	if (row == NULL && incoming.type == PSD_FRAME_REQUEST) {
		/* A newer privsepctl: let it say that we are too old. */
		psd_encode_status(&outgoing, incoming.op, incoming.id, -ENOSYS);
		psd_frame_clear(&incoming);
		return psd_conv_send(&client->conv, 0, &outgoing) == 0;
	}
	if (incoming.type != PSD_FRAME_REQUEST ||
	    psd_decode(&incoming, row->req, row->req_size, &req) < 0) {
		psd_frame_clear(&incoming);
		return false;
	}
	goes_on = perform(client, row, &req);
	psd_fields_release(row->req, &req);
	psd_frame_clear(&incoming);
	return goes_on;
}

/* Who has the reserve and says nothing keeps it from others. */
static void
limit_silence(struct psd_control_client *client)
{
	uint64_t until = psd_now() + PSD_CONTROL_SILENCE_USEC;

	if (client->latest_usec == 0 || client->waiting != NULL)
		return;
	if (until > client->latest_usec)
		until = client->latest_usec;
	psd_loop_change();
	(void)sd_event_source_set_time(client->deadline, until);
}

static int
on_frame(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct psd_control_client *client = userdata;

	(void)source;
	(void)fd;
	(void)events;
	client->control->daemon->turns.work = PSD_WORK_CONTROL;
	if (!converse(client))
		drop_client(client);
	else
		limit_silence(client);
	return 0;
}

static int
on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	drop_client(userdata);
	return 0;
}

struct psd_control_client *
psd_control_add(struct psd_control *control, int fd, const struct ucred *who,
    uint64_t usec)
{
	struct psd_control_client *client = calloc(1, sizeof(*client));
	int r;

	if (client == NULL) {
		psd_fd_close(fd);
		return NULL;
	}
	client->control = control;
	client->who = *who;
	psd_conv_init(&client->conv, fd);
	TAILQ_INSERT_TAIL(&control->clients, client, of_control);
	r = sd_event_add_io(psd_loop(control->daemon), &client->source, fd,
	    EPOLLIN, on_frame, client);
	if (r >= 0)
		r = sd_event_add_time_relative(psd_loop(control->daemon),
		    &client->deadline, CLOCK_MONOTONIC, usec,
		    psd_loop_slack(usec), on_deadline, client);
	if (r >= 0)
		return client;
	drop_client(client);
	return NULL;
}

void
psd_control_close(struct psd_control *control)
{
	if (control == NULL)
		return;
	while (!TAILQ_EMPTY(&control->clients))
		drop_client(TAILQ_FIRST(&control->clients));
	sd_event_source_disable_unref(control->source);
	if (control->fd >= 0 && control->holder != PSD_HELD_BY_UNIT)
		(void)unlink(control->path);
	psd_store_drop(&control->daemon->store, "control", "control",
	    control->fd, control->holder);
	sd_event_source_disable_unref(control->rest_source);
	psd_fd_close(control->reserve);
	free(control);
}
