/* SPDX-License-Identifier: ISC */
#include "daemon/carry.h"

#include "common/fd.h"
#include "daemon/loaded.h"
#include "daemon/watcher.h"
#include "policy/load.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCES_MAX = 1024, DIRECTORIES_MAX = 65536 };

/* A policy being read. */
struct loading {
	struct psd_state_reader *reader;
	char name[PSD_NAME_MAX + 1];
	struct psd_source *sources; /* each with its two texts; owned */
	size_t n_sources;
	struct held {
		char *path;
		int fd;
	} * held; /* owned, and what was not taken of them */
	size_t n_held;
};

static void
free_loading(struct loading *loading)
{
	for (size_t i = 0; i < loading->n_sources; i++) {
		free((void *)(uintptr_t)loading->sources[i].file);
		free((void *)(uintptr_t)loading->sources[i].text);
	}
	free(loading->sources);
	for (size_t i = 0; i < loading->n_held; i++) {
		free(loading->held[i].path);
		psd_fd_close(loading->held[i].fd);
	}
	free(loading->held);
}

static bool
load_source(struct loading *loading)
{
	struct psd_state_reader *reader = loading->reader;
	struct psd_record_source record;
	struct psd_source *grown, *source;

	if (!psd_state_get(reader, PSD_RECORD_source, &record))
		return false;
	if (loading->n_sources == SOURCES_MAX)
		return psd_state_bad(reader, "%s has too many files",
		    loading->name);
	grown = reallocarray(loading->sources, loading->n_sources + 1,
	    sizeof(*grown));
	if (grown == NULL)
		return psd_state_no_memory(reader);
	loading->sources = grown;
	source = &grown[loading->n_sources++];
	*source = (struct psd_source){ .file = strdup(record.file.at) };
	source->text = (char *)psd_state_get_bytes(reader, record.size);
	source->len = record.size;
	if (source->file == NULL || source->text == NULL)
		return psd_state_no_memory(reader);
	return true;
}

static bool
load_directory(struct loading *loading)
{
	struct psd_state_reader *reader = loading->reader;
	struct psd_record_directory record;
	struct held *grown, *held;

	if (!psd_state_get(reader, PSD_RECORD_directory, &record))
		return false;
	if (loading->n_held == DIRECTORIES_MAX)
		return psd_state_bad(reader, "%s holds too many directories",
		    loading->name);
	grown =
	    reallocarray(loading->held, loading->n_held + 1, sizeof(*grown));
	if (grown == NULL)
		return psd_state_no_memory(reader);
	loading->held = grown;
	held = &grown[loading->n_held++];
	*held = (struct held){ .path = strdup(record.path.at),
		.fd = psd_state_take_fd(reader, record.fd) };
	return held->path != NULL ? held->fd >= 0 : psd_state_no_memory(reader);
}

static int
find_directory(void *cookie, const char *path, size_t len)
{
	struct loading *loading = cookie;

	for (size_t i = 0; i < loading->n_held; i++)
		if (loading->held[i].fd >= 0 &&
		    strlen(loading->held[i].path) == len &&
		    memcmp(loading->held[i].path, path, len) == 0)
			return psd_fd_take(&loading->held[i].fd);
	return PSD_NO_FD;
}

/* NULL with what is wrong with it told. */
static struct psd_policy *
compile(struct loading *loading, const struct psd_record_loaded *record,
    struct psd_diag *diag)
{
	const struct psd_carried carried = {
		.name = loading->name,
		.sources = loading->sources,
		.n = loading->n_sources,
		.directory = find_directory,
		.cookie = loading,
	};
	struct psd_policy *policy = psd_policy_load_carried(&carried, diag);

	if (policy == NULL) {
		(void)psd_state_bad(loading->reader,
		    "the policy of %s cannot be compiled any more",
		    loading->name);
		return NULL;
	}
	policy->is_resolver = record->is_resolver != 0;
	policy->is_relay = record->is_relay != 0;
	if (record->is_watcher != 0)
		psd_watcher_mark(policy);
	return policy;
}

static struct psd_prepared *
load_plan(struct psd_state_reader *reader, const struct psd_host *host,
    const struct psd_policy *policy, struct psd_diag *diag)
{
	struct psd_record_plan record;
	struct psd_plan_carried plan;

	if (!psd_state_get(reader, PSD_RECORD_plan, &record))
		return NULL;
	plan = (struct psd_plan_carried){
		.program = psd_state_take_fd(reader, record.program),
		.namespaces = {
			[PSD_NS_MNT] = psd_state_take(reader, record.mount),
			[PSD_NS_NET] = psd_state_take(reader, record.network),
			[PSD_NS_IPC] = psd_state_take(reader, record.ipc),
			[PSD_NS_UTS] = psd_state_take(reader, record.uts),
		},
		.landlock_fd = psd_state_take(reader, record.landlock),
		.temporary = record.temporary.at,
		.temporary_rights = record.temporary_rights,
		.is_script = record.is_script != 0,
		.interpreter = record.interpreter.at,
		.argument = record.argument.at,
	};
	return psd_plan_resume(host, policy, &plan, diag);
}

/* Takes over policy. */
static bool
finish(struct psd_state_reader *reader, struct psd_daemon *daemon,
    struct psd_policy *policy, const struct psd_record_loaded *record,
    struct psd_carry_policies *policies, struct psd_diag *diag)
{
	struct psd_prepared *prepared = NULL;
	struct psd_loaded **grown;

	if (psd_state_next_is(reader, PSD_RECORD_plan)) {
		prepared = load_plan(reader, &daemon->host, policy, diag);
		if (prepared == NULL) {
			psd_policy_free(policy);
			return psd_state_bad(reader,
			    "no helper can be started any more with %s",
			    record->name.at);
		}
	}
	grown = reallocarray(policies->at, policies->n + 1,
	    sizeof(struct psd_loaded *));
	if (grown != NULL)
		policies->at = grown;
	if (grown != NULL)
		grown[policies->n] = psd_loaded_resume(policy, prepared,
		    record->fingerprint, record->generation);
	if (grown == NULL || grown[policies->n] == NULL)
		return psd_state_no_memory(reader);
	policies->n++;
	return true;
}

static bool
load_one(struct psd_state_reader *reader, struct psd_daemon *daemon,
    struct psd_carry_policies *policies, struct psd_diag *diag)
{
	__attribute__((cleanup(free_loading))) struct loading loading = {
		.reader = reader,
	};
	struct psd_record_loaded record;
	struct psd_policy *policy;

	if (!psd_state_get(reader, PSD_RECORD_loaded, &record))
		return false;
	memcpy(loading.name, record.name.at, record.name.len + 1);
	record.name.at = loading.name;
	while (psd_state_next_is(reader, PSD_RECORD_source))
		if (!load_source(&loading))
			return false;
	while (psd_state_next_is(reader, PSD_RECORD_directory))
		if (!load_directory(&loading))
			return false;
	policy = compile(&loading, &record, diag);
	return policy != NULL &&
	    finish(reader, daemon, policy, &record, policies, diag);
}

bool
psd_carry_load_policies(struct psd_state_reader *reader,
    struct psd_daemon *daemon, struct psd_carry_policies *ret)
{
	struct psd_diag diag;
	bool is_good = true;

	*ret = (struct psd_carry_policies){ .n = 0 };
	psd_diag_init(&diag);
	while (is_good && psd_state_next_is(reader, PSD_RECORD_loaded))
		is_good = load_one(reader, daemon, ret, &diag);
	/* What is no error was told when it was loaded. */
	if (!is_good)
		psd_daemon_log_diag(&diag);
	psd_diag_free(&diag);
	return is_good;
}

void
psd_carry_free_policies(struct psd_carry_policies *policies)
{
	for (uint32_t i = 0; i < policies->n; i++)
		psd_loaded_unref(policies->at[i]);
	free(policies->at);
}
