/* SPDX-License-Identifier: ISC */
#include "daemon/control_client.h"

#include "common/fd.h"
#include "common/log.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CLIENTS_MAX = 32,
	CLIENTS_PER_UID = 8, /* but for root, who must always get in */
	CLIENT_TIMEOUT_USEC = 30 * 1000000,
	RESERVE_TIMEOUT_USEC = 2 * 1000000, /* who is next needs it, too */
	REST_USEC = 100000,                 /* after EMFILE and its like */
};

static bool
has_room(const struct psd_control *control, uid_t uid)
{
	unsigned all = 0, same = 0;
	const struct psd_control_client *client;

	TAILQ_FOREACH(client, &control->clients, of_control) {
		all++;
		if (client->who.uid == uid)
			same++;
	}
	if (uid == 0 || uid == getuid())
		return all < 2 * CLIENTS_MAX;
	return all < CLIENTS_MAX && same < CLIENTS_PER_UID;
}

/*
 * Whoever wants to know why nothing works gets in when there is no descriptor
 * left: one at a time, by the one that is kept for that.
 */
static int
accept_client(struct psd_control *control, bool *ret_is_reserve)
{
	const int flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
	int fd;

	*ret_is_reserve = false;
	fd = accept4(control->fd, NULL, NULL, flags);
	if (fd >= 0 || (errno != EMFILE && errno != ENFILE) ||
	    control->reserve < 0)
		return fd;
	psd_fd_close(psd_fd_take(&control->reserve));
	*ret_is_reserve = true;
	return accept4(control->fd, NULL, NULL, flags);
}

/* Looks away for a while: the listener stays readable. */
static void
rest(struct psd_control *control)
{
	psd_loop_change();
	if (sd_event_source_set_time_relative(control->rest_source, REST_USEC) <
		0 ||
	    sd_event_source_set_enabled(control->rest_source,
		SD_EVENT_ONESHOT) < 0)
		return;
	(void)sd_event_source_set_enabled(control->source, SD_EVENT_OFF);
}

int
psd_control_on_rest(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_control *control = userdata;

	(void)source;
	(void)usec;
	/* Without memory for that it rests on. */
	if (sd_event_source_set_enabled(control->source, SD_EVENT_ON) < 0)
		rest(control);
	return 0;
}

static void
admit(struct psd_control *control)
{
	struct psd_control_client *client;
	struct ucred who;
	socklen_t len = sizeof(who);
	bool is_reserve;
	_cleanup_fd_ int fd = accept_client(control, &is_reserve);

	if (fd < 0) {
		if (errno != EAGAIN)
			rest(control);
		return;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0 ||
	    !has_room(control, who.uid))
		return;
	client = psd_control_add(control, psd_fd_take(&fd), &who,
	    is_reserve ? PSD_CONTROL_SILENCE_USEC : CLIENT_TIMEOUT_USEC);
	if (client == NULL)
		psd_log(LOG_ERR, "no memory for a client of control.sock");
	else if (is_reserve)
		client->latest_usec = psd_now() + RESERVE_TIMEOUT_USEC;
}

int
psd_control_on_client(sd_event_source *source, int listener, uint32_t events,
    void *userdata)
{
	(void)source;
	(void)listener;
	(void)events;
	admit(userdata);
	/* Whoever was turned away has given it back. */
	psd_control_reserve(userdata);
	return 0;
}
