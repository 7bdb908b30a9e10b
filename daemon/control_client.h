/* SPDX-License-Identifier: ISC */
#ifndef PSD_CONTROL_CLIENT_H
#define PSD_CONTROL_CLIENT_H

#include "common/conv.h"
#include "daemon/control.h"
#include "daemon/store.h"

#include <sys/socket.h>
#include <sys/un.h>

/* What daemon/control*.c share: one who asks, and control.sock itself. */

/* Whoever has the reserve loses it when he is silent for longer. */
enum { PSD_CONTROL_SILENCE_USEC = 250000 };

struct psd_control_client {
	TAILQ_ENTRY(psd_control_client) of_control;
	struct psd_control *control;
	struct psd_conv conv;
	struct ucred who; /* from the socket, never from what it says */
	const struct psd_op_row *waiting; /* for what it asked, or NULL */
	uint32_t id;                      /* of that request */
	sd_event_source *source;
	sd_event_source *deadline;
	uint64_t latest_usec; /* 0: it has not taken the reserve */
};

struct psd_control {
	struct psd_daemon *daemon;
	int fd;
	enum psd_holder holder;
	sd_event_source *source;
	sd_event_source *rest_source; /* until somebody is accepted again */
	int reserve; /* given up when there is no other, for one client */
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	TAILQ_HEAD(psd_control_clients, psd_control_client) clients;
};

/* Takes the reserve again, when it is not there and can be had. */
void psd_control_reserve(struct psd_control *control);

/* Adds one, for so long; takes over fd.  NULL: out of memory. */
struct psd_control_client *psd_control_add(struct psd_control *control, int fd,
    const struct ucred *who, uint64_t usec);

/* Somebody has connected.  Who cannot be accepted now is tried again, later. */
int psd_control_on_client(sd_event_source *source, int listener,
    uint32_t events, void *userdata);
int psd_control_on_rest(sd_event_source *source, uint64_t usec, void *userdata);

#endif
