/* SPDX-License-Identifier: ISC */
#include "daemon/relay.h"

#include "common/codec.h"
#include "common/fd.h"
#include "common/log.h"
#include "daemon/ending.h"
#include "daemon/inetd.h"
#include "daemon/loaded.h"
#include "daemon/own.h"
#include "daemon/program.h"
#include "daemon/service.h"
#include "daemon/spawn.h"
#include "daemon/talk.h"
#include "policy/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

/* Two for each connection of as many helpers as there can be, pipes, and some. */
enum { NOFILE_MAX = 16512, NOFILE_MIN = 64 };

/*
 * Its program is linked to the C library alone.  There is one: it never waits
 * for any of its connections.
 */
static const char policy_text[] = "[Helper]\n"
				  "ExecStart=%s\n"
				  "RestartSec=100ms\n"
				  "LimitNOFILE=%u\n"
				  "LimitFSIZE=0\n"
				  "LimitDATA=64M\n"
				  "[Policy]\n"
				  "SystemCallFilter=@helper @loader\n"
				  "AllowOpen=@runtime\n";

/* One thread, so one frame to ask by is enough. */
static struct psd_frame asking;

static const struct psd_policy *
find_need(const struct psd_policy *const *policies, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (policies[i]->type == PSD_TYPE_INETD &&
		    policies[i]->pass == PSD_PASS_RELAY)
			return policies[i];
	return NULL;
}

/* Where the daemon itself may have few, so may the relay. */
static unsigned
nofile(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 ||
	    limit.rlim_cur < NOFILE_MIN + PSD_SPAWN_NUMBERS)
		return NOFILE_MIN;
	limit.rlim_cur -= PSD_SPAWN_NUMBERS;
	return limit.rlim_cur < NOFILE_MAX ? (unsigned)limit.rlim_cur
					   : NOFILE_MAX;
}

static struct psd_loaded *
load(struct psd_daemon *daemon, struct psd_diag *diag)
{
	char text[sizeof(policy_text) + sizeof(daemon->config.relay) + 16];
	struct psd_policy *policy;
	struct psd_loaded *loaded;

	(void)snprintf(text, sizeof(text), policy_text, daemon->config.relay,
	    nofile());
	policy = psd_policy_load_text(PSD_RELAY_NAME, text, diag);
	if (policy == NULL)
		return NULL;
	policy->is_relay = true;
	loaded = psd_loaded_make(&daemon->host, policy,
	    daemon->config.policy_dirs, diag);
	if (loaded != NULL)
		loaded->fingerprint =
		    psd_loaded_fingerprint(daemon->config.relay);
	return loaded;
}

int
psd_relay_prepare(struct psd_daemon *daemon,
    const struct psd_policy *const *policies, size_t n,
    struct psd_loaded **ret_loaded, struct psd_diag *diag)
{
	const struct psd_policy *need = find_need(policies, n);

	*ret_loaded = NULL;
	if (need == NULL)
		return 0;
	*ret_loaded = load(daemon, diag);
	if (*ret_loaded != NULL)
		return 0;
	psd_diag_error(diag, &need->exec_where,
	    "Type=inetd needs the relay %s, which cannot be prepared; see "
	    "Relay= in privsepd.conf(5)",
	    daemon->config.relay);
	return -EINVAL;
}

int
psd_relay_change(struct psd_daemon *daemon, struct psd_loaded *loaded)
{
	return psd_own_change(daemon, &daemon->relay, loaded);
}

struct psd_instance *
psd_relay_find_ready(const struct psd_daemon *daemon)
{
	struct psd_instance *relay;

	if (daemon->relay == NULL)
		return NULL;
	TAILQ_FOREACH(relay, &daemon->relay->instances, of_service)
		if (relay->state == PSD_INSTANCE_READY && !relay->is_retired)
			return relay;
	return NULL;
}

void
psd_relay_ready(struct psd_daemon *daemon)
{
	struct psd_service *service;

	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		if (service->loaded->policy->type == PSD_TYPE_INETD)
			psd_service_watch_listeners(service);
}

static int
ask(struct psd_instance *relay, enum psd_op op, uint32_t id, void *req)
{
	int r;

	psd_frame_init(&asking);
	r = psd_encode_request(&asking, psd_relay_find(op), id, req);
	if (r < 0) {
		psd_frame_clear(&asking);
		return r;
	}
	psd_talk_send(&relay->first, &asking);
	return 0;
}

static struct psd_relayed *
find(const struct psd_instance *relay, uint32_t id)
{
	struct psd_relayed *relayed;

	TAILQ_FOREACH(relayed, &relay->service->daemon->relayed, of_daemon)
		if (relayed->relay == relay && relayed->id == id)
			return relayed;
	return NULL;
}

/* The numbers come round: a connection that goes on keeps its own. */
static uint32_t
next_id(struct psd_daemon *daemon, const struct psd_instance *relay)
{
	while (++daemon->last_relayed == 0 ||
	    find(relay, daemon->last_relayed) != NULL)
		continue;
	return daemon->last_relayed;
}

int
psd_relay_begin(struct psd_instance *instance, int connection, int pair)
{
	struct psd_daemon *daemon = instance->service->daemon;
	struct psd_relay_req req = {
		.connection = connection,
		.pair = pair,
		.idle_usec = instance->loaded->policy->idle_timeout_usec,
	};
	struct psd_instance *relay = psd_relay_find_ready(daemon);
	struct psd_relayed *relayed =
	    relay == NULL ? NULL : calloc(1, sizeof(*relayed));

	if (relayed == NULL) {
		psd_fd_close(connection);
		psd_fd_close(pair);
		return relay == NULL ? -ESHUTDOWN : -ENOMEM;
	}
	relayed->instance = instance;
	relayed->relay = relay;
	relayed->id = next_id(daemon, relay);
	instance->relayed = relayed;
	TAILQ_INSERT_TAIL(&daemon->relayed, relayed, of_daemon);
	return ask(relay, PSD_OP_relay, relayed->id, &req);
}

struct psd_relayed *
psd_relay_resume(struct psd_instance *instance, uint32_t id, bool is_over,
    int status)
{
	struct psd_relayed *relayed = calloc(1, sizeof(*relayed));

	if (relayed == NULL)
		return NULL;
	relayed->instance = instance;
	relayed->id = id;
	relayed->is_over = is_over;
	relayed->status = status;
	instance->relayed = relayed;
	if (!is_over)
		TAILQ_INSERT_TAIL(&instance->service->daemon->relayed, relayed,
		    of_daemon);
	return relayed;
}

/*
 * The helper's own end comes now, if it has exited; else it has heard the end
 * of its input, and is given its grace.
 */
static void
finish(struct psd_relayed *relayed, int status)
{
	struct psd_instance *instance = relayed->instance;

	TAILQ_REMOVE(&instance->service->daemon->relayed, relayed, of_daemon);
	relayed->is_over = true;
	relayed->status = status;
	psd_inetd_client_gone(instance);
	psd_ending_resume(instance);
	if (status == -ETIMEDOUT) {
		psd_instance_log(instance, LOG_WARNING,
		    "nothing was said for IdleTimeoutSec=");
		instance->is_overdue = true;
		psd_program_end(instance);
	} else if (instance->state != PSD_INSTANCE_ENDING) {
		psd_instance_set_deadline(instance,
		    instance->loaded->policy->timeout_stop_usec);
	}
}

void
psd_relay_answer(struct psd_instance *relay, struct psd_frame *frame)
{
	struct psd_relayed *relayed;

	if (frame->op != PSD_OP_relay || frame->len != PSD_FRAME_HEADER ||
	    frame->n_fds != 0) {
		psd_instance_break(relay, "sent what is no answer");
		return;
	}
	relay->has_served = true;
	/* We may have given up on it a moment ago. */
	relayed = find(relay, frame->id);
	if (relayed != NULL)
		finish(relayed, frame->status);
}

void
psd_relay_lost(struct psd_instance *relay)
{
	struct psd_daemon *daemon = relay->service->daemon;
	struct psd_relayed *relayed, *next;

	if (!relay->loaded->policy->is_relay)
		return;
	for (relayed = TAILQ_FIRST(&daemon->relayed); relayed != NULL;
	     relayed = next) {
		next = TAILQ_NEXT(relayed, of_daemon);
		if (relayed->relay == relay)
			finish(relayed, -EREMOTEIO);
	}
}

bool
psd_relay_holds(struct psd_instance *instance)
{
	return instance->relayed != NULL && !instance->relayed->is_over;
}

bool
psd_relay_failed(const struct psd_instance *instance)
{
	return instance->relayed != NULL && instance->relayed->status < 0;
}

void
psd_relay_end(struct psd_instance *instance)
{
	struct psd_relay_end_req req = { .end = 0 };

	if (!psd_relay_holds(instance) || !instance->is_watched ||
	    instance->looks_for_exit)
		return;
	/* It has exited, so there is nothing but the delivery to end. */
	req.request = instance->relayed->id;
	(void)ask(instance->relayed->relay, PSD_OP_relay_end, 0, &req);
}

void
psd_relay_give_up(struct psd_instance *instance)
{
	struct psd_relay_end_req req = { .end = 0 };

	if (!psd_relay_holds(instance))
		return;
	req.request = instance->relayed->id;
	(void)ask(instance->relayed->relay, PSD_OP_relay_end, 0, &req);
	finish(instance->relayed, -ECANCELED);
}

void
psd_relay_forget(struct psd_instance *instance)
{
	if (psd_relay_holds(instance))
		TAILQ_REMOVE(&instance->service->daemon->relayed,
		    instance->relayed, of_daemon);
	free(instance->relayed);
	instance->relayed = NULL;
}
