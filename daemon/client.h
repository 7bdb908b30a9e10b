/* SPDX-License-Identifier: ISC */
#ifndef PSD_CLIENT_H
#define PSD_CLIENT_H

#include "daemon/peer.h"
#include "daemon/rate.h"

#include <stdbool.h>
#include <sys/queue.h>
#include <systemd/sd-event.h>

struct psd_call;
struct psd_instance;
struct psd_service;

/* What accept answers in the place of a listener's number. */
enum { PSD_ACCEPT_CLIENT = 0x10000, PSD_ACCEPT_CALLER = 0x10001 };

/* One user's connections to a service. */
struct psd_client_user {
	TAILQ_ENTRY(psd_client_user) of_service;
	uid_t uid;
	uint32_t n, n_served;
};

enum psd_client_flags {
	PSD_CLIENT_CALLER = 1 << 0, /* another helper, by the operation call */
	PSD_CLIENT_PASSES = 1 << 1, /* may pass descriptors, if we take some */
};

/*
 * Somebody who came by a service's door, or called it, until his connection is over.  It is
 * kept here until a helper takes it, and belongs to that afterwards; then only
 * the count of it stays, until the helper ends or asks for the next one.
 */
struct psd_client {
	TAILQ_ENTRY(psd_client) of_queue; /* the service's, or the helper's */
	struct psd_service *service;
	struct psd_client_user *user;
	unsigned flags; /* PSD_CLIENT_* */
	struct psd_peer who;
	int fd;          /* owned; PSD_NO_FD once it is a helper's */
	bool has_spoken; /* before that it is no helper's business */
	struct psd_instance *filter; /* that runs for it, or NULL; fd stays */
	sd_event_source *source;
	sd_event_source *deadline;
};

TAILQ_HEAD(psd_client_list, psd_client);
TAILQ_HEAD(psd_client_users, psd_client_user);

/*
 * What the log says of one user, so that one who is refused again and again
 * does not keep out what is said of others.
 */
struct psd_client_lines {
	uid_t uid;
	struct psd_rate rate; /* burst 0: of nobody yet */
};
enum { PSD_CLIENT_LINES = 16 };

/* A service's clients. */
struct psd_clients {
	struct psd_client_list waiting; /* oldest first */
	struct psd_client_users users;  /* with a connection */
	uint32_t n;                     /* waiting and served */
	bool is_serving;                /* a start tells of what is ready */
	uint64_t admitted, refused;
	struct psd_client_lines lines[PSD_CLIENT_LINES];
	uint32_t next_lines; /* whose place the next user takes */
};

void psd_clients_init(struct psd_clients *clients);

/*
 * A connection to the service's door: admitted by who made it, or refused
 * with a status and a line of the log.  Takes over fd.
 */
void psd_client_come(struct psd_service *service, int fd);

/*
 * A helper's call of a service: queues one end of a new pair as a client's.
 * Returns the other end, which is the caller's, or the -errno that the helper
 * is to be told.
 */
int psd_client_call(struct psd_service *provider,
    const struct psd_instance *caller);

/*
 * Is there room for one more connection of this user?  0, or the status that
 * says why not, and words for the log.
 */
int psd_client_check_room(const struct psd_service *service, uid_t uid,
    const char **ret_why);

/*
 * Adds a connection to those that wait; takes over who.  0 or -errno, and
 * then the caller keeps fd.
 */
int psd_client_queue(struct psd_service *service, int fd, struct psd_peer *who,
    unsigned flags);

/*
 * The parts of it: one that is counted and on no queue yet, or NULL (takes over
 * who also when it fails); and the waiting, for so long.  0, or -errno, and then
 * the client is freed and the caller keeps fd.
 */
struct psd_client *psd_client_make(struct psd_service *service,
    struct psd_peer *who, unsigned flags);
int psd_client_wait(struct psd_client *client, int fd, uint64_t usec);

/*
 * Hands clients that have said something to helpers that wait for one, and
 * starts a helper when there is none.
 */
void psd_clients_serve(struct psd_service *service);

/* Refuses one who waits, with a status and a reason for the log. */
void psd_client_refuse(struct psd_client *client, int status, const char *why);

/* The service's policy has changed: refuses whom it has no place for. */
void psd_clients_judge(struct psd_service *service);

/* Refuses all who wait, with a status and a reason for the log. */
void psd_clients_refuse(struct psd_service *service, int status,
    const char *why);

/* The clients that a helper had are over. */
void psd_clients_forget(struct psd_client_list *served);

#endif
