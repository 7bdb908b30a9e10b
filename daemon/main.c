/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/log.h"
#include "common/message.h"
#include "daemon/beneath.h"
#include "daemon/caps.h"
#include "daemon/clean.h"
#include "daemon/control.h"
#include "daemon/credential.h"
#include "daemon/daemon.h"
#include "daemon/dispose.h"
#include "daemon/journal.h"
#include "daemon/leaves.h"
#include "daemon/loaded.h"
#include "daemon/manager.h"
#include "daemon/monitor.h"
#include "daemon/oneshot.h"
#include "daemon/proc_fd.h"
#include "daemon/reexec.h"
#include "daemon/reload.h"
#include "daemon/resume.h"
#include "daemon/pin.h"
#include "daemon/rootless.h"
#include "daemon/runtime.h"
#include "daemon/service.h"
#include "daemon/spawn.h"
#include "daemon/sysctl.h"
#include "policy/filter.h"
#include "policy/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_CONFIGURATION = 78 };

static struct psd_daemon self;

/* Says what is in the way, and gives the status to exit with. */
static int
give_up(const char *what, int error)
{
	psd_log(LOG_ERR, "%s: %s", what, strerror(-error));
	return EXIT_FAILURE;
}

/* --check: every policy as far as it can be judged without starting it. */
static int
check_policies(const struct psd_config *config)
{
	struct psd_diag diag;
	char **names;
	bool is_good;

	psd_diag_init(&diag);
	names = psd_policy_names(config->policy_dirs, &diag);
	for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
		struct psd_policy *policy =
		    psd_policy_load(config->policy_dirs, names[i], 0, &diag);
		struct psd_filter *filter = policy == NULL
		    ? NULL
		    : psd_filter_compile(policy, PSD_FILTER_PLAIN, NULL, &diag);

		psd_filter_free(filter);
		psd_policy_free(policy);
	}
	psd_policy_names_free(names);
	psd_daemon_log_diag(&diag);
	is_good = diag.errors == 0 && !diag.out_of_memory;
	if (is_good)
		psd_log(LOG_INFO, "the configuration is good");
	psd_diag_free(&diag);
	return is_good ? EXIT_SUCCESS : EXIT_CONFIGURATION;
}

/* Which layers there are, and a line for each that is missing. */
static int
look_at_host(struct psd_daemon *daemon, struct psd_diag *diag)
{
	const struct psd_host_settings settings = {
		.uid_first = daemon->config.uid_first,
		.n_uids =
		    daemon->config.uid_last - daemon->config.uid_first + 1,
		.control_group = daemon->config.control_group,
		.shares_uids = true,
	};
	char missing[PSD_LAYERS * PSD_REASON_MAX];
	char *rest = missing, *line;
	int r;

	r = psd_host_init(&daemon->host, &settings, diag);
	if (r < 0)
		return r;
	psd_layers_print_missing(&daemon->host, missing, sizeof(missing));
	while ((line = strsep(&rest, "\n")) != NULL) {
		const struct psd_log_field layer = { "PRIVSEP_LAYER", line };

		if (*line != '\0')
			psd_say(PSD_MESSAGE_layer_missing, &layer, 1);
	}
	return 0;
}

/* Settings and policies: what is wrong with them is exit status 78. */
static int
load_policies(struct psd_daemon *daemon)
{
	struct psd_diag diag;
	int r;

	psd_diag_init(&diag);
	daemon->is_loading = true;
	r = psd_reload(daemon, false, &diag, NULL, NULL);
	daemon->is_loading = false;
	psd_daemon_log_diag(&diag);
	psd_diag_free(&diag);
	if (r == 0)
		return EXIT_SUCCESS;
	psd_log(LOG_ERR, "not started: see the lines above");
	return r == -EINVAL ? EXIT_CONFIGURATION : EXIT_FAILURE;
}

static int
read_settings(struct psd_config *config)
{
	struct psd_diag diag;
	int r;

	psd_diag_init(&diag);
	r = psd_config_read(config, &diag);
	psd_daemon_log_diag(&diag);
	psd_diag_free(&diag);
	psd_log_set_level(config->log_level);
	return r < 0 ? EXIT_CONFIGURATION : EXIT_SUCCESS;
}

/*
 * Everything that can be in the way is met here, before any helper exists.
 * The order matters: the lock before anything that another daemon could
 * share; the loop, which blocks the signals, before the socket that is
 * reached by others; the socket before the policies, whose load gives up what
 * it does not need and starts the helpers.
 */
static int
start(struct psd_daemon *daemon)
{
	struct psd_diag diag;
	int r;

	r = psd_runtime_open(daemon->config.runtime_dir);
	if (r == -EWOULDBLOCK) {
		psd_log(LOG_ERR, "%s: another privsepd runs here",
		    daemon->config.runtime_dir);
		return EXIT_FAILURE;
	}
	if (r < 0)
		return give_up(daemon->config.runtime_dir, r);
	daemon->lock_fd = r;
	r = psd_proc_fd_init();
	if (r < 0)
		return give_up("/proc/self/fd", r);
	psd_sysctl_init();
	psd_diag_init(&diag);
	r = look_at_host(daemon, &diag);
	psd_daemon_log_diag(&diag);
	psd_diag_free(&diag);
	if (r < 0)
		return r == -EINVAL ? EXIT_CONFIGURATION
				    : give_up("look at the host", r);
	r = psd_daemon_open_loop(daemon);
	if (r < 0)
		return give_up("open the event loop", r);
	r = psd_control_open(daemon);
	if (r < 0)
		return give_up("open control.sock", r);
	r = load_policies(daemon);
	if (r == EXIT_SUCCESS) {
		psd_leaves_refill(daemon);
		psd_daemon_check_ready(daemon);
	}
	return r;
}

static int
begin(struct psd_daemon *daemon, struct psd_state_reader *state)
{
	int r;

	if (state != NULL)
		return psd_resume(daemon, state) < 0 ? EXIT_FAILURE
						     : EXIT_SUCCESS;
	if (daemon->config.is_run)
		return psd_oneshot_start(daemon);
	if (daemon->config.is_monitor)
		return psd_monitor_start(daemon);
	r = start(daemon);
	if (r == EXIT_FAILURE)
		psd_manager_pause(daemon->manager);
	return r;
}

static void
finish(struct psd_daemon *daemon)
{
	psd_reexec_cancel(daemon);
	psd_control_close(daemon->control);
	sd_event_source_disable_unref(daemon->exits_source);
	sd_event_source_disable_unref(daemon->sweep_source);
	sd_event_source_disable_unref(daemon->spare_source);
	sd_event_source_disable_unref(daemon->bell_source);
	sd_event_source_disable_unref(daemon->leaves_source);
	sd_event_source_disable_unref(daemon->status_source);
	psd_dispose_stop();
	psd_credential_stop();
	sd_event_unref(daemon->event);
	/* Who made a group in the topmost one may not remove it without. */
	(void)psd_caps_raise();
	psd_host_free(&daemon->host);
	psd_store_free(&daemon->store);
	psd_config_free(&daemon->config);
	psd_fd_cleanup(&daemon->lock_fd);
}

/*
 * Before anything else is opened, while there is one thread.  A monitor has
 * what its server had, no more and no less, and what we were before a re-exec
 * has entered it.
 */
static void
enter_namespace(const struct psd_config *config)
{
	char why[256] = "";
	bool entered = false;

	if (!config->is_monitor && config->state_fd < 0 &&
	    psd_rootless_enter(&entered, why, sizeof(why)) < 0)
		psd_log(LOG_NOTICE, "no user namespace: %s", why);
}

static void
init(struct psd_daemon *daemon)
{
	daemon->host.null_fd = PSD_NO_FD;
	daemon->host.cgroup.base_fd = PSD_NO_FD;
	daemon->lock_fd = PSD_NO_FD;
	daemon->started_usec = psd_now();
	TAILQ_INIT(&daemon->services);
	TAILQ_INIT(&daemon->relayed);
	psd_lookups_init(&daemon->lookups);
}

int
main(int argc, char **argv)
{
	struct psd_state_reader *state = NULL;
	int r;

	(void)umask(077);
	r = psd_options_parse(argc, argv, &self.config);
	if (r != PSD_OPTIONS_RUN)
		return r;
	psd_reexec_note_program();
	psd_clean_sequences();
	r = psd_clean_limits();
	if (r < 0)
		return give_up("forbid a core file", r);
	/* What --run or a server has started is as urgent as its caller. */
	if (!self.config.is_run && !self.config.is_monitor)
		psd_clean_priority();
	r = psd_clean_descriptors(&self.config, &self.store, &state);
	if (r < 0)
		return give_up("clean the descriptors", r);
	/* What we were before a re-exec left its own, and no variable. */
	psd_credential_init(getenv("CREDENTIALS_DIRECTORY"));
	r = psd_clean_environment();
	if (r < 0)
		return give_up("clean the environment", r);
	/* What a filter or a server is told is for whoever started it. */
	if (!self.config.is_run && !self.config.is_monitor)
		self.manager = psd_manager_look(self.store.is_there,
		    psd_journal_open(getenv("JOURNAL_STREAM"),
			PSD_JOURNAL_SOCKET));
	r = psd_spawn_default_signals();
	if (r < 0)
		return give_up("take the signals", r);
	enter_namespace(&self.config);
	init(&self);
	r = read_settings(&self.config);
	if (r != EXIT_SUCCESS)
		psd_state_reader_free(state);
	/* While we have what that takes.  --run looks what its program is. */
	if (r == EXIT_SUCCESS && !self.config.is_check && !self.config.is_run &&
	    self.config.state_fd < 0)
		psd_pin_begin();
	if (r == EXIT_SUCCESS && self.config.is_check)
		r = check_policies(&self.config);
	else if (r == EXIT_SUCCESS)
		r = begin(&self, state);
	if (r == EXIT_SUCCESS && !self.config.is_check) {
		r = psd_daemon_run(&self);
		r = r < 0 ? give_up("event loop", r) : r;
	}
	finish(&self);
	return r;
}
