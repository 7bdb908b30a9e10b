/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/gather.h"

#include "common/codec.h"
#include "daemon/ctl/ask.h"
#include "daemon/ctl/out.h"

#include "common/mem.h"

#include <errno.h>
#include <string.h>

/* What went wrong with a call, as an exit status; the user is told. */
static enum psd_ctl_exit
tell(const struct psd_ctl *ctl, enum psd_ctl_fate fate, enum psd_op op)
{
	if (fate == PSD_CTL_LOST)
		return PSD_CTL_UNREACHABLE;
	return psd_ctl_tell_declined(ctl, op, "status");
}

enum psd_ctl_exit
psd_ctl_ask_daemon(struct psd_ctl *ctl, json_t **ret)
{
	struct psd_ctl_status_req req = { .newest = PSD_PROTOCOL };
	struct psd_ctl_status_rep rep;
	const enum psd_ctl_fate fate =
	    psd_ctl_call(ctl, PSD_OP_ctl_status, &req, &rep);

	if (fate != PSD_CTL_ANSWERED)
		return tell(ctl, fate, PSD_OP_ctl_status);
	*ret = psd_ctl_json(psd_ctl_find(PSD_OP_ctl_status), &rep);
	return PSD_CTL_DONE;
}

/* Lists only grow, so that no walk along them can go round in circles. */
static enum psd_ctl_exit
tell_circle(void)
{
	psd_ctl_complain("the daemon tells of the same again and again");
	return PSD_CTL_FAILED;
}

enum psd_ctl_exit
psd_ctl_ask_services(struct psd_ctl *ctl, const char *only, json_t *services)
{
	struct psd_ctl_service_req req = { .after = { "", 0 } };
	char after[PSD_NAME_MAX + 1] = "";
	struct psd_ctl_service_rep rep;

	for (;;) {
		enum psd_ctl_fate fate;

		req.after = psd_str_of(after);
		fate = psd_ctl_call(ctl, PSD_OP_ctl_service, &req, &rep);
		if (fate == PSD_CTL_DECLINED && ctl->status == -ENOENT)
			return PSD_CTL_DONE;
		if (fate != PSD_CTL_ANSWERED)
			return tell(ctl, fate, PSD_OP_ctl_service);
		if (strcmp(rep.name.at, after) <= 0)
			return tell_circle();
		snprintf(after, sizeof(after), "%s", rep.name.at);
		if (only == NULL || strcmp(only, after) == 0)
			json_array_append_new(services,
			    psd_ctl_json(psd_ctl_find(PSD_OP_ctl_service),
				&rep));
	}
}

/*
 * Asks for entry after entry of a list that belongs to a service; after and id
 * are where req has the last one's number and rep its own.
 */
static enum psd_ctl_exit
ask_list(struct psd_ctl *ctl, enum psd_op op, void *req, uint64_t *after,
    void *rep, const uint64_t *id, json_t *list)
{
	for (;;) {
		const enum psd_ctl_fate fate = psd_ctl_call(ctl, op, req, rep);

		if (fate == PSD_CTL_DECLINED && ctl->status == -ENOENT)
			return PSD_CTL_DONE;
		if (fate != PSD_CTL_ANSWERED)
			return tell(ctl, fate, op);
		if (*id <= *after)
			return tell_circle();
		*after = *id;
		json_array_append_new(list,
		    psd_ctl_json(psd_ctl_find(op), rep));
	}
}

enum psd_ctl_exit
psd_ctl_ask_instances(struct psd_ctl *ctl, const char *service, json_t *list)
{
	struct psd_ctl_instance_req req = { .service = psd_str_of(service) };
	struct psd_ctl_instance_rep rep;
	const size_t before = json_array_size(list);
	const enum psd_ctl_exit status = ask_list(ctl, PSD_OP_ctl_instance,
	    &req, &req.after, &rep, &rep.id, list);

	for (size_t i = before; i < json_array_size(list); i++)
		json_object_set_new(json_array_get(list, i), "service",
		    psd_ctl_json_text(service, strlen(service)));
	return status;
}

enum psd_ctl_exit
psd_ctl_ask_operations(struct psd_ctl *ctl, const char *service, json_t *list)
{
	struct psd_ctl_operation_req req = { .service = psd_str_of(service) };
	struct psd_ctl_operation_rep rep;

	return ask_list(ctl, PSD_OP_ctl_operation, &req, &req.after, &rep,
	    &rep.id, list);
}

enum psd_ctl_exit
psd_ctl_ask_latency(struct psd_ctl *ctl, const char *service, json_t *list)
{
	struct psd_ctl_latency_req req = { .service = psd_str_of(service) };
	struct psd_ctl_latency_rep rep;

	return ask_list(ctl, PSD_OP_ctl_latency, &req, &req.after, &rep,
	    &rep.id, list);
}

enum psd_ctl_exit
psd_ctl_ask_memory(struct psd_ctl *ctl, const char *service, json_t *list)
{
	struct psd_ctl_memory_req req = { .service = psd_str_of(service) };
	struct psd_ctl_memory_rep rep;

	return ask_list(ctl, PSD_OP_ctl_memory, &req, &req.after, &rep, &rep.id,
	    list);
}

static enum psd_ctl_exit
ask_turns(struct psd_ctl *ctl, json_t *list)
{
	struct psd_ctl_turn_req req = { .after = 0 };
	struct psd_ctl_turn_rep rep;

	return ask_list(ctl, PSD_OP_ctl_turn, &req, &req.after, &rep, &rep.id,
	    list);
}

static enum psd_ctl_exit
ask_counts(struct psd_ctl *ctl, bool wants_all, json_t *service)
{
	static const struct {
		const char *key;
		psd_ctl_ask_list *ask;
	} lists[] = {
		{ "latency", psd_ctl_ask_latency },
		{ "memory", psd_ctl_ask_memory },
		{ "operations", psd_ctl_ask_operations },
	};
	const size_t n = PSD_ELEMENTS(lists) - (wants_all ? 0 : 1);
	enum psd_ctl_exit status = PSD_CTL_DONE;

	for (size_t i = 0; status == PSD_CTL_DONE && i < n; i++) {
		json_t *list = json_array();

		status =
		    lists[i].ask(ctl, psd_ctl_text_of(service, "name"), list);
		json_object_set_new(service, lists[i].key, list);
	}
	return status;
}

static enum psd_ctl_exit
sample(struct psd_ctl *ctl, bool wants_all, json_t *all)
{
	json_t *services = json_object_get(all, "services");
	json_t *daemon = NULL;
	enum psd_ctl_exit status = psd_ctl_ask_daemon(ctl, &daemon);

	json_object_set_new(all, "daemon", daemon);
	if (status == PSD_CTL_DONE)
		status = psd_ctl_ask_services(ctl, NULL, services);
	if (status == PSD_CTL_DONE && wants_all)
		status = ask_turns(ctl, json_object_get(all, "turns"));
	for (size_t i = 0;
	     status == PSD_CTL_DONE && i < json_array_size(services); i++) {
		json_t *service = json_array_get(services, i);

		if (wants_all)
			status = psd_ctl_ask_instances(ctl,
			    psd_ctl_text_of(service, "name"),
			    json_object_get(all, "instances"));
		if (status == PSD_CTL_DONE)
			status = ask_counts(ctl, wants_all, service);
	}
	return status;
}

enum psd_ctl_exit
psd_ctl_sample(struct psd_ctl *ctl, bool wants_all, json_t **ret)
{
	json_t *all = json_pack("{s:{}, s:[], s:[], s:[]}", "daemon",
	    "services", "instances", "turns");
	const enum psd_ctl_exit status = sample(ctl, wants_all, all);

	if (status == PSD_CTL_DONE)
		*ret = all;
	else
		json_decref(all);
	return status;
}
