/* SPDX-License-Identifier: ISC */
#ifndef PSD_DAEMON_H
#define PSD_DAEMON_H

#include "daemon/config.h"
#include "daemon/host.h"
#include "daemon/loaded.h"
#include "daemon/lookup.h"
#include "daemon/loop.h"
#include "daemon/store.h"
#include "daemon/turn.h"

#include <sys/queue.h>
#include <systemd/sd-event.h>

struct psd_control;
struct psd_reexec;
struct psd_relayed;
TAILQ_HEAD(psd_relayed_list, psd_relayed); /* connections */
struct psd_service;
TAILQ_HEAD(psd_services, psd_service);

/* The process: what main() puts together and everything else borrows. */
struct psd_daemon {
	struct psd_config config;
	sd_event *event;              /* by psd_loop() alone */
	struct psd_turns turns;       /* of the loop */
	struct psd_host host;         /* what all services share */
	struct psd_store store;       /* what the service manager passed */
	struct psd_services services; /* sorted by name */
	struct psd_control *control;
	struct psd_lookups lookups;
	struct psd_service *relay; /* or NULL (daemon/relay.h) */
	struct psd_relayed_list relayed;
	uint32_t last_relayed;
	struct psd_service *watcher;   /* or NULL (daemon/watcher.h) */
	struct psd_service *resolver;  /* or NULL (daemon/resolver.h) */
	uint64_t resolver_looked_usec; /* at the files that it sees */
	uint64_t resolver_tried;       /* fingerprint of a fresh view */
	uint32_t generation;           /* counts successful loads */
	uint64_t next_instance;        /* ids are never used twice */
	uint64_t started_usec;
	uint32_t n_instances;
	uint32_t n_searches;           /* for what dead helpers left behind */
	sd_event_source *exits_source; /* all pidfds (daemon/ending.h) */
	sd_event_source *sweep_source;
	sd_event_source *spare_source; /* of leaves (daemon/leaves.h) */
	sd_event_source *leaves_source;
	sd_event_source *bell_source; /* of starts (daemon/spawn_files.h) */
	uint32_t manager;             /* PSD_MANAGER_* */
	bool is_stopping;
	bool is_loading; /* not all services of a load are there yet */
	bool was_ready;  /* READY=1 has been said */
	sd_event_source *status_source; /* of the next STATUS= */
	char refused_reload[256];       /* why the last one was, or empty */
	int lock_fd;               /* of the runtime directory, or PSD_NO_FD */
	struct psd_reexec *reexec; /* under way (daemon/reexec.h), or NULL */
	uint32_t n_reexecs;        /* since the start */
	bool had_store;            /* before the last one (daemon/store.h) */
	int exit_status;           /* of --run */
};

/* Monotonic time in microseconds. */
uint64_t psd_now(void);

/*
 * Ends everything in an orderly way: no new clients, every helper is told,
 * given its grace, then killed; the loop ends when the last is gone.
 */
void psd_daemon_stop(struct psd_daemon *daemon);

/*
 * Tells the service manager READY=1 once all services can serve, and what has
 * changed from then on.  For whoever changed something.
 */
void psd_daemon_check_ready(struct psd_daemon *daemon);

/* Ends the loop when it is stopping and the last helper is gone. */
void psd_daemon_check_stopped(struct psd_daemon *daemon);

/*
 * psd_reload() with the service manager and the log told of it.  0, or
 * -errno with diag.
 */
int psd_daemon_reload(struct psd_daemon *daemon, bool dry_run,
    struct psd_diag *diag,
    void (*change)(void *cookie, char sign, const char *text), void *cookie);

/* Writes what is in diag to the log, a message a line. */
void psd_daemon_log_diag(const struct psd_diag *diag);

/* Makes the event loop with its signals and the watchdog.  0 or -errno. */
int psd_daemon_open_loop(struct psd_daemon *daemon);

/* Runs it until it is told to end: its exit status, or -errno. */
int psd_daemon_run(struct psd_daemon *daemon);

#endif
