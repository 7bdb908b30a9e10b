/* SPDX-License-Identifier: ISC */
#include "daemon/resume.h"

#include "common/fd.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/message.h"
#include "common/version.h"
#include "daemon/caps.h"
#include "daemon/carry.h"
#include "daemon/in_use.h"
#include "daemon/leaves.h"
#include "daemon/leftover.h"
#include "daemon/loaded.h"
#include "daemon/lookup.h"
#include "daemon/manager.h"
#include "daemon/notify.h"
#include "daemon/own_filter.h"
#include "daemon/proc_fd.h"
#include "daemon/reexec.h"
#include "daemon/rehearsal.h"
#include "daemon/service.h"
#include "daemon/spawn.h"
#include "daemon/store.h"
#include "daemon/sysctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Nothing is freed or closed in an orderly way, which would take sockets and
 * control groups from whoever still uses them.
 */
static _Noreturn void
give_up(const char *why)
{
	psd_log(LOG_ERR, "cannot go on with what was left: %s", why);
	_exit(EXIT_FAILURE);
}

struct psd_state_reader *
psd_resume_read(int fd, unsigned first)
{
	struct psd_state_reader *reader = psd_state_read(fd);

	if (reader == NULL)
		give_up(strerror(errno));
	if (psd_state_error(reader) < 0)
		give_up(psd_state_wrong(reader));
	psd_fd_close(fd);
	psd_state_close_others(reader, first);
	return reader;
}

/* Takes what policies call for back into the effective set, or tells. */
static int
settle_privileges(struct psd_daemon *daemon, bool is_rehearsal,
    struct psd_diag *diag)
{
	size_t n = 0;
	_cleanup_free_ const struct psd_policy **policies =
	    psd_in_use_policies(daemon, &n);
	int r;

	if (policies == NULL)
		return -ENOMEM;
	r = psd_caps_missing(policies, n, diag);
	if (psd_own_filter_check(policies, n, diag) < 0)
		r = -EPERM;
	if (r < 0 || is_rehearsal)
		return r;
	r = psd_caps_keep(policies, n, &daemon->config.keep_caps, diag);
	if (r < 0)
		return r;
	/* Not dumpable again, and what is kept survives the next exec. */
	r = psd_spawn_prepare_process();
	if (r < 0 && !(r == -EPERM && daemon->host.is_unprivileged))
		return r;
	/* Where the filter is in force already, no second one goes on top. */
	return psd_own_filter_load(policies, n, &daemon->config.keep_calls,
	    diag);
}

static int
become(struct psd_daemon *daemon, struct psd_state_reader *reader)
{
	const bool is_rehearsal = daemon->config.is_rehearsal;
	struct psd_diag diag;
	int r;

	r = psd_proc_fd_init();
	if (r == 0)
		r = psd_daemon_open_loop(daemon);
	if (r < 0)
		return r;
	psd_sysctl_init();
	r = psd_carry_load(reader, daemon);
	if (r < 0) {
		psd_log(LOG_ERR, "%s", psd_state_wrong(reader));
		return r;
	}
	psd_diag_init(&diag);
	r = settle_privileges(daemon, is_rehearsal, &diag);
	psd_daemon_log_diag(&diag);
	psd_diag_free(&diag);
	return r;
}

static void
say_done(const struct psd_daemon *daemon)
{
	char times[12], helpers[12];
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_TIME", times },
		{ "PRIVSEP_VERSION", PSD_VERSION },
		{ "PRIVSEP_HELPERS", helpers },
	};

	(void)snprintf(times, sizeof(times), "%u", daemon->n_reexecs);
	(void)snprintf(helpers, sizeof(helpers), "%u", daemon->n_instances);
	psd_say(PSD_MESSAGE_reexecuted, fields, PSD_ELEMENTS(fields));
}

/* What was left to be done, in the order in which it was. */
static int
go_on(struct psd_daemon *daemon)
{
	struct psd_service *service, *next;
	int r;

	/* What is in it was put there before. */
	if (daemon->had_store) {
		psd_store_resume(&daemon->store);
		daemon->manager |= PSD_MANAGER_STORE;
	}
	r = psd_carry_answer_calls(daemon);

	for (service = TAILQ_FIRST(&daemon->services); service != NULL;
	     service = next) {
		next = TAILQ_NEXT(service, of_daemon);
		psd_service_thin(service);
		psd_service_fill(service);
		psd_clients_serve(service);
		psd_service_watch_listeners(service);
		psd_service_reap(service);
	}
	psd_leftover_resume(daemon);
	psd_leaves_resume(daemon);
	say_done(daemon);
	if (daemon->was_ready)
		psd_notify_ready(daemon);
	psd_reexec_answer(daemon, false, "");
	return r;
}

int
psd_resume(struct psd_daemon *daemon, struct psd_state_reader *reader)
{
	const int r = become(daemon, reader);

	if (r < 0)
		give_up(strerror(-r));
	psd_state_reader_free(reader);
	if (daemon->config.is_rehearsal) {
		(void)dprintf(STDOUT_FILENO, PSD_REHEARSAL_WORD "%s\n",
		    PSD_VERSION);
		_exit(EXIT_SUCCESS);
	}
	return go_on(daemon);
}
