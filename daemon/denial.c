/* SPDX-License-Identifier: ISC */
#include "daemon/denial.h"

#include "common/log.h"
#include "common/mem.h"
#include "daemon/loaded.h"
#include "daemon/service.h"
#include "policy/filter.h"

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

static void
tell(struct psd_instance *instance, const struct seccomp_data *data)
{
	struct psd_service *service = instance->service;
	char call[256], name[64], reason[PSD_NAME_MAX + 16], hint[96];
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_VERDICT", "refused" },
		{ "PRIVSEP_CALL", call },
		{ "PRIVSEP_REASON", reason },
		{ "PRIVSEP_TO_ALLOW", hint },
	};

	psd_filter_print_call(call, sizeof(call), data->arch, data->nr,
	    (const uint64_t *)data->args);
	psd_filter_call_name(name, sizeof(name), data->arch, data->nr);
	(void)snprintf(reason, sizeof(reason), "not in %s.policy",
	    instance->loaded->policy->name);
	(void)snprintf(hint, sizeof(hint), "SystemCallFilter=%s", name);
	psd_service_note(service->last_refused, sizeof(service->last_refused),
	    "call %s: %s", call, reason);
	psd_instance_say(instance, PSD_MESSAGE_call_refused, fields,
	    PSD_ELEMENTS(fields));
}

static void
respond(struct psd_instance *instance, int listener, uint64_t id)
{
	union response answer;

	memset(&answer, 0, sizeof(answer));
	answer.response.id = id;
	if (instance->loaded->policy->on_violation == PSD_VIOLATION_LOG)
		answer.response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else
		answer.response.error = -EPERM;
	/* ENOENT: the helper is gone, and with it whoever waited. */
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) < 0 &&
	    errno != ENOENT)
		psd_log(LOG_ERR, "%s[%d]: cannot answer a denied call: %s",
		    instance->service->name, instance->child.pid,
		    strerror(errno));
}

/*
 * One receive for each wake-up: it would block when nothing waits, whatever
 * the descriptor's flags say.
 */
static int
on_denied(sd_event_source *source, int fd, uint32_t events, void *userdata)
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
	instance->service->calls_refused++;
	tell(instance, &notice.request.data);
	if (instance->loaded->policy->on_violation != PSD_VIOLATION_KILL) {
		respond(instance, fd, notice.request.id);
		return 0;
	}
	(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
	psd_instance_break(instance, "made a denied system call");
	return 0;
}

int
psd_denial_watch(struct psd_instance *instance)
{
	if (instance->child.listener < 0)
		return 0;
	return sd_event_add_io(instance->service->daemon->event,
	    &instance->listener_source, instance->child.listener, EPOLLIN,
	    on_denied, instance);
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
