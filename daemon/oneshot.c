/* SPDX-License-Identifier: ISC */
#include "daemon/oneshot.h"

#include "common/fd.h"
#include "common/handover.h"
#include "common/log.h"
#include "daemon/caps.h"
#include "daemon/client_run.h"
#include "daemon/loaded.h"
#include "daemon/oneshot_helper.h"
#include "daemon/own.h"
#include "daemon/proc_fd.h"
#include "daemon/program.h"
#include "daemon/service.h"
#include "policy/load.h"
#include "policy/view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>

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
	};
	char missing[128];
	int r;

	r = psd_host_init(&daemon->host, &settings, diag);
	if (r < 0)
		return r;
	psd_layers_print(PSD_LAYER_ALL & ~daemon->host.layers, missing,
	    sizeof(missing));
	if (missing[0] != '\0')
		psd_log(LOG_INFO, "missing layers: %s", missing);
	return 0;
}

/* PROGRAM ARG... of the command line are in the place of ExecStart=. */
static struct psd_policy *
load(const struct psd_daemon *daemon, struct psd_diag *diag)
{
	const char *file = daemon->config.policy_file;
	char **program = daemon->config.program;
	const struct psd_where where = { .file = file };
	struct psd_policy *policy =
	    psd_policy_load_file(file, PSD_LOAD_RUN, diag);

	if (policy == NULL)
		return NULL;
	if (policy->type == PSD_TYPE_NATIVE)
		psd_oneshot_check_helper(policy, &daemon->config, diag);
	else if (policy->type != PSD_TYPE_FILTER)
		psd_diag_error(diag, &where,
		    "is not for privsepctl run, which is for Type=filter and "
		    "Type=native");
	else if (daemon->config.is_trace)
		psd_diag_error(diag, &where,
		    "is a filter's, which speaks no frames; --trace is for "
		    "Type=native");
	else if (program == NULL && policy->exec_path == NULL)
		psd_diag_error(diag, &where,
		    "has no ExecStart=; say which program to run");
	/* Nobody comes by a door: there is no daemon that has one. */
	policy->n_clients = 0;
	if (program != NULL) {
		policy->exec_path = program[0];
		policy->argv = program + 1;
		policy->exec_where = where;
	}
	psd_view_look(policy, diag);
	if (diag->errors == 0)
		return policy;
	psd_policy_free(policy);
	return NULL;
}

/* As a shell has it.  EXIT_SUCCESS: it can be executed as far as is seen. */
static int
look_at_program(const struct psd_policy *policy, struct psd_diag *diag)
{
	struct stat status;

	if (stat(policy->exec_path, &status) < 0) {
		const int error = errno;

		psd_diag_error(diag, &policy->exec_where, "%s: %s",
		    policy->exec_path, strerror(error));
		return error == ENOENT || error == ENOTDIR
		    ? PSD_ONESHOT_NOT_FOUND
		    : PSD_ONESHOT_NOT_EXECUTABLE;
	}
	if (S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0)
		return EXIT_SUCCESS;
	psd_diag_error(diag, &policy->exec_where, "%s is not executable",
	    policy->exec_path);
	return PSD_ONESHOT_NOT_EXECUTABLE;
}

/*
 * What is not needed to start and end one helper goes before it exists.  NULL
 * with diag, or after saying why.
 */
static struct psd_service *
prepare(struct psd_daemon *daemon, struct psd_policy *policy,
    struct psd_diag *diag)
{
	const struct psd_policy *policies[] = { policy };
	struct psd_listeners listeners = { .n = 0 };
	struct psd_service *service = NULL;
	struct psd_owns owns = { .is_needed = { false } };
	struct psd_loaded *loaded = psd_loaded_make(&daemon->host, policy,
	    daemon->config.policy_dirs, diag);
	int r;

	if (loaded == NULL)
		return NULL;
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
	r = sd_event_add_io(daemon->event, NULL, PSD_HANDOVER_NUMBER,
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
	struct psd_policy *policy;
	int status;

	if (psd_proc_fd_init() < 0 || psd_daemon_open_loop(daemon) < 0 ||
	    look_at_host(daemon, diag) < 0)
		return PSD_ONESHOT_FAILED;
	policy = load(daemon, diag);
	if (policy == NULL)
		return PSD_ONESHOT_FAILED;
	status = look_at_program(policy, diag);
	if (status != EXIT_SUCCESS) {
		psd_policy_free(policy);
		return status;
	}
	service = prepare(daemon, policy, diag);
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
