/* SPDX-License-Identifier: ISC */
#include "daemon/monitor.h"

#include "common/fd.h"
#include "common/log.h"
#include "common/notice.h"
#include "common/sys.h"
#include "daemon/caps.h"
#include "daemon/ending.h"
#include "daemon/lifeline.h"
#include "daemon/loaded.h"
#include "daemon/monitor_plan.h"
#include "daemon/output.h"
#include "daemon/own_filter.h"
#include "daemon/proc_fd.h"
#include "daemon/service.h"
#include "daemon/spawn.h"
#include "daemon/sysctl.h"
#include "policy/load.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { EXIT_USAGE = 2, EXIT_CONFIGURATION = 78 };

/* The server, until it is an instance. */
struct server {
	int pair;         /* ours, or PSD_NO_FD; owned */
	pid_t pid;        /* for the log */
	int pidfd;        /* owned */
	const char *what; /* that is in the way */
};

static void
free_server(struct server *server)
{
	psd_fd_cleanup(&server->pair);
	psd_fd_cleanup(&server->pidfd);
}

/*
 * Who made the pair is who called us; the kernel noted it then, and nobody
 * can be told another.  A process id may have become somebody else's since,
 * but not while its first owner still has its end of the pair open.
 */
static int
find_server(struct server *server)
{
	struct pollfd look = { .fd = server->pair };
	struct ucred made_by = { .pid = 0 };
	socklen_t len = sizeof(made_by);

	server->what = "find out who the server is";
	if (getsockopt(server->pair, SOL_SOCKET, SO_PEERCRED, &made_by, &len) <
	    0)
		return -errno;
	if (made_by.pid <= 0)
		return -ESRCH;
	server->pid = made_by.pid;
	server->pidfd = psd_sys_pidfd_open(made_by.pid);
	if (server->pidfd < 0)
		return server->pidfd;
	if (poll(&look, 1, 0) < 0)
		return -errno;
	return (look.revents & POLLHUP) != 0 ? -ESRCH : 0;
}

/* Both were left open over our exec; nothing of ours shall inherit them. */
static int
take_descriptors(struct server *server)
{
	const int numbers[] = { PSD_MONITOR_PAIR, PSD_MONITOR_LIFELINE };
	int type = 0;
	socklen_t len = sizeof(type);

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (fcntl(numbers[i], F_SETFD, FD_CLOEXEC) < 0)
			return -errno;
	if (getsockopt(PSD_MONITOR_PAIR, SOL_SOCKET, SO_TYPE, &type, &len) < 0)
		return -errno;
	if (type != SOCK_SEQPACKET)
		return -EPROTOTYPE;
	server->pair = PSD_MONITOR_PAIR;
	return 0;
}

static int
look_at_host(struct psd_daemon *daemon, struct psd_diag *diag)
{
	const struct psd_host_settings settings = {
		.uid_first = daemon->config.uid_first,
		.n_uids =
		    daemon->config.uid_last - daemon->config.uid_first + 1,
		.shares_uids = true,
		.is_monitor = true,
	};

	return psd_host_init(&daemon->host, &settings, diag);
}

static struct psd_loaded *
load(struct psd_daemon *daemon, struct psd_diag *diag)
{
	const char *file = daemon->config.policy_file;
	const struct psd_where where = { .file = file };
	struct psd_policy *policy =
	    psd_policy_load_file(file, PSD_LOAD_HOLD, diag);

	if (policy == NULL && diag->errors == 0)
		psd_diag_error(diag, &where,
		    "is a link to /dev/null, which masks a policy");
	if (policy == NULL)
		return NULL;
	if (policy->type != PSD_TYPE_MONITOR) {
		psd_diag_error(diag, &where,
		    "is not for privsep_start_monitor(): Type=monitor is "
		    "missing");
		psd_policy_free(policy);
		return NULL;
	}
	return psd_loaded_make(&daemon->host, policy,
	    daemon->config.policy_dirs, diag);
}

/*
 * The listeners come before the capabilities that bind them go, and nothing
 * is given to the server before that.
 */
static int
prepare(struct psd_daemon *daemon, struct psd_service **ret_service,
    struct psd_diag *diag)
{
	struct psd_listeners listeners = { .n = 0 };
	struct psd_loaded *loaded;
	int r;

	r = look_at_host(daemon, diag);
	if (r < 0)
		return r;
	loaded = load(daemon, diag);
	if (loaded == NULL)
		return -EINVAL;
	loaded->generation = ++daemon->generation;
	r = psd_listeners_bind(daemon, loaded->policy, &listeners, diag);
	if (r == 0)
		r = psd_spawn_prepare_process();
	if (r == -EPERM && daemon->host.is_unprivileged)
		r = 0;
	if (r == 0)
		r = psd_caps_keep_for_monitor(loaded->policy, diag);
	/* The server is no child of ours: its own filter is all that it has. */
	if (r == 0)
		r = psd_own_filter_load(NULL, 0, &daemon->config.keep_calls,
		    diag);
	if (r == 0)
		return psd_service_add(daemon, loaded, &listeners, ret_service);
	psd_listeners_free(&daemon->store, &listeners);
	psd_loaded_unref(loaded);
	return r;
}

/* The instance's own parts, and the plan that has them. */
static int
offer(struct psd_instance *instance, const struct server *server)
{
	struct psd_birth birth = { .cgroup_fd = PSD_NO_FD };
	_cleanup_fd_ int output = PSD_NO_FD;
	int r;

	r = psd_rights_init(&instance->first.rights, instance->loaded->policy);
	if (r == 0)
		r = psd_instance_take_ids(instance, &birth);
	if (r < 0)
		return r;
	output = psd_output_open(instance);
	if (output < 0 && output != PSD_NO_FD)
		return output;
	return psd_monitor_send_plan(instance, &birth, output, server->pair);
}

static int
wait_until_confined(struct psd_instance *instance, struct server *server)
{
	const uint64_t usec = instance->loaded->policy->timeout_start_usec;
	const int msec =
	    usec == 0 || usec / 1000 > INT_MAX ? -1 : (int)(usec / 1000);
	struct psd_noticed heard;
	int r;

	server->what = "wait until the server has confined itself";
	r = psd_notice_receive(server->pair, msec, &heard);
	if (r < 0)
		return r;
	if (heard.notice.kind == PSD_NOTICE_REFUSED) {
		psd_log(LOG_ERR, "%s[%d]: %s: %s", instance->service->name,
		    server->pid, heard.notice.text,
		    strerror(heard.notice.error));
		server->what = NULL;
		r = -heard.notice.error;
	} else if (heard.notice.kind != PSD_NOTICE_CONFINED) {
		r = -EPROTO;
	}
	instance->child.listener = psd_fd_take(&heard.fds[0]);
	psd_notice_clear(&heard);
	return r;
}

static void
tell_layers(const struct psd_instance *instance)
{
	uint32_t layers = psd_prepared_layers(instance->loaded->prepared);
	char had[128], missing[128];

	/* There may be another one above. */
	if (instance->child.listener < 0)
		layers &= ~(uint32_t)PSD_LAYER_LISTENER;
	psd_layers_print(layers, had, sizeof(had));
	psd_layers_print(PSD_LAYER_ALL & ~layers, missing, sizeof(missing));
	psd_log(LOG_NOTICE, "%s[%d]: confined itself: %s; without: %s",
	    instance->service->name, instance->child.pid, had, missing);
}

/* Takes over what server has. */
static int
adopt(struct psd_instance *instance, struct server *server)
{
	const uint32_t require = instance->loaded->policy->require;
	int r;

	if ((require & PSD_LAYER_LISTENER) != 0 &&
	    instance->child.listener < 0) {
		server->what = "have the listener that Require= asks for";
		return -EOPNOTSUPP;
	}
	if (!instance->loaded->takes_descriptors)
		(void)psd_sys_pass_rights(server->pair, false);
	psd_conv_init(&instance->first.conv, psd_fd_take(&server->pair));
	instance->child.pid = server->pid;
	instance->child.pidfd = psd_fd_take(&server->pidfd);
	instance->is_adopted = true;
	tell_layers(instance);
	r = psd_ending_watch(instance);
	return r < 0 ? r : psd_instance_begin(instance);
}

/* Once the server is an instance, whatever goes wrong ends it. */
static int
start(struct psd_daemon *daemon, struct server *server, struct psd_diag *diag)
{
	struct psd_service *service = NULL;
	struct psd_instance *instance;
	int r;

	r = find_server(server);
	if (r < 0)
		return r;
	server->what = "prepare";
	r = psd_daemon_open_loop(daemon);
	if (r == 0)
		r = psd_proc_fd_init();
	psd_sysctl_init();
	if (r == 0)
		r = prepare(daemon, &service, diag);
	if (r < 0)
		return r;
	instance = psd_instance_make(service);
	if (instance == NULL)
		return -ENOMEM;
	r = offer(instance, server);
	if (r == 0)
		r = wait_until_confined(instance, server);
	if (r < 0) {
		psd_instance_free(instance);
		return r;
	}
	r = adopt(instance, server);
	return r < 0 ? r : psd_lifeline_watch(daemon);
}

int
psd_monitor_start(struct psd_daemon *daemon)
{
	struct server server = { .pair = PSD_NO_FD, .pidfd = PSD_NO_FD };
	struct psd_diag diag;
	int r;

	r = take_descriptors(&server);
	if (r < 0) {
		psd_log(LOG_ERR,
		    "--monitor is for privsep_start_monitor(3) to say, not "
		    "for a command line");
		return EXIT_USAGE;
	}
	psd_diag_init(&diag);
	r = start(daemon, &server, &diag);
	psd_daemon_log_diag(&diag);
	if (r < 0 && diag.errors == 0 && server.what != NULL)
		psd_log(LOG_ERR, "cannot %s: %s", server.what, strerror(-r));
	if (r < 0 && server.pair >= 0)
		psd_notice_refuse(server.pair, -r, "see the monitor's log");
	psd_diag_free(&diag);
	free_server(&server);
	if (r == 0)
		return EXIT_SUCCESS;
	return r == -EINVAL ? EXIT_CONFIGURATION : EXIT_FAILURE;
}
