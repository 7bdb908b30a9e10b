/* SPDX-License-Identifier: ISC */
#include "daemon/denial.h"

#include "common/fd.h"
#include "common/mem.h"
#include "daemon/loaded.h"
#include "daemon/report.h"
#include "daemon/service.h"
#include "daemon/spawn_wait.h"
#include "daemon/watch.h"
#include "policy/bpf.h"
#include "policy/filter.h"
#include "policy/ports.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

/*
 * The kernel may know longer structures than our headers, and wants room for
 * its own.
 */
union notification {
	struct seccomp_notif request;
	unsigned char room[512];
};

union response {
	struct seccomp_notif_resp response;
	unsigned char room[512];
};

/* What the filter without a listener lets pass; with ReportOpens= it is told. */
static bool
is_allowed(const struct psd_instance *instance, const struct seccomp_data *data)
{
	const struct sock_fprog *filter =
	    instance->loaded->prepared->plan.plain_filter;

	return instance->loaded->policy->reports_opens &&
	    psd_bpf_run(filter, data, NULL) == SECCOMP_RET_ALLOW;
}

/* The line that would allow it: for what it names, or the call itself. */
static void
suggest(const struct psd_instance *instance, const struct seccomp_data *data,
    const struct psd_seen *seen, char *ret, size_t size)
{
	const struct psd_loaded *loaded = instance->loaded;
	char name[64];

	ret[0] = '\0';
	if (seen != NULL &&
	    !psd_seen_fits(seen, loaded->policy,
		psd_prepared_view(loaded->prepared), loaded->prepared->layers))
		psd_seen_suggest(seen, loaded->policy, ret, size);
	if (ret[0] != '\0')
		return;
	psd_filter_call_name(name, sizeof(name), data->arch, data->nr);
	(void)snprintf(ret, size, "SystemCallFilter=%s%s", name,
	    psd_ports_advise(loaded->policy, data->nr,
		(const uint64_t *)data->args));
}

void
psd_denial_tell(struct psd_instance *instance, const char *call,
    const char *line)
{
	struct psd_service *service = instance->service;
	char reason[PSD_NAME_MAX + 16];
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_VERDICT", "refused" },
		{ "PRIVSEP_CALL", call },
		{ "PRIVSEP_REASON", reason },
		{ "PRIVSEP_TO_ALLOW", line },
	};

	(void)snprintf(reason, sizeof(reason), "not in %s.policy",
	    instance->loaded->policy->name);
	psd_service_note(service->last_refused, sizeof(service->last_refused),
	    "call %s: %s", call, reason);
	psd_instance_say(instance, PSD_MESSAGE_call_refused, fields,
	    PSD_ELEMENTS(fields));
}

static void
tell(struct psd_instance *instance, const struct seccomp_data *data,
    const struct psd_seen *seen)
{
	char call[PSD_SEEN_CALL_MAX + 1], line[PSD_TEXT_MAX + 1];

	if (seen != NULL)
		psd_seen_print(seen, call, sizeof(call), data->arch, data->nr,
		    (const uint64_t *)data->args);
	else
		psd_filter_print_call(call, sizeof(call), data->arch, data->nr,
		    (const uint64_t *)data->args);
	suggest(instance, data, seen, line, sizeof(line));
	psd_denial_tell(instance, call, line);
}

static void
respond(struct psd_instance *instance, uint64_t id, bool passes)
{
	union response answer;

	memset(&answer, 0, sizeof(answer));
	answer.response.id = id;
	if (passes)
		answer.response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else
		answer.response.error = -EPERM;
	/* ENOENT: the helper is gone, and with it whoever waited. */
	if (ioctl(instance->child.listener, SECCOMP_IOCTL_NOTIF_SEND,
		&answer) == 0 ||
	    errno == ENOENT)
		return;
	/* Or it would wait for ever. */
	psd_instance_break(instance, "its call cannot be answered: %s",
	    strerror(errno));
}

static void
deny(struct psd_instance *instance, const struct seccomp_notif *request,
    const struct psd_seen *seen)
{
	const enum psd_violation fate = instance->loaded->policy->on_violation;

	instance->service->calls_refused++;
	tell(instance, &request->data, seen);
	if (fate != PSD_VIOLATION_KILL) {
		respond(instance, request->id, fate == PSD_VIOLATION_LOG);
		return;
	}
	(void)sd_event_source_set_enabled(instance->listener_source,
	    SD_EVENT_OFF);
	psd_instance_break(instance, "made a denied system call");
}

void
psd_denial_settle(struct psd_instance *instance,
    const struct seccomp_notif *request, const struct psd_observe_rep *named)
{
	/* One thread, one call at a time. */
	static struct psd_seen seen;

	if (instance->is_broken)
		return;
	if (named != NULL)
		psd_seen_read(&seen, request->data.nr,
		    (const uint64_t *)request->data.args, named);
	if (!is_allowed(instance, &request->data)) {
		deny(instance, request, named == NULL ? NULL : &seen);
		return;
	}
	/* The program need not wait for what is written of it. */
	respond(instance, request->id, true);
	if (named != NULL)
		psd_report_passed(instance, psd_watch_reports(instance),
		    &request->data, &seen);
}

/*
 * One receive for each wake-up: it would block when nothing waits, whatever
 * the descriptor's flags say.
 */
static int
on_notice(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct psd_instance *instance = userdata;
	union notification notice;

	memset(&notice, 0, sizeof(notice));
	if ((events & EPOLLIN) == 0) {
		/* Every task under the filter is gone. */
		(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
		return 0;
	}
	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &notice) < 0)
		return 0;
	if (!psd_watch_ask(instance, &notice.request))
		psd_denial_settle(instance, &notice.request, NULL);
	return 0;
}

/* Of a child that nobody waited for: it comes before its program's first call. */
static int
on_listener(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct psd_instance *instance = userdata;
	const int r = psd_spawn_take_listener(fd);

	(void)source;
	(void)events;
	if (r == -EAGAIN)
		return 0;
	instance->listener_source =
	    sd_event_source_disable_unref(instance->listener_source);
	psd_fd_cleanup(&instance->child.report);
	/* It has ended, or its filter has none. */
	if (r == -EPIPE)
		return 0;
	if (r >= 0)
		instance->child.listener = r;
	if (r < 0 || psd_denial_watch(instance) < 0)
		psd_instance_break(instance, "no memory to watch it");
	return 0;
}

int
psd_denial_watch(struct psd_instance *instance)
{
	if (instance->child.report >= 0)
		return sd_event_add_io(psd_loop(instance->service->daemon),
		    &instance->listener_source, instance->child.report, EPOLLIN,
		    on_listener, instance);
	if (instance->child.listener < 0)
		return 0;
	return sd_event_add_io(psd_loop(instance->service->daemon),
	    &instance->listener_source, instance->child.listener, EPOLLIN,
	    on_notice, instance);
}

void
psd_denial_tell_killed(struct psd_instance *instance)
{
	struct psd_service *service = instance->service;
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_VERDICT", "refused" },
		{ "PRIVSEP_REASON", service->last_refused },
	};

	service->calls_refused++;
	(void)snprintf(service->last_refused, sizeof(service->last_refused),
	    "a system call that is not in %s.policy (no listener to name it)",
	    instance->loaded->policy->name);
	psd_instance_say(instance, PSD_MESSAGE_call_killed, fields,
	    PSD_ELEMENTS(fields));
}
