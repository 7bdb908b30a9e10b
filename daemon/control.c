/* SPDX-License-Identifier: ISC */
#include "daemon/control.h"

#include "common/codec.h"
#include "common/conv.h"
#include "common/fd.h"
#include "common/log.h"
#include "daemon/store.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	CLIENTS_MAX = 32,
	CLIENTS_PER_UID = 8, /* but for root, who must always get in */
	CLIENT_TIMEOUT_USEC = 30 * 1000000,
	BACKLOG = 16,
	RATE_USEC = 100000,
	RATE_BURST = 64,
};

struct client {
	TAILQ_ENTRY(client) of_control;
	struct psd_control *control;
	struct psd_conv conv;
	struct ucred who; /* from the socket, never from what it says */
	sd_event_source *source;
	sd_event_source *deadline;
};

struct psd_control {
	struct psd_daemon *daemon;
	int fd;
	enum psd_holder holder;
	sd_event_source *source;
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	TAILQ_HEAD(clients, client) clients;
};

static struct psd_frame incoming, outgoing;

static void
drop_client(struct client *client)
{
	TAILQ_REMOVE(&client->control->clients, client, of_control);
	sd_event_source_disable_unref(client->source);
	sd_event_source_disable_unref(client->deadline);
	psd_conv_close(&client->conv);
	free(client);
}

static bool
may_ask(const struct client *client, const struct psd_op_row *row)
{
	return !row->is_privileged || client->who.uid == 0 ||
	    client->who.uid == getuid();
}

/* False when the client is to be dropped. */
static bool
answer(struct client *client, const struct psd_op_row *row,
    const union psd_any_req *req)
{
	union psd_any_rep rep;
	int r = -EPERM;

	psd_fields_init(row->rep, row->rep_size, &rep);
	if (may_ask(client, row))
		r = psd_control_perform(client->control->daemon, row, req,
		    &rep);
	psd_frame_init(&outgoing);
	if (r == 0)
		r = psd_encode_reply(&outgoing, row, incoming.id, &rep);
	if (r < 0)
		psd_encode_status(&outgoing, (uint16_t)row->op, incoming.id, r);
	r = psd_conv_send(&client->conv, 0, &outgoing);
	psd_frame_clear(&outgoing);
	return r == 0;
}

/* One frame.  False when the client is to be dropped. */
static bool
converse(struct client *client)
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
	goes_on = answer(client, row, &req);
	psd_fields_release(row->req, &req);
	psd_frame_clear(&incoming);
	return goes_on;
}

static int
on_frame(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)source;
	(void)fd;
	(void)events;
	if (!converse(userdata))
		drop_client(userdata);
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

static bool
has_room(const struct psd_control *control, uid_t uid)
{
	unsigned all = 0, same = 0;
	const struct client *client;

	TAILQ_FOREACH(client, &control->clients, of_control) {
		all++;
		if (client->who.uid == uid)
			same++;
	}
	if (uid == 0 || uid == getuid())
		return all < 2 * CLIENTS_MAX;
	return all < CLIENTS_MAX && same < CLIENTS_PER_UID;
}

/* Takes over fd. */
static int
add_client(struct psd_control *control, int fd, const struct ucred *who)
{
	struct client *client = calloc(1, sizeof(*client));
	int r;

	if (client == NULL) {
		psd_fd_close(fd);
		return -ENOMEM;
	}
	client->control = control;
	client->who = *who;
	psd_conv_init(&client->conv, fd);
	TAILQ_INSERT_TAIL(&control->clients, client, of_control);
	r = sd_event_add_io(control->daemon->event, &client->source, fd,
	    EPOLLIN, on_frame, client);
	if (r >= 0)
		r = sd_event_add_time_relative(control->daemon->event,
		    &client->deadline, CLOCK_MONOTONIC, CLIENT_TIMEOUT_USEC, 0,
		    on_deadline, client);
	if (r < 0)
		drop_client(client);
	return r;
}

static int
on_client(sd_event_source *source, int listener, uint32_t events,
    void *userdata)
{
	struct psd_control *control = userdata;
	struct ucred who;
	socklen_t len = sizeof(who);
	_cleanup_fd_ int fd = PSD_NO_FD;

	(void)source;
	(void)events;
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0 ||
	    !has_room(control, who.uid))
		return 0;
	if (add_client(control, psd_fd_take(&fd), &who) < 0)
		psd_log(LOG_ERR, "no memory for a client of control.sock");
	return 0;
}

/*
 * The group that may look, straight from the file: a name service has no
 * place in this process.
 */
static gid_t
find_group(void)
{
	FILE *file = fopen("/etc/group", "re");
	gid_t found = (gid_t)-1;
	const struct group *group;

	if (file == NULL)
		return found;
	while (found == (gid_t)-1 && (group = fgetgrent(file)) != NULL)
		if (strcmp(group->gr_name, "privsepd") == 0)
			found = group->gr_gid;
	(void)fclose(file);
	return found;
}

static int
bind_socket(struct psd_control *control)
{
	struct sockaddr_storage storage = { .ss_family = AF_UNIX };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct psd_listen_place place = {
		.kind = "control",
		.service = "control",
		.type = SOCK_SEQPACKET,
		.address = &storage,
		.len = sizeof(address),
	};
	_cleanup_fd_ int fd = PSD_NO_FD;
	const gid_t group = find_group();
	int found;

	memcpy(address.sun_path, control->path, sizeof(control->path));
	memcpy(&storage, &address, sizeof(address));
	found = psd_store_find(&place, &control->holder);
	if (found >= 0)
		return found;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* The directory is locked by us, so a socket there is a dead one. */
	(void)unlink(control->path);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	/* Nobody gets in before it has its group and mode (umask 077). */
	if (group != (gid_t)-1 && geteuid() == 0 &&
	    chown(control->path, (uid_t)-1, group) < 0)
		psd_log(LOG_WARNING, "%s: cannot give it to the group: %s",
		    control->path, strerror(errno));
	if (chmod(control->path, 0660) < 0)
		return -errno;
	if (listen(fd, BACKLOG) < 0)
		return -errno;
	return psd_fd_take(&fd);
}

int
psd_control_open(struct psd_daemon *daemon)
{
	struct psd_control *control = calloc(1, sizeof(*control));
	int r;

	if (control == NULL)
		return -ENOMEM;
	control->daemon = daemon;
	control->fd = PSD_NO_FD;
	TAILQ_INIT(&control->clients);
	r = snprintf(control->path, sizeof(control->path), "%s/control.sock",
	    daemon->config.runtime_dir);
	r = (size_t)r >= sizeof(control->path) ? -ENAMETOOLONG
					       : bind_socket(control);
	if (r >= 0) {
		control->fd = r;
		r = sd_event_add_io(daemon->event, &control->source,
		    control->fd, EPOLLIN, on_client, control);
	}
	/* Out of descriptors, the listener stays readable: no spinning. */
	if (r >= 0)
		r = sd_event_source_set_ratelimit(control->source, RATE_USEC,
		    RATE_BURST);
	if (r < 0) {
		psd_control_close(control);
		return r;
	}
	daemon->control = control;
	return 0;
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
	psd_store_drop("control", "control", control->fd, control->holder);
	free(control);
}
