/* SPDX-License-Identifier: ISC */
#include "daemon/carry.h"

#include "common/codec.h"
#include "common/mem.h"
#include "daemon/loaded.h"
#include "daemon/service.h"
#include "policy/load.h"

#include <stdlib.h>
#include <string.h>

static void
add(struct psd_state_writer *writer, struct psd_carry_policies *policies,
    struct psd_loaded *loaded)
{
	struct psd_loaded **grown;

	if (psd_carry_find_policy(policies, loaded) != UINT32_MAX)
		return;
	grown = reallocarray(policies->at, policies->n + 1,
	    sizeof(struct psd_loaded *));
	if (grown == NULL) {
		psd_state_refuse(writer, "there is no memory for it");
		return;
	}
	grown[policies->n++] = loaded;
	policies->at = grown;
}

uint32_t
psd_carry_find_policy(const struct psd_carry_policies *policies,
    const struct psd_loaded *loaded)
{
	for (uint32_t i = 0; i < policies->n; i++)
		if (policies->at[i] == loaded)
			return i;
	return UINT32_MAX;
}

static void
put_directory(void *cookie, const char *path, size_t len, int fd)
{
	struct psd_state_writer *writer = cookie;
	/* The end of a name is not the end of the pattern that it is of. */
	_cleanup_free_ char *name = strndup(path, len);
	struct psd_record_directory directory;

	if (name == NULL) {
		psd_state_refuse(writer, "there is no memory for it");
		return;
	}
	directory = (struct psd_record_directory){
		.path = psd_str_of(name),
		.fd = psd_state_hold(writer, fd),
	};
	psd_state_put(writer, PSD_RECORD_directory, &directory);
}

/* Of an older policy no further instance starts. */
static void
save_plan(struct psd_state_writer *writer, const struct psd_loaded *loaded)
{
	struct psd_plan_carried plan;
	struct psd_record_plan record;

	psd_plan_tell(loaded->prepared, &plan);
	record = (struct psd_record_plan){
		.program = psd_state_hold(writer, plan.program),
		.mount = psd_state_hold(writer, plan.namespaces[PSD_NS_MNT]),
		.network = psd_state_hold(writer, plan.namespaces[PSD_NS_NET]),
		.ipc = psd_state_hold(writer, plan.namespaces[PSD_NS_IPC]),
		.uts = psd_state_hold(writer, plan.namespaces[PSD_NS_UTS]),
		.landlock = psd_state_hold(writer, plan.landlock_fd),
		.temporary = psd_str_of(plan.temporary),
		.temporary_rights = plan.temporary_rights,
		.is_script = plan.is_script,
		.interpreter = psd_str_of(plan.interpreter),
		.argument = psd_str_of(plan.argument),
	};
	psd_state_put(writer, PSD_RECORD_plan, &record);
}

static void
save(struct psd_state_writer *writer, const struct psd_loaded *loaded,
    bool is_in_force)
{
	const struct psd_policy *policy = loaded->policy;
	const struct psd_record_loaded record = {
		.name = psd_str_of(policy->name),
		.generation = loaded->generation,
		.fingerprint = loaded->fingerprint,
		.is_resolver = policy->is_resolver,
		.is_relay = policy->is_relay,
		.is_watcher = policy->is_watcher,
	};

	psd_state_put(writer, PSD_RECORD_loaded, &record);
	for (size_t i = 0; i < policy->n_sources; i++) {
		const struct psd_source *from = &policy->sources[i];
		const struct psd_record_source source = {
			.file = psd_str_of(from->file),
			.size = (uint32_t)from->len,
		};

		psd_state_put(writer, PSD_RECORD_source, &source);
		psd_state_put_bytes(writer, from->text, from->len);
	}
	psd_policy_directories(policy, put_directory, writer);
	if (is_in_force && loaded->prepared != NULL)
		save_plan(writer, loaded);
}

void
psd_carry_save_policies(struct psd_state_writer *writer,
    const struct psd_daemon *daemon, struct psd_carry_policies *ret)
{
	const struct psd_service *service;
	const struct psd_instance *instance;
	uint32_t in_force;

	*ret = (struct psd_carry_policies){ .n = 0 };
	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		add(writer, ret, service->loaded);
	in_force = ret->n;
	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		TAILQ_FOREACH(instance, &service->instances, of_service)
			add(writer, ret, instance->loaded);
	for (uint32_t i = 0; i < ret->n; i++)
		save(writer, ret->at[i], i < in_force);
}
