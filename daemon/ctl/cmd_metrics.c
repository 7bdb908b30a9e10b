/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/gather.h"
#include "daemon/ctl/metrics.h"
#include "daemon/ctl/out.h"
#include "daemon/ctl/replace.h"

#include <string.h>

static enum psd_ctl_exit
ask_service(struct psd_ctl *ctl, json_t *service, json_t *instances)
{
	static const struct {
		const char *key;
		psd_ctl_ask_list *ask;
	} lists[] = {
		{ "operations", psd_ctl_ask_operations },
		{ "latency", psd_ctl_ask_latency },
		{ "memory", psd_ctl_ask_memory },
	};
	const char *name = json_string_value(json_object_get(service, "name"));
	enum psd_ctl_exit status = psd_ctl_ask_instances(ctl, name, instances);

	for (size_t i = 0; status == PSD_CTL_DONE && i < 3; i++) {
		json_t *list = json_array();

		status = lists[i].ask(ctl, name, list);
		json_object_set_new(service, lists[i].key, list);
	}
	return status;
}

static enum psd_ctl_exit
ask_all(struct psd_ctl *ctl, json_t *all)
{
	json_t *services = json_object_get(all, "services");
	json_t *instances = json_object_get(all, "instances");
	json_t *daemon = NULL;
	enum psd_ctl_exit status = psd_ctl_ask_daemon(ctl, &daemon);

	json_object_set_new(all, "daemon", daemon);
	if (status == PSD_CTL_DONE)
		status = psd_ctl_ask_services(ctl, NULL, services);
	for (size_t i = 0;
	     status == PSD_CTL_DONE && i < json_array_size(services); i++)
		status =
		    ask_service(ctl, json_array_get(services, i), instances);
	return status;
}

static void
write_all(FILE *out, const void *cookie)
{
	psd_metrics_write(out, cookie);
}

static enum psd_ctl_exit
put_all(const struct psd_ctl *ctl, const json_t *all)
{
	int r;

	if (ctl->output == NULL) {
		psd_metrics_write(stdout, all);
		return PSD_CTL_DONE;
	}
	r = psd_ctl_replace(ctl->output, write_all, all);
	if (r == 0)
		return PSD_CTL_DONE;
	psd_ctl_complain("cannot write %s: %s", ctl->output, strerror(-r));
	return PSD_CTL_FAILED;
}

enum psd_ctl_exit
psd_ctl_metrics(struct psd_ctl *ctl)
{
	json_t *all =
	    json_pack("{s:{}, s:[], s:[]}", "daemon", "services", "instances");
	enum psd_ctl_exit status = ask_all(ctl, all);

	if (status == PSD_CTL_DONE && ctl->json)
		return psd_ctl_print_json(all);
	if (status == PSD_CTL_DONE)
		status = put_all(ctl, all);
	json_decref(all);
	return status;
}
