/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/log.h"
#include "daemon/caps.h"
#include "daemon/control.h"
#include "daemon/control_ops.h"
#include "daemon/loaded.h"
#include "daemon/manager.h"
#include "daemon/own_filter.h"
#include "daemon/proc_fd.h"
#include "daemon/reload.h"
#include "daemon/service.h"
#include "common/version.h"
#include "policy/explain.h"
#include "policy/phase.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* One thread and one reply at a time: the texts that a reply points to. */
static char texts[6][PSD_TEXT_MAX + 1];

static const char more[] = "\n(and more, for which there is no room here)";

/*
 * Adds a line to a text of one entry a line.  Where there is no room for it,
 * the text says so, once: nothing is cut in silence.
 */
static void
add_line(char *text, const char *line)
{
	const size_t used = strlen(text);
	const size_t room = PSD_TEXT_MAX + 1 - sizeof(more);

	if (used > room)
		return;
	if (used + 1 + strlen(line) > room) {
		(void)snprintf(text + used, PSD_TEXT_MAX + 1 - used, "%s",
		    used > 0 ? more : more + 1);
		return;
	}
	(void)snprintf(text + used, PSD_TEXT_MAX + 1 - used, "%s%s",
	    used > 0 ? "\n" : "", line);
}

/* On descriptors, as it is now. */
static uint32_t
find_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	return limit.rlim_cur < UINT32_MAX ? (uint32_t)limit.rlim_cur
					   : UINT32_MAX;
}

int
psd_do_ctl_status(struct psd_daemon *daemon,
    const struct psd_ctl_status_req *req, struct psd_ctl_status_rep *rep)
{
	const struct psd_service *service;

	(void)req;
	for (size_t i = 0; i < 4; i++)
		texts[i][0] = '\0';
	psd_layers_print(daemon->host.layers, texts[0], sizeof(texts[0]));
	psd_layers_print_missing(&daemon->host, texts[1], sizeof(texts[1]));
	for (size_t i = 0; daemon->config.policy_dirs[i] != NULL; i++)
		add_line(texts[2], daemon->config.policy_dirs[i]);
	psd_caps_text(texts[3], sizeof(texts[3]));
	psd_manager_print(daemon->manager, texts[4], sizeof(texts[4]));
	psd_manager_print_missing(daemon->manager, texts[5], sizeof(texts[5]));
	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		rep->services++;
	rep->version = psd_str_of(PSD_VERSION);
	rep->pid = (uint32_t)getpid();
	rep->uptime_usec = psd_now() - daemon->started_usec;
	rep->instances = daemon->n_instances;
	rep->generation = daemon->generation;
	rep->reexecs = daemon->n_reexecs;
	rep->layers = psd_str_of(texts[0]);
	rep->missing = psd_str_of(texts[1]);
	rep->policy_dirs = psd_str_of(texts[2]);
	rep->capabilities = psd_str_of(texts[3]);
	rep->own_calls = (uint32_t)psd_own_filter_count();
	rep->own_filter_missing = psd_str_of(psd_own_filter_why_missing());
	rep->manager = psd_str_of(texts[4]);
	rep->manager_missing = psd_str_of(texts[5]);
	rep->descriptors = psd_proc_fd_count();
	rep->descriptors_max = find_limit();
	return 0;
}

/* The list is sorted, so the next is the first with a greater name. */
static const struct psd_service *
service_after(struct psd_daemon *daemon, const struct psd_str *after)
{
	const struct psd_service *service;

	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		if (after->len == 0 || strcmp(service->name, after->at) > 0)
			return service;
	return NULL;
}

static const char *
type_name(enum psd_type type)
{
	switch (type) {
	case PSD_TYPE_NATIVE:
		return "native";
	case PSD_TYPE_MONITOR:
		return "monitor";
	case PSD_TYPE_PROGRAM:
		return "program";
	case PSD_TYPE_FILTER:
		return "filter";
	case PSD_TYPE_INETD:
		return "inetd";
	}
	return "unknown";
}

int
psd_do_ctl_service(struct psd_daemon *daemon,
    const struct psd_ctl_service_req *req, struct psd_ctl_service_rep *rep)
{
	const struct psd_service *service = service_after(daemon, &req->after);
	const struct psd_policy *policy;

	if (service == NULL)
		return -ENOENT;
	policy = service->loaded->policy;
	texts[0][0] = '\0';
	texts[1][0] = '\0';
	for (size_t i = 0; i < service->listeners.n; i++)
		add_line(texts[0], service->listeners.at[i].text);
	texts[2][0] = '\0';
	for (size_t i = 0; i < policy->n_clients; i++)
		add_line(texts[2], policy->clients[i].text);
	texts[3][0] = '\0';
	for (size_t i = 0; i < policy->provides.n; i++)
		add_line(texts[3], policy->provides.at[i].text);
	psd_layers_print(PSD_LAYER_ALL &
		~psd_prepared_layers(service->loaded->prepared),
	    texts[1], sizeof(texts[1]));
	rep->name = psd_str_of(service->name);
	rep->type = psd_str_of(type_name(policy->type));
	rep->state =
	    psd_str_of(psd_service_state_name(psd_service_state(service)));
	rep->listeners = psd_str_of(texts[0]);
	rep->clients = psd_str_of(texts[2]);
	rep->provides = psd_str_of(texts[3]);
	rep->missing = psd_str_of(texts[1]);
	rep->generation = service->loaded->generation;
	rep->instances = service->n_instances;
	rep->ready = service->n_ready;
	rep->taken = service->n_taken;
	rep->instances_min = policy->instances_min;
	rep->instances_max = policy->instances_max;
	rep->connections = service->clients.n;
	rep->clients_admitted = service->clients.admitted;
	rep->clients_refused = service->clients.refused;
	rep->started = service->started;
	rep->failed_starts = service->failed_starts;
	rep->orderly = service->endings[PSD_ENDING_ORDERLY];
	rep->abrupt = service->endings[PSD_ENDING_ABRUPT];
	rep->overdue = service->endings[PSD_ENDING_OVERDUE];
	rep->allowed = service->allowed;
	rep->refused = service->refused;
	rep->calls_refused = service->calls_refused;
	rep->memory_reached = service->memory_reached;
	rep->memory_kills = service->memory_kills;
	rep->tasks_reached = service->tasks_reached;
	rep->last_refused = psd_str_of(service->last_refused);
	rep->last_failure = psd_str_of(service->last_failure);
	return 0;
}

int
psd_do_ctl_instance(struct psd_daemon *daemon,
    const struct psd_ctl_instance_req *req, struct psd_ctl_instance_rep *rep)
{
	struct psd_service *service =
	    psd_service_find(daemon, req->service.at, req->service.len);
	const struct psd_instance *instance;

	if (service == NULL)
		return -ENOENT;
	instance = psd_service_instance_after(service, req->after);
	if (instance == NULL)
		return -ENOENT;
	rep->id = instance->id;
	rep->pid = (uint32_t)instance->child.pid;
	rep->uid = instance->uid;
	rep->state = psd_str_of(psd_instance_state_name(instance->state));
	rep->generation = instance->loaded->generation;
	rep->age_usec = psd_now() - instance->started_usec;
	rep->phase = psd_str_of(psd_phase_name(instance->loaded->policy,
	    instance->first.rights.phase));
	rep->allowed = instance->allowed;
	rep->refused = instance->refused;
	rep->waiting = instance->n_waiting;
	rep->clones = instance->n_clones;
	return 0;
}

int
psd_do_ctl_explain(struct psd_daemon *daemon,
    const struct psd_ctl_explain_req *req, struct psd_ctl_explain_rep *rep)
{
	const struct psd_service *service =
	    psd_service_find(daemon, req->service.at, req->service.len);

	if (service == NULL)
		return -ENOENT;
	rep->allowed =
	    (uint32_t)psd_explain(service->loaded->policy, &req->operation,
		&req->arguments, req->phase.at, texts[0], sizeof(texts[0]));
	rep->explanation = psd_str_of(texts[0]);
	return 0;
}

static void
note_change(void *cookie, char sign, const char *text)
{
	char line[PSD_TEXT_MAX];

	(void)snprintf(line, sizeof(line), "%c %s", sign, text);
	add_line(cookie, line);
}

int
psd_do_ctl_reload(struct psd_daemon *daemon,
    const struct psd_ctl_reload_req *req, struct psd_ctl_reload_rep *rep)
{
	struct psd_diag diag;
	char *rest;
	const char *line;
	int r;

	texts[0][0] = '\0';
	psd_diag_init(&diag);
	r = psd_daemon_reload(daemon, req->dry_run != 0, &diag, note_change,
	    texts[0]);
	/* One by one, so that as many as fit are told. */
	rest = diag.text;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0')
			add_line(texts[0], line);
	psd_diag_free(&diag);
	rep->failed = r < 0;
	rep->generation = daemon->generation;
	rep->report = psd_str_of(texts[0]);
	return 0;
}

int
psd_do_ctl_stop(struct psd_daemon *daemon, const struct psd_ctl_stop_req *req,
    struct psd_ctl_stop_rep *rep)
{
	struct psd_service *service =
	    psd_service_find(daemon, req->service.at, req->service.len);
	struct psd_instance *instance;
	struct psd_log_field name = { "PRIVSEP_SERVICE", NULL };

	if (service == NULL)
		return -ENOENT;
	name.value = service->name;
	if (req->instance == 0) {
		TAILQ_FOREACH(instance, &service->instances, of_service)
			if (instance->state != PSD_INSTANCE_ENDING)
				rep->stopped++;
		psd_say(PSD_MESSAGE_stopped, &name, 1);
		psd_service_stop(service);
		return 0;
	}
	TAILQ_FOREACH(instance, &service->instances, of_service) {
		if (instance->id != req->instance)
			continue;
		psd_instance_end(instance, true);
		rep->stopped = 1;
		return 0;
	}
	return -ENOENT;
}

#define OP(name, number, text) \
	static int perform_##name(struct psd_daemon *daemon, \
	    const union psd_any_req *req, union psd_any_rep *rep) \
	{ \
		return psd_do_##name(daemon, &req->as_##name, \
		    &rep->as_##name); \
	}
#include "common/ops_rows.h"
#include "common/control.def"
#include "common/ops_clear.h"

int
psd_control_perform(struct psd_daemon *daemon, const struct psd_op_row *row,
    const union psd_any_req *req, union psd_any_rep *rep)
{
	static int (*const performers[])(struct psd_daemon * daemon,
	    const union psd_any_req *req, union psd_any_rep *rep) = {
#define OP(name, number, text) [(number)-PSD_OPS_END] = perform_##name,
#include "common/ops_rows.h"
#include "common/control.def"
#include "common/ops_clear.h"
	};

	return performers[(unsigned)row->op - PSD_OPS_END](daemon, req, rep);
}
