/* SPDX-License-Identifier: ISC */
#include "daemon/carry.h"

#include "common/codec.h"
#include "common/version.h"
#include "daemon/caps.h"
#include "daemon/credential.h"
#include "daemon/dispose.h"
#include "daemon/own_filter.h"
#include "daemon/pin.h"
#include "daemon/service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

uint64_t
psd_carry_due(sd_event_source *source)
{
	uint64_t usec = 0;

	if (source != NULL && sd_event_source_get_enabled(source, NULL) > 0)
		(void)sd_event_source_get_time(source, &usec);
	return usec;
}

uint64_t
psd_carry_left(uint64_t due_usec)
{
	const uint64_t now = psd_now();

	return due_usec > now ? due_usec - now : 1;
}

static void
put_closer(void *cookie, pid_t pid)
{
	struct psd_state_writer *writer = cookie;
	const struct psd_record_closer closer = { .pid = (uint32_t)pid };

	psd_state_put(writer, PSD_RECORD_closer, &closer);
}

/* One in use belongs to whoever uses it. */
static void
put_passed(void *cookie, const char *name, int fd, bool is_in_use)
{
	struct psd_state_writer *writer = cookie;
	const struct psd_record_passed passed = {
		.name = psd_str_of(name),
		.fd = is_in_use ? (uint32_t)fd : psd_state_hold(writer, fd),
		.is_in_use = is_in_use,
	};

	psd_state_put(writer, PSD_RECORD_passed, &passed);
}

static void
save_daemon(struct psd_state_writer *writer, const struct psd_daemon *daemon)
{
	const struct psd_record_daemon record = {
		.version = psd_str_of(PSD_VERSION),
		.pid = (uint32_t)getpid(),
		.n_reexecs = daemon->n_reexecs,
		.generation = daemon->generation,
		.was_ready = daemon->was_ready,
		.refused_reload = psd_str_of(daemon->refused_reload),
		.has_store = daemon->store.is_there,
		.pins_tcp = psd_pin_can_tcp(),
		.next_instance = daemon->next_instance,
		.started_usec = daemon->started_usec,
		.last_relayed = daemon->last_relayed,
		.capabilities = psd_caps_had(),
		.lock = psd_state_hold(writer, daemon->lock_fd),
		.credentials =
		    psd_state_hold(writer, psd_credential_directory()),
	};

	psd_state_put(writer, PSD_RECORD_daemon, &record);
}

static void
save_own_filter(struct psd_state_writer *writer)
{
	for (size_t i = 0; i < psd_own_filter_count(); i++) {
		const struct psd_record_own_call record = {
			.entry = psd_str_of(psd_own_filter_entry(i)),
		};

		psd_state_put(writer, PSD_RECORD_own_call, &record);
	}
}

void
psd_carry_save(struct psd_state_writer *writer, const struct psd_daemon *daemon)
{
	const struct psd_record_end end = { .end = 0 };
	const struct psd_service *service;
	struct psd_carry_policies policies;

	save_daemon(writer, daemon);
	psd_carry_save_turns(writer, &daemon->turns);
	save_own_filter(writer);
	psd_carry_save_host(writer, &daemon->host);
	psd_dispose_tell(put_closer, writer);
	psd_store_tell(&daemon->store, put_passed, writer);
	psd_carry_save_policies(writer, daemon, &policies);
	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		psd_carry_save_service(writer, &policies, service);
	free(policies.at);
	psd_carry_save_control(writer, daemon->control);
	psd_state_put(writer, PSD_RECORD_end, &end);
}

/* A state is for this process alone, or for its child that rehearses. */
static bool
load_daemon(struct psd_state_reader *reader, struct psd_daemon *daemon)
{
	const pid_t whose = daemon->config.is_rehearsal ? getppid() : getpid();
	struct psd_record_daemon record;

	if (!psd_state_get(reader, PSD_RECORD_daemon, &record))
		return false;
	if ((pid_t)record.pid != whose)
		return psd_state_bad(reader, "it is another process's");
	daemon->n_reexecs = record.n_reexecs + 1;
	daemon->had_store = record.has_store != 0;
	daemon->generation = record.generation;
	daemon->was_ready = record.was_ready != 0;
	(void)snprintf(daemon->refused_reload, sizeof(daemon->refused_reload),
	    "%s", record.refused_reload.at);
	psd_pin_resume(record.pins_tcp != 0);
	daemon->next_instance = record.next_instance;
	daemon->started_usec = record.started_usec;
	daemon->last_relayed = record.last_relayed;
	psd_caps_resume(record.capabilities);
	daemon->lock_fd = psd_state_take_fd(reader, record.lock);
	psd_credential_adopt(psd_state_take(reader, record.credentials));
	return psd_state_error(reader) == 0;
}

/* The kernel keeps it over the exec, and cannot be asked what it is. */
static bool
load_own_filter(struct psd_state_reader *reader)
{
	struct psd_record_own_call record;
	int r;

	while (psd_state_next_is(reader, PSD_RECORD_own_call)) {
		if (!psd_state_get(reader, PSD_RECORD_own_call, &record))
			return false;
		r = psd_own_filter_adopt(record.entry.at);
		if (r == -ENOMEM)
			return psd_state_no_memory(reader);
		if (r < 0)
			return psd_state_bad(reader,
			    "its own filter has too many calls");
	}
	return psd_state_error(reader) == 0;
}

static bool
load_closers(struct psd_state_reader *reader)
{
	struct psd_record_closer record;

	while (psd_state_next_is(reader, PSD_RECORD_closer)) {
		if (!psd_state_get(reader, PSD_RECORD_closer, &record))
			return false;
		if (psd_dispose_adopt((pid_t)record.pid) < 0)
			return psd_state_no_memory(reader);
	}
	return psd_state_error(reader) == 0;
}

static bool
load_passed(struct psd_state_reader *reader, struct psd_store *store)
{
	struct psd_record_passed record;

	while (psd_state_next_is(reader, PSD_RECORD_passed)) {
		int fd;

		if (!psd_state_get(reader, PSD_RECORD_passed, &record))
			return false;
		fd = record.is_in_use != 0
		    ? (int)record.fd
		    : psd_state_take_fd(reader, record.fd);
		if (psd_state_error(reader) == 0 &&
		    psd_store_adopt(store, record.name.at, fd,
			record.is_in_use != 0) < 0)
			return psd_state_no_memory(reader);
	}
	return psd_state_error(reader) == 0;
}

static bool
load(struct psd_state_reader *reader, struct psd_daemon *daemon,
    struct psd_carry_policies *policies)
{
	if (!load_daemon(reader, daemon) ||
	    !psd_carry_load_turns(reader, &daemon->turns) ||
	    !load_own_filter(reader) || !psd_carry_load_host(reader, daemon) ||
	    !load_closers(reader) || !load_passed(reader, &daemon->store) ||
	    !psd_carry_load_policies(reader, daemon, policies))
		return false;
	while (psd_state_next_is(reader, PSD_RECORD_service))
		if (!psd_carry_load_service(reader, policies, daemon))
			return false;
	return psd_carry_tie_links(reader, daemon) &&
	    psd_carry_load_control(reader, daemon) &&
	    psd_state_is_used_up(reader);
}

int
psd_carry_load(struct psd_state_reader *reader, struct psd_daemon *daemon)
{
	struct psd_carry_policies policies = { .n = 0 };

	(void)load(reader, daemon, &policies);
	psd_carry_free_policies(&policies);
	return psd_state_error(reader);
}
