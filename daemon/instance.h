/* SPDX-License-Identifier: ISC */
#ifndef PSD_INSTANCE_H
#define PSD_INSTANCE_H

#include "common/message.h"
#include "daemon/cgroup_events.h"
#include "daemon/client.h"
#include "daemon/conversation.h"
#include "daemon/origin.h"
#include "daemon/rate.h"
#include "daemon/spawn.h"

#include <systemd/sd-event.h>

struct psd_loaded;
struct psd_run;
struct psd_service;

enum psd_instance_state {
	PSD_INSTANCE_STARTING, /* has not said hello yet */
	PSD_INSTANCE_READY,
	PSD_INSTANCE_ENDING, /* one side has shut down, or it was killed */
};

/* How a conversation ended; the same three words everywhere. */
enum psd_ending {
	PSD_ENDING_ORDERLY, /* shut down and exited */
	PSD_ENDING_ABRUPT,  /* died or broke the protocol before that */
	PSD_ENDING_OVERDUE, /* killed by us after its grace */
};
enum { PSD_ENDINGS = 3 };

const char *psd_ending_name(enum psd_ending ending);
const char *psd_instance_state_name(enum psd_instance_state state);

/*
 * One running helper: a process.  Its fields are for daemon/instance*.c,
 * conversation.c, talk.c and denial.c; others use the functions.
 */
struct psd_instance {
	TAILQ_ENTRY(psd_instance) of_service;
	struct psd_service *service;
	struct psd_loaded *loaded; /* what it started with; a reference */
	uint64_t id;
	uid_t uid;
	gid_t gid;
	bool owns_uid;   /* taken from the range */
	bool is_adopted; /* no child of ours: its status is its parent's */
	struct psd_child child;
	struct psd_conversation first; /* over the pair it was born with */
	struct psd_conversations clones;
	uint32_t n_clones, last_clone;
	uint32_t n_waiting; /* calls, of all conversations together */
	enum psd_instance_state state;
	uint64_t started_usec;
	int leaf;                         /* its cgroup, or -1 */
	struct psd_cgroup_events reached; /* of its limits, and told */

	bool is_overdue; /* killed by us after a deadline */
	bool is_broken;  /* broke the protocol, or a denied call */
	bool is_retired; /* finishes what it does and takes nothing new */
	bool is_counted; /* among its service's n_instances */
	bool is_taken;   /* has had all clients that its policy gives it */
	uint32_t n_accepted;
	struct psd_client_list clients; /* that it was given last */

	/* Programs that it runs (daemon/program.c), and what it is one of. */
	TAILQ_HEAD(psd_run_list, psd_run) runs;
	uint32_t n_runs, last_run;
	struct psd_run *run; /* of a program, until its caller is told */

	struct psd_relayed *relayed; /* its connection (daemon/relay.h) */
	bool has_client;             /* of Type=inetd, and it is not over */
	struct psd_origin origin;    /* of that */
	struct psd_watch *watch;     /* of its calls, or that it is to look
					at (daemon/watch.h) */
	int waiting_end; /* its pair's other one, while it waits for that */

	uint64_t allowed, refused;
	struct psd_rate requests;  /* RequestRate= */
	struct psd_rate lines;     /* of the log */
	struct psd_lookup *lookup; /* a resolver's, while it is busy */
	uint64_t lookup_turn;      /* of the next that it asks for */
	bool has_served;           /* a look; then its end is no failure */

	bool is_watched, looks_for_exit; /* of its pidfd (daemon/ending.h) */
	sd_event_source *listener_source;
	sd_event_source *output_source;
	sd_event_source *deadline_source; /* of the state it is in */
	sd_event_source *runtime_source;  /* RuntimeMaxSec= */
	int output;                       /* its standard error, or PSD_NO_FD */
};

TAILQ_HEAD(psd_instances, psd_instance);

/*
 * The parts of a start, for a process that was there already
 * (daemon/monitor.c, daemon/carry_instance.c): an instance without a process, or NULL; its ids, of the
 * range or the policy's; and the instance with all this among those of its
 * service, where it ends by its pidfd.  0 or -errno.
 */
struct psd_instance *psd_instance_make(struct psd_service *service);
struct psd_instance *psd_instance_make_of(struct psd_service *service,
    struct psd_loaded *loaded, uint64_t id);
int psd_instance_take_ids(struct psd_instance *instance,
    struct psd_birth *birth);
int psd_instance_begin(struct psd_instance *instance);

/*
 * Starts one helper of service with its present policy.  Returns 0, or
 * -errno after logging the failed step by name.
 */
int psd_instance_start(struct psd_service *service);

/* Counts and logs it. */
void psd_instance_tell_failure(struct psd_service *service, const char *step,
    int error);

/* What a program is given in place of a pair; borrowed. */
struct psd_kit {
	int stdio[3]; /* the last, standard error, may be PSD_NO_FD */
	char *const *environment; /* beside the policy's, or NULL */
};

/*
 * The same of a program, which has no pair.  ret is the service's, and ends by
 * its pidfd.
 */
int psd_instance_start_program(struct psd_service *service,
    const struct psd_kit *kit, struct psd_instance **ret);

/*
 * The same of a helper with the ids of another instance, which has taken its
 * own.  Whoever starts it knows when it is to be started again.
 */
int psd_instance_start_beside(struct psd_service *service,
    const struct psd_instance *other, struct psd_instance **ret);

/*
 * Ends our side of all its conversations: waiting calls are answered
 * -ECANCELED, then shutdown().  grace says whether TimeoutStopSec= runs from
 * now, or only from the helper's own end.
 */
void psd_instance_end(struct psd_instance *instance, bool grace);

/*
 * The helper has ended its first conversation: it is expected to exit within
 * TimeoutStopSec=, until when its clones go on.
 */
void psd_instance_ended(struct psd_instance *instance);

/*
 * A newer policy has taken its place: its waiting and later accept calls are
 * answered -ESHUTDOWN, so that it can finish and end by itself; one that
 * never takes clients is told by psd_instance_end().  A program goes on,
 * unless it waits for its client.
 */
void psd_instance_retire(struct psd_instance *instance);

/* Kills it and everything of its cgroup; the pidfd tells when it is gone. */
void psd_instance_kill(struct psd_instance *instance);

/* Ends both sides of all its conversations, without an answer to what waits. */
void psd_instance_drop(struct psd_instance *instance);

/*
 * It broke the protocol: says why in the log, once, ends the conversation
 * and kills.
 */
void psd_instance_break(struct psd_instance *instance, const char *why, ...)
    __attribute__((format(printf, 2, 3)));

/* Kills it because a deadline has passed; why goes to the log. */
void psd_instance_overdue(struct psd_instance *instance, const char *why);

/* Kills it as overdue after that time; 0: no deadline any more. */
void psd_instance_set_deadline(struct psd_instance *instance, uint64_t usec);

/* It has agreed on a version: READY. */
void psd_instance_greeted(struct psd_instance *instance);

/* It was given a client. */
void psd_instance_accepted(struct psd_instance *instance);

/*
 * May it be given one more?  0, or -errno that tells it why not.
 */
int psd_instance_may_accept(struct psd_instance *instance);

struct psd_service *psd_instance_service(struct psd_instance *instance);
uid_t psd_instance_uid(const struct psd_instance *instance);

/*
 * A message under the instance's name, counted instead of written when it has
 * said too much: with these fields, beside which it gets the service, the
 * instance and the process id; in words of ours; in its own; or in its own with
 * fields of its own.
 */
void psd_instance_say(struct psd_instance *instance, enum psd_message message,
    const struct psd_log_field *fields, size_t n_fields);
void psd_instance_log(struct psd_instance *instance, int priority,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
void psd_instance_said(struct psd_instance *instance, int priority,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
void psd_instance_said_with(struct psd_instance *instance, int priority,
    const char *text, const struct psd_log_field *fields, size_t n_fields);

/* The same of what is not to be missed, however much was said. */
void psd_instance_tell(const struct psd_instance *instance,
    enum psd_message message, const struct psd_log_field *fields,
    size_t n_fields);

#endif
