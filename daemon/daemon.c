/* SPDX-License-Identifier: ISC */
#include "daemon/daemon.h"

#include "common/hot.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/message.h"
#include "daemon/caps.h"
#include "daemon/control.h"
#include "daemon/dispose.h"
#include "daemon/ending.h"
#include "daemon/in_use.h"
#include "daemon/notify.h"
#include "daemon/reexec.h"
#include "daemon/reload.h"
#include "daemon/service.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Names of services that do not serve; what is longer is cut. */
enum { HELD_BACK_MAX = 1024, TURNS = 64 };

PSD_HOT uint64_t
psd_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* A message about so many. */
static void
say_count(enum psd_message message, const char *field, uint32_t n)
{
	char number[12];
	const struct psd_log_field count = { field, number };

	(void)snprintf(number, sizeof(number), "%u", n);
	psd_say(message, &count, 1);
}

/* The start did not wait for services that are held back: it says so. */
static void
say_ready(const struct psd_daemon *daemon)
{
	char helpers[12], held_back[HELD_BACK_MAX];
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_HELPERS", helpers },
		{ "PRIVSEP_REASON", held_back },
	};

	psd_notify_name(daemon, PSD_SERVICE_HELD_BACK, held_back,
	    sizeof(held_back));
	(void)snprintf(helpers, sizeof(helpers), "%u", daemon->n_instances);
	if (held_back[0] == '\0')
		psd_say(PSD_MESSAGE_ready, fields, 1);
	else
		psd_say(PSD_MESSAGE_ready_in_part, fields,
		    PSD_ELEMENTS(fields));
}

void
psd_daemon_check_ready(struct psd_daemon *daemon)
{
	const struct psd_service *service;

	/* Whoever runs one program is told by other means. */
	if (daemon->is_stopping || daemon->is_loading || daemon->config.is_run)
		return;
	if (daemon->was_ready) {
		psd_notify_change(daemon);
		return;
	}
	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		if (psd_service_state(service) == PSD_SERVICE_STARTING)
			return;
	daemon->was_ready = true;
	say_ready(daemon);
	psd_notify_ready(daemon);
}

void
psd_daemon_check_stopped(struct psd_daemon *daemon)
{
	/* A monitor is there for its one server, --run for its one program. */
	if ((daemon->is_stopping || daemon->config.is_monitor ||
		daemon->config.is_run) &&
	    daemon->n_instances == 0 && daemon->n_searches == 0)
		(void)sd_event_exit(psd_loop(daemon), daemon->exit_status);
}

void
psd_daemon_stop(struct psd_daemon *daemon)
{
	struct psd_service *service, *next;

	if (daemon->is_stopping)
		return;
	daemon->is_stopping = true;
	if (daemon->reexec != NULL) {
		psd_reexec_cancel(daemon);
		psd_reexec_answer(daemon, true, "privsepd is about to end");
	}
	if (!daemon->config.is_run)
		say_count(PSD_MESSAGE_stopping, "PRIVSEP_HELPERS",
		    daemon->n_instances);
	psd_notify_stopping();
	psd_store_freeze(&daemon->store);
	psd_ending_come_first(daemon);
	for (service = TAILQ_FIRST(&daemon->services); service != NULL;
	     service = next) {
		next = TAILQ_NEXT(service, of_daemon);
		if (!service->is_removed)
			psd_service_remove(service);
	}
	psd_daemon_check_stopped(daemon);
}

static void
log_lines(const char *text)
{
	while (text != NULL && *text != '\0') {
		const char *newline = strchr(text, '\n');
		const size_t len =
		    newline != NULL ? (size_t)(newline - text) : strlen(text);

		psd_log(LOG_WARNING, "%.*s", (int)len, text);
		text = newline != NULL ? newline + 1 : NULL;
	}
}

void
psd_daemon_log_diag(const struct psd_diag *diag)
{
	log_lines(diag->text);
	if (diag->out_of_memory)
		psd_log(LOG_ERR, "out of memory");
}

/* The service manager shows the first line of what was wrong. */
static void
note_reload(struct psd_daemon *daemon, int r, const struct psd_diag *diag)
{
	const char *why = diag->text != NULL ? diag->text : strerror(-r);

	daemon->refused_reload[0] = '\0';
	if (r < 0)
		(void)snprintf(daemon->refused_reload,
		    sizeof(daemon->refused_reload), "%.*s",
		    (int)strcspn(why, "\n"), why);
}

/* Policies are read, and ports bound, with all that may be had. */
static int
reload(struct psd_daemon *daemon, bool dry_run, struct psd_diag *diag,
    void (*change)(void *cookie, char sign, const char *text), void *cookie)
{
	int r = psd_caps_raise();

	if (r < 0)
		return r;
	r = psd_reload(daemon, dry_run, diag, change, cookie);
	/* Without memory for that they stay until the next time. */
	(void)psd_in_use_lower_caps(daemon);
	return r;
}

int
psd_daemon_reload(struct psd_daemon *daemon, bool dry_run,
    struct psd_diag *diag,
    void (*change)(void *cookie, char sign, const char *text), void *cookie)
{
	int r;

	if (daemon->is_stopping)
		return -ESHUTDOWN;
	daemon->turns.work = PSD_WORK_RELOAD;
	if (dry_run)
		return reload(daemon, true, diag, change, cookie);
	psd_notify_reloading();
	daemon->is_loading = true;
	r = reload(daemon, false, diag, change, cookie);
	daemon->is_loading = false;
	psd_daemon_log_diag(diag);
	note_reload(daemon, r, diag);
	if (r < 0)
		psd_say(PSD_MESSAGE_reload_refused, NULL, 0);
	else
		say_count(PSD_MESSAGE_reloaded, "PRIVSEP_GENERATION",
		    daemon->generation);
	if (daemon->was_ready)
		psd_notify_ready(daemon);
	else /* It may have taken away what the start still waited for. */
		psd_daemon_check_ready(daemon);
	return r;
}

static int
on_stop_signal(sd_event_source *source, const struct signalfd_siginfo *info,
    void *userdata)
{
	(void)source;
	(void)info;
	psd_daemon_stop(userdata);
	return 0;
}

static int
on_reload_signal(sd_event_source *source, const struct signalfd_siginfo *info,
    void *userdata)
{
	struct psd_diag diag;

	(void)source;
	(void)info;
	psd_diag_init(&diag);
	(void)psd_daemon_reload(userdata, false, &diag, NULL, NULL);
	psd_diag_free(&diag);
	return 0;
}

/*
 * Before anything else that has come: a signal that was read must not be lost
 * by a re-exec.
 */
static int
add_signal(struct psd_daemon *daemon, int number, sd_event_signal_handler_t on)
{
	sd_event_source *source = NULL;
	int r;

	r = sd_event_add_signal(daemon->event, &source, number, on, daemon);
	if (r >= 0)
		r = sd_event_source_set_priority(source,
		    SD_EVENT_PRIORITY_IMPORTANT);
	if (r >= 0)
		r = sd_event_source_set_floating(source, true);
	sd_event_source_unref(source);
	return r;
}

int
psd_daemon_open_loop(struct psd_daemon *daemon)
{
	sigset_t signals;
	int r;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGHUP);
	/* A reader of our standard error that is gone must not end us. */
	(void)sigaddset(&signals, SIGPIPE);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
		return -errno;
	r = sd_event_new(&daemon->event);
	if (r >= 0)
		r = psd_dispose_init(daemon->event);
	if (r >= 0)
		r = psd_ending_open(daemon);
	if (r >= 0)
		r = add_signal(daemon, SIGTERM, on_stop_signal);
	if (r >= 0)
		r = add_signal(daemon, SIGINT, on_stop_signal);
	/* A monitor's server, and a filter, have the plan they were given. */
	if (r >= 0 && !daemon->config.is_monitor && !daemon->config.is_run)
		r = add_signal(daemon, SIGHUP, on_reload_signal);
	/* Fed from the loop, so that a loop that hangs is noticed. */
	if (r >= 0)
		r = sd_event_set_watchdog(daemon->event, true);
	return r < 0 ? r : 0;
}

/*
 * Whoever waits for an answer comes before those who have ended.  The loop lets
 * what comes first come first for ever, so after some turns one of them is
 * looked for: helpers that ask without end keep nobody from being seen.
 */
int
psd_daemon_run(struct psd_daemon *daemon)
{
	int r = 0, status;

	for (unsigned turn = 1;
	     r >= 0 && sd_event_get_state(daemon->event) != SD_EVENT_FINISHED;
	     turn++) {
		r = psd_loop_turn(daemon);
		if (r >= 0 && turn % TURNS == 0)
			psd_ending_step(daemon);
		psd_turn_end(daemon);
	}
	if (r >= 0)
		r = sd_event_get_exit_code(daemon->event, &status);
	return r < 0 ? r : status;
}
