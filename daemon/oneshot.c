/* SPDX-License-Identifier: ISC */
#include "daemon/oneshot.h"

#include "common/fd.h"
#include "common/handover.h"
#include "common/log.h"
#include "daemon/caps.h"
#include "daemon/client_run.h"
#include "daemon/loaded.h"
#include "daemon/oneshot_helper.h"
#include "daemon/oneshot_load.h"
#include "daemon/own.h"
#include "daemon/proc_fd.h"
#include "daemon/program.h"
#include "daemon/service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

int
psd_oneshot_status(enum psd_ending ending, bool was_killed, int status)
{
	if (ending == PSD_ENDING_OVERDUE)
		return PSD_ONESHOT_OVERDUE;
	return was_killed ? PSD_ONESHOT_SIGNAL + status : status;
}

bool
psd_oneshot_is(const struct psd_instance *instance)
{
	return instance->service->daemon->config.is_run &&
	    !instance->loaded->policy->is_resolver &&
	    !instance->loaded->policy->is_watcher;
}

/* Nothing of ours shall inherit it. */
static int
take_control(void)
{
	int type = 0;
	socklen_t len = sizeof(type);

	if (fcntl(PSD_HANDOVER_NUMBER, F_SETFD, FD_CLOEXEC) < 0 ||
	    getsockopt(PSD_HANDOVER_NUMBER, SOL_SOCKET, SO_TYPE, &type, &len) <
		0)
		return -errno;
	return type == SOCK_SEQPACKET ? 0 : -EPROTOTYPE;
}

/*
 * Not the control group of the settings: whoever opens that as its own ends
 * what a predecessor has left there.
 */
static int
look_at_host(struct psd_daemon *daemon, struct psd_diag *diag)
{
	const struct psd_host_settings settings = {
		.uid_first = daemon->config.uid_first,
		.n_uids =
		    daemon->config.uid_last - daemon->config.uid_first + 1,
		.shares_uids = true,
		.is_run = true,
	};

	return psd_host_init(&daemon->host, &settings, diag);
}

static void
tell_missing(const struct psd_host *host)
{
	char missing[128];

	psd_layers_print(PSD_LAYER_ALL & ~host->layers, missing,
	    sizeof(missing));
	if (missing[0] != '\0')
		psd_log(LOG_INFO, "missing layers: %s", missing);
}

/*
 * What is not needed to start and end one helper goes before it exists.  NULL
 * with diag, or after saying why.
 */
static struct psd_service *
prepare(struct psd_daemon *daemon, struct psd_loaded *loaded,
    struct psd_diag *diag)
{
	struct psd_policy *policy = loaded->policy;
	const struct psd_policy *policies[] = { policy };
	struct psd_listeners listeners = { .n = 0 };
	struct psd_service *service = NULL;
	struct psd_owns owns = { .is_needed = { false } };
	int r;

	loaded->generation = ++daemon->generation;
	r = psd_owns_prepare(daemon, policies, 1, &owns, diag);
	if (r == 0 && policy->type == PSD_TYPE_NATIVE)
		r = psd_oneshot_prepare_helper(daemon, policy, &listeners,
		    diag);
	if (r == 0)
		r = psd_caps_keep(policies, 1, &daemon->config.keep_caps, diag);
	if (r == 0)
		r = psd_spawn_prepare_process();
	if (r == -EPERM && daemon->host.is_unprivileged)
		r = 0;
	if (r == 0)
		r = psd_owns_come(daemon, &owns);
	psd_owns_free(&owns);
	if (r < 0) {
		psd_listeners_free(&daemon->store, &listeners);
		psd_loaded_unref(loaded);
	} else {
		r = psd_service_add(daemon, loaded, &listeners, &service);
	}
	if (r < 0 && diag->errors == 0)
		psd_log(LOG_ERR, "cannot prepare: %s", strerror(-r));
	return r < 0 ? NULL : service;
}

static void
tell_all(struct psd_daemon *daemon, uint32_t events)
{
	struct psd_service *service;
	struct psd_instance *instance;

	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		TAILQ_FOREACH(instance, &service->instances, of_service)
			if (psd_oneshot_is(instance))
				psd_client_heard(instance, events);
}

/*
 * Closed: whoever ran it is gone, and nobody reads what is logged of its end.
 */
static bool
is_gone(sd_event_source *source, uint32_t events)
{
	if ((events & EPOLLHUP) == 0) {
		(void)sd_event_source_set_io_events(source, 0);
		return false;
	}
	(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
	psd_log_set_level(LOG_ERR);
	return true;
}

/* Shut down: whoever moves the bytes has waited for long enough. */
static int
on_control(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)fd;
	(void)is_gone(source, events);
	tell_all(userdata, events);
	return 0;
}

/* Shut down: whoever runs the helper has had enough of it. */
static int
on_control_of_helper(sd_event_source *source, int fd, uint32_t events,
    void *userdata)
{
	(void)fd;
	if (is_gone(source, events))
		tell_all(userdata, events);
	else
		psd_daemon_stop(userdata);
	return 0;
}

/*
 * A program's end is nowhere open but in the program: what is left in ours is
 * over when this returns.
 */
static int
run(struct psd_daemon *daemon, struct psd_service *service)
{
	const struct psd_policy *policy = service->loaded->policy;
	const bool is_helper = policy->type == PSD_TYPE_NATIVE;
	_cleanup_fd_ int ours = PSD_NO_FD;
	struct psd_handover handover = {
		.version = PSD_HANDOVER_VERSION,
		.is_helper = is_helper,
		.stop_usec = policy->timeout_stop_usec,
	};
	struct psd_instance *instance;
	int r;

	r = is_helper
	    ? psd_oneshot_start_helper(service, &ours)
	    : psd_program_start_on_pair(service, NULL, &instance, &ours);
	if (r < 0)
		return r;
	r = sd_event_add_io(psd_loop(daemon), NULL, PSD_HANDOVER_NUMBER,
	    EPOLLRDHUP, is_helper ? on_control_of_helper : on_control, daemon);
	if (r >= 0)
		r = psd_handover_send(PSD_HANDOVER_NUMBER, &handover, ours);
	if (r < 0)
		tell_all(daemon, EPOLLHUP);
	return r < 0 ? r : 0;
}

static int
start(struct psd_daemon *daemon, struct psd_diag *diag)
{
	struct psd_service *service;
	struct psd_loaded *loaded;
	int status;

	if (psd_proc_fd_init() < 0 || psd_daemon_open_loop(daemon) < 0 ||
	    look_at_host(daemon, diag) < 0)
		return PSD_ONESHOT_FAILED;
	loaded = psd_oneshot_load(daemon, diag, &status);
	if (loaded == NULL && status == PSD_ONESHOT_FAILED &&
	    psd_host_lacks_namespaces(&daemon->host)) {
		psd_diag_free(diag);
		psd_diag_init(diag);
		loaded = psd_oneshot_load(daemon, diag, &status);
	}
	tell_missing(&daemon->host);
	if (loaded == NULL)
		return status;
	service = prepare(daemon, loaded, diag);
	if (service == NULL || run(daemon, service) < 0)
		return PSD_ONESHOT_FAILED;
	return EXIT_SUCCESS;
}

int
psd_oneshot_start(struct psd_daemon *daemon)
{
	struct psd_diag diag;
	int status;

	if (take_control() < 0) {
		psd_log(LOG_ERR,
		    "--run is for privsepctl run to say, not for a command "
		    "line");
		return PSD_ONESHOT_FAILED;
	}
	psd_diag_init(&diag);
	status = start(daemon, &diag);
	psd_daemon_log_diag(&diag);
	if (status == PSD_ONESHOT_FAILED && diag.errors == 0)
		psd_log(LOG_ERR, "%s: cannot start the program",
		    daemon->config.policy_file);
	psd_diag_free(&diag);
	return status;
}
