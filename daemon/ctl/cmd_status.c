/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/ask.h"
#include "daemon/ctl/out.h"
#include "daemon/ctl/show.h"

#include "common/codec.h"

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

static enum psd_ctl_exit
ask_daemon(struct psd_ctl *ctl, json_t *all)
{
	struct psd_ctl_status_req req = { .newest = PSD_PROTOCOL };
	struct psd_ctl_status_rep rep;
	const enum psd_ctl_fate fate =
	    psd_ctl_call(ctl, PSD_OP_ctl_status, &req, &rep);

	if (fate != PSD_CTL_ANSWERED)
		return tell(ctl, fate, PSD_OP_ctl_status);
	json_object_set_new(all, "daemon",
	    psd_ctl_json(psd_ctl_find(PSD_OP_ctl_status), &rep));
	return PSD_CTL_DONE;
}

/* Lists only grow, so that no walk along them can go round in circles. */
static enum psd_ctl_exit
tell_circle(void)
{
	psd_ctl_complain("the daemon tells of the same again and again");
	return PSD_CTL_FAILED;
}

/* Walks all services; keeps the one named, or all when that is NULL. */
static enum psd_ctl_exit
ask_services(struct psd_ctl *ctl, const char *only, json_t *services)
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

static json_t *
json_of_instance(const char *service, const struct psd_ctl_instance_rep *rep)
{
	json_t *instance = psd_ctl_json(psd_ctl_find(PSD_OP_ctl_instance), rep);

	json_object_set_new(instance, "service",
	    psd_ctl_json_text(service, strlen(service)));
	return instance;
}

static enum psd_ctl_exit
ask_instances(struct psd_ctl *ctl, const char *service, json_t *instances)
{
	struct psd_ctl_instance_req req = {
		.service = psd_str_of(service),
		.after = 0,
	};
	struct psd_ctl_instance_rep rep;

	for (;;) {
		const enum psd_ctl_fate fate =
		    psd_ctl_call(ctl, PSD_OP_ctl_instance, &req, &rep);

		if (fate == PSD_CTL_DECLINED && ctl->status == -ENOENT)
			return PSD_CTL_DONE;
		if (fate != PSD_CTL_ANSWERED)
			return tell(ctl, fate, PSD_OP_ctl_instance);
		if (rep.id <= req.after)
			return tell_circle();
		req.after = rep.id;
		json_array_append_new(instances,
		    json_of_instance(service, &rep));
	}
}

static enum psd_ctl_exit
ask_all(struct psd_ctl *ctl, const char *only, json_t *all)
{
	json_t *services = json_object_get(all, "services");
	json_t *instances = json_object_get(all, "instances");
	enum psd_ctl_exit status;
	json_t *service;
	size_t i;

	status = ask_daemon(ctl, all);
	if (status == PSD_CTL_DONE)
		status = ask_services(ctl, only, services);
	if (status != PSD_CTL_DONE)
		return status;
	if (only != NULL && json_array_size(services) == 0) {
		psd_ctl_complain("the daemon knows no service %s", only);
		return PSD_CTL_FAILED;
	}
	/* The table of all services shows no instances. */
	if (only == NULL && !ctl->json)
		return PSD_CTL_DONE;
	json_array_foreach(services, i, service)
	{
		status = ask_instances(ctl,
		    json_string_value(json_object_get(service, "name")),
		    instances);
		if (status != PSD_CTL_DONE)
			break;
	}
	return status;
}

enum psd_ctl_exit
psd_ctl_status(struct psd_ctl *ctl)
{
	const char *only = ctl->n_args > 0 ? ctl->args[0] : NULL;
	json_t *all =
	    json_pack("{s:{}, s:[], s:[]}", "daemon", "services", "instances");
	enum psd_ctl_exit status = ask_all(ctl, only, all);

	if (status == PSD_CTL_DONE && ctl->json)
		return psd_ctl_print_json(all);
	if (status == PSD_CTL_DONE && only == NULL)
		psd_ctl_show_overview(all);
	if (status == PSD_CTL_DONE && only != NULL)
		psd_ctl_show_service(all);
	json_decref(all);
	return status;
}
