/* SPDX-License-Identifier: ISC */
#ifndef PSD_SERVICE_H
#define PSD_SERVICE_H

#include "daemon/client.h"
#include "daemon/daemon.h"
#include "daemon/door.h"
#include "daemon/instance.h"
#include "daemon/store.h"
#include "daemon/tally.h"

enum psd_service_state {
	PSD_SERVICE_STARTING,
	PSD_SERVICE_RUNNING,   /* as many instances ready as the policy wants */
	PSD_SERVICE_HELD_BACK, /* its helpers fail; waits before the next try */
	PSD_SERVICE_STOPPED,   /* by privsepctl stop, or Restart=no */
};

const char *psd_service_state_name(enum psd_service_state state);

/* A listener of a service, and the loop's interest in it. */
struct psd_listener {
	struct psd_service *service;
	uint32_t index; /* which ListenStream= line */
	int fd;
	sd_event_source *source;
	const char *text; /* as in the policy; owned by it */
	enum psd_holder holder;
};

struct psd_listeners {
	struct psd_listener *at;
	size_t n;
	struct psd_door *door; /* of Clients=, or NULL */
};

/* A policy with its listeners and helpers. */
struct psd_service {
	TAILQ_ENTRY(psd_service) of_daemon;
	struct psd_daemon *daemon;
	char *name;
	struct psd_loaded *loaded; /* what new instances start with */
	struct psd_listeners listeners;
	struct psd_instances instances;
	struct psd_instance *walked; /* the last that was asked for, or NULL */
	uint32_t n_instances, n_ready; /* of the present generation, alive */
	uint32_t n_taken;              /* of these: take no client any more */
	uint32_t n_connections;        /* with Type=inetd, not over */
	struct psd_calls accepts;      /* waiting for a client, oldest first */
	struct psd_clients clients;
	bool is_stopped;
	bool is_removed; /* its policy is gone: ends with its last helper */

	struct psd_rate starts; /* of programs, in a while */
	uint64_t no_start_before_usec;
	sd_event_source *more_source;   /* of what a turn had no time for */
	sd_event_source *refill_source; /* of a pool (daemon/inetd_pool.h) */

	/* Respawn. */
	uint32_t failures; /* in a row */
	bool is_held_back;
	sd_event_source *respawn_source;
	sd_event_source *backoff_source; /* accept() found no descriptors */
	struct psd_rate backoffs;        /* that are told */

	/* Counters, since the daemon's start. */
	uint64_t started, failed_starts;
	uint64_t endings[PSD_ENDINGS];
	uint64_t allowed, refused, calls_refused;
	uint64_t memory_reached, tasks_reached; /* limits, by so many helpers */
	uint64_t memory_kills; /* of processes, for want of memory */
	struct psd_tally tally;
	char last_refused[512];
	char last_failure[256];
};

/*
 * Which sockets a service has (daemon/listeners.c).
 *
 * Binds those addresses of policy that no service listens on yet; all or
 * nothing.  What it returns is the caller's until psd_service_adopt() or
 * psd_listeners_free().  0 or -errno with diag.
 */
int psd_listeners_bind(struct psd_daemon *daemon,
    const struct psd_policy *policy, struct psd_listeners *ret,
    struct psd_diag *diag);
void psd_listeners_free(struct psd_store *store,
    struct psd_listeners *listeners);

/*
 * Has in them also those of the same address that services listen on.  For all
 * that are to be adopted, before the first is.
 */
void psd_listeners_take(struct psd_daemon *daemon,
    struct psd_listeners *listeners);

/*
 * Takes over listeners, which psd_service_watch_listeners() looks at.  Closes
 * those that the service had before.
 */
void psd_service_adopt(struct psd_service *service,
    struct psd_listeners *listeners);

/*
 * Makes a service around loaded (a reference) and listeners, both of which it
 * takes over also when it fails, adds it to the daemon and starts its
 * helpers.  0 or -ENOMEM.
 */
int psd_service_add(struct psd_daemon *daemon, struct psd_loaded *loaded,
    struct psd_listeners *listeners, struct psd_service **ret_service);

/*
 * The service alone, without listeners and helpers; takes over loaded also when
 * it fails.  NULL: out of memory.
 */
struct psd_service *psd_service_make(struct psd_daemon *daemon,
    struct psd_loaded *loaded);

struct psd_service *psd_service_find(struct psd_daemon *daemon,
    const char *name, size_t len);

/*
 * Its instance with the next higher number, or NULL.  Whoever walks along all
 * of them asks for one after the other: each step is found from the last one.
 */
struct psd_instance *psd_service_instance_after(struct psd_service *service,
    uint64_t id);

/*
 * Starts what is missing below Instances='s lower bound, or waits for it.
 * Those that were taken by their client do not count there, but they do
 * below the upper bound.
 */
void psd_service_fill(struct psd_service *service);
bool psd_service_is_short(const struct psd_service *service);

/* The same when one was taken by its client. */
void psd_service_refill(struct psd_service *service);

/*
 * Ends those of a stopped service, and retires those of an older policy once
 * enough of the present one are ready: as many as fit into a turn, then others.
 */
void psd_service_thin(struct psd_service *service);

/* All of them now, since the service is about to go on. */
void psd_service_end_all(struct psd_service *service);

/*
 * Goes on with another loaded policy and its listeners (takes over both):
 * running helpers keep what they have and are retired when new ones are
 * ready, so that clients always have somebody to go to.
 */
void psd_service_change(struct psd_service *service, struct psd_loaded *loaded,
    struct psd_listeners *listeners);

/* Ends its helpers and closes its listeners; freed with the last helper. */
void psd_service_remove(struct psd_service *service);

/*
 * Frees a removed service that has no helper any more.  Called when an
 * instance has been freed, since that still refers to its service.
 */
void psd_service_reap(struct psd_service *service);

/* Ends its helpers; started again by a reload, which calls resume. */
void psd_service_stop(struct psd_service *service);
void psd_service_resume(struct psd_service *service);

/*
 * One more instance, for a client that nobody waits for, while Instances='s
 * upper bound and the respawn delay allow it.
 */
bool psd_service_may_grow(const struct psd_service *service);
void psd_service_grow(struct psd_service *service);

/* What instances tell their service. */
void psd_service_instance_ready(struct psd_instance *instance);
void psd_service_instance_taken(struct psd_instance *instance);
void psd_service_instance_gone(struct psd_instance *instance,
    enum psd_ending ending, uint64_t lived_usec);

/* Clients (daemon/listen.c); the first is what the loop calls. */
int psd_listener_on_client(sd_event_source *source, int fd, uint32_t events,
    void *userdata);
void psd_service_queue_accept(struct psd_service *service,
    struct psd_call *call);
void psd_service_forget_accept(struct psd_call *call);
/* What cannot be looked at for want of memory is tried again, in a while. */
void psd_service_watch_listeners(struct psd_service *service);

/*
 * Out of descriptors or memory, a connection stays in the backlog and its
 * listener readable: looks away for a while instead of spinning.
 */
void psd_service_back_off(struct psd_service *service, int error);

/* snprintf() into last_refused or last_failure; cut where full. */
void psd_service_note(char *ret, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

enum psd_service_state psd_service_state(const struct psd_service *service);

#endif
