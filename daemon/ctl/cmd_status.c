/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/gather.h"
#include "daemon/ctl/out.h"
#include "daemon/ctl/show.h"

static enum psd_ctl_exit
ask_all(struct psd_ctl *ctl, const char *only, json_t *all)
{
	json_t *services = json_object_get(all, "services");
	json_t *instances = json_object_get(all, "instances");
	json_t *daemon = NULL;
	enum psd_ctl_exit status;
	json_t *service;
	size_t i;

	status = psd_ctl_ask_daemon(ctl, &daemon);
	json_object_set_new(all, "daemon", daemon);
	if (status == PSD_CTL_DONE)
		status = psd_ctl_ask_services(ctl, only, services);
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
		status = psd_ctl_ask_instances(ctl,
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
