/* SPDX-License-Identifier: ISC */
#ifndef PSD_DAEMON_RELAY_H
#define PSD_DAEMON_RELAY_H

#include "daemon/daemon.h"
#include "daemon/instance.h"

/*
 * The relay: a service of the daemon's own, whose helper (helper/relay/) moves
 * the bytes between clients and helpers with Type=inetd.  It runs while a
 * loaded policy has that type and Pass=relay, and has neither network nor files: it is handed
 * both sockets of each connection, of which the daemon keeps nothing.
 */

/* Its name among the services, which no policy can have. */
#define PSD_RELAY_NAME "(relay)"

/* A connection: of one helper, until that is freed. */
struct psd_relayed {
	TAILQ_ENTRY(psd_relayed) of_daemon; /* until it is over */
	struct psd_instance *instance;      /* the helper */
	struct psd_instance *relay;
	uint32_t id; /* of the request */
	bool is_over;
	int status; /* then: 0, or -errno as in common/relay.def */
};

/* As psd_resolver_prepare() and psd_resolver_change(). */
int psd_relay_prepare(struct psd_daemon *daemon,
    const struct psd_policy *const *policies, size_t n,
    struct psd_loaded **ret_loaded, struct psd_diag *diag);
int psd_relay_change(struct psd_daemon *daemon, struct psd_loaded *loaded);

/* One that takes connections now, or NULL. */
struct psd_instance *psd_relay_find_ready(const struct psd_daemon *daemon);

/* One has said hello: clients may come. */
void psd_relay_ready(struct psd_daemon *daemon);

/*
 * Has it relay a client's connection to the other end of an instance's stdio;
 * takes over both descriptors, also when it fails.  0 or -errno.
 */
int psd_relay_begin(struct psd_instance *instance, int connection, int pair);

/*
 * One that was begun before this process was executed anew; whose relay it is
 * is for the caller to say, unless it is over.  NULL: out of memory.
 */
struct psd_relayed *psd_relay_resume(struct psd_instance *instance, uint32_t id,
    bool is_over, int status);

/* It has sent a reply, or is lost. */
void psd_relay_answer(struct psd_instance *relay, struct psd_frame *frame);
void psd_relay_lost(struct psd_instance *relay);

/*
 * Of a helper that has exited: is what it said still being delivered?  Then
 * its end waits, so that it can be told how it was.
 */
bool psd_relay_holds(struct psd_instance *instance);

/* Is its connection over without all having been passed on? */
bool psd_relay_failed(const struct psd_instance *instance);

/* Its helper is told to end; and has had its grace: nothing is waited for. */
void psd_relay_end(struct psd_instance *instance);
void psd_relay_give_up(struct psd_instance *instance);

/* The helper is freed. */
void psd_relay_forget(struct psd_instance *instance);

#endif
