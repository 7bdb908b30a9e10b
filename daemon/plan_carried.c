/* SPDX-License-Identifier: ISC */
#include "daemon/plan_work.h"

#include "common/fd.h"

#include <stdio.h>
#include <string.h>

void
psd_plan_tell(const struct psd_prepared *prepared, struct psd_plan_carried *ret)
{
	const struct psd_prepared_resources *own = prepared->own;

	*ret = (struct psd_plan_carried){
		.program = own->image.fd,
		.landlock_fd = own->landlock_fd,
		.temporary = own->temporary,
		.temporary_rights = prepared->plan.temporary_rights,
		.is_script = own->image.is_script,
		.interpreter = own->image.interpreter,
		.argument = own->image.argument,
	};
	memcpy(ret->namespaces, own->ns, sizeof(ret->namespaces));
}

static void
take_descriptors(struct psd_prepared *prepared,
    const struct psd_plan_carried *carried)
{
	struct psd_prepared_resources *own = prepared->own;
	struct psd_plan *plan = &prepared->plan;

	own->image.fd = carried->program;
	plan->exec_fd = carried->program;
	own->landlock_fd = carried->landlock_fd;
	plan->landlock_fd = carried->landlock_fd;
	memcpy(own->ns, carried->namespaces, sizeof(own->ns));
	for (size_t i = 0; i < PSD_NS_COUNT; i++)
		if (own->ns[i] >= 0)
			plan->namespaces = own->ns;
}

static void
close_descriptors(const struct psd_plan_carried *carried)
{
	psd_fd_close(carried->program);
	psd_fd_close(carried->landlock_fd);
	for (size_t i = 0; i < PSD_NS_COUNT; i++)
		psd_fd_close(carried->namespaces[i]);
}

static void
take_texts(struct psd_prepared *prepared,
    const struct psd_plan_carried *carried)
{
	struct psd_prepared_resources *own = prepared->own;

	(void)snprintf(own->temporary, sizeof(own->temporary), "%s",
	    carried->temporary);
	if (own->temporary[0] != '\0')
		prepared->plan.temporary = own->temporary;
	prepared->plan.temporary_rights = carried->temporary_rights;
	own->image.is_script = carried->is_script;
	(void)snprintf(own->image.interpreter, sizeof(own->image.interpreter),
	    "%s", carried->interpreter);
	(void)snprintf(own->image.argument, sizeof(own->image.argument), "%s",
	    carried->argument);
}

struct psd_prepared *
psd_plan_resume(const struct psd_host *host, const struct psd_policy *policy,
    const struct psd_plan_carried *carried, struct psd_diag *diag)
{
	const struct psd_plan_work work = psd_plan_begin(host, policy, diag);
	int r;

	if (work.prepared == NULL) {
		close_descriptors(carried);
		return NULL;
	}
	take_descriptors(work.prepared, carried);
	take_texts(work.prepared, carried);
	r = psd_plan_make_argv(&work);
	if (r == 0)
		r = psd_plan_make_filters(&work);
	if (r == 0)
		return work.prepared;
	diag->out_of_memory = diag->out_of_memory || diag->errors == 0;
	psd_plan_free(work.prepared);
	return NULL;
}
