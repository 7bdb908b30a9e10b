/* SPDX-License-Identifier: ISC */
#include "daemon/reexec.h"

#include "common/codec.h"
#include "common/fd.h"
#include "common/log.h"
#include "common/message.h"
#include "common/version.h"
#include "daemon/call.h"
#include "daemon/carry.h"
#include "daemon/control.h"
#include "daemon/control_ops.h"
#include "daemon/dispose.h"
#include "daemon/leftover.h"
#include "daemon/rehearsal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WHY_SIZE = 512 };

struct psd_reexec {
	struct psd_rehearsal *rehearsal; /* under way */
	bool dry_run;
	struct stat program; /* that is rehearsed, */
	uint32_t generation; /* with these policies */
};

static struct psd_ctl_reexec_rep
reply(const struct psd_daemon *daemon, bool failed, const char *report)
{
	return (struct psd_ctl_reexec_rep){
		.failed = failed,
		.pid = (uint32_t)getpid(),
		.reexecs = daemon->n_reexecs,
		.version = psd_str_of(PSD_VERSION),
		.report = psd_str_of(report),
	};
}

void
psd_reexec_answer(struct psd_daemon *daemon, bool failed, const char *report)
{
	union psd_any_rep rep = {
		.as_ctl_reexec = reply(daemon, failed, report),
	};

	psd_control_finish(daemon->control, PSD_OP_ctl_reexec, 0, &rep);
}

void
psd_reexec_cancel(struct psd_daemon *daemon)
{
	if (daemon->reexec == NULL)
		return;
	psd_rehearsal_cancel(daemon->reexec->rehearsal);
	free(daemon->reexec);
	daemon->reexec = NULL;
}

int
psd_reexec_save(const struct psd_daemon *daemon,
    struct psd_state_writer *writer, char *ret_why, size_t size)
{
	int fd = -ENOMEM;

	if (writer != NULL) {
		psd_carry_save(writer, daemon);
		fd = psd_state_seal(writer);
	}
	if (fd < 0)
		(void)snprintf(ret_why, size,
		    "its state cannot be handed on: %s",
		    writer == NULL ? strerror(ENOMEM) : psd_state_why(writer));
	return fd;
}

static void
say_refused(const char *why)
{
	char line[PSD_TEXT_MAX];
	const struct psd_log_field reason = { "PRIVSEP_REASON", line };

	/* What a rehearsal said has lines of its own. */
	(void)snprintf(line, sizeof(line), "%s", why);
	for (char *at = line; *at != '\0'; at++)
		*at = *at == '\n' ? ' ' : *at;
	psd_say(PSD_MESSAGE_reexec_refused, &reason, 1);
}

/* The old one goes on, and says why. */
static void
refuse(struct psd_daemon *daemon, const char *why)
{
	say_refused(why);
	psd_reexec_cancel(daemon);
	psd_reexec_answer(daemon, true, why);
}

/*
 * From here on nothing is done but to execute the program, or to find that it
 * cannot be.  Returns -errno and why.
 */
static int
execute(struct psd_daemon *daemon, char *ret_why, size_t size)
{
	struct psd_state_writer *writer = psd_state_write();
	_cleanup_fd_ int state_fd =
	    psd_reexec_save(daemon, writer, ret_why, size);
	int r = state_fd;

	if (state_fd >= 0) {
		r = psd_state_let_go(writer);
		if (r == 0)
			r = psd_reexec_execute(daemon, "--resume", state_fd);
		psd_state_keep_back(writer);
		(void)snprintf(ret_why, size, "it cannot be executed: %s",
		    strerror(-r));
	}
	psd_state_writer_free(writer);
	return r;
}

static void
replace(struct psd_daemon *daemon)
{
	char why[WHY_SIZE];

	psd_leftover_finish();
	psd_dispose_kill();
	psd_carry_suspend_calls(daemon);
	(void)execute(daemon, why, sizeof(why));
	if (psd_carry_answer_calls(daemon) < 0)
		psd_log(LOG_CRIT, "no memory to go on with what waits");
	refuse(daemon, why);
}

/* The same file as the one that was rehearsed. */
static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int rehearse(struct psd_daemon *daemon, char *ret_why, size_t size);

static void
on_rehearsed(struct psd_daemon *daemon, bool is_good, const char *report)
{
	struct psd_reexec *reexec = daemon->reexec;
	const uint32_t generation = reexec->generation;
	const struct stat program = reexec->program;
	char why[WHY_SIZE];

	reexec->rehearsal = NULL;
	if (is_good &&
	    psd_reexec_look(&reexec->program, why, sizeof(why)) < 0) {
		is_good = false;
		report = why;
	}
	if (!is_good) {
		refuse(daemon, report);
	} else if (is_same(&program, &reexec->program) &&
	    generation == daemon->generation) {
		const bool dry_run = reexec->dry_run;

		psd_reexec_cancel(daemon);
		if (dry_run)
			psd_reexec_answer(daemon, false, "");
		else
			replace(daemon);
	} else if (rehearse(daemon, why, sizeof(why)) < 0) {
		/* What would be done was not what was rehearsed. */
		refuse(daemon, why);
	}
}

static int
rehearse(struct psd_daemon *daemon, char *ret_why, size_t size)
{
	struct psd_reexec *reexec = daemon->reexec;
	int r = psd_reexec_look(&reexec->program, ret_why, size);

	reexec->generation = daemon->generation;
	return r < 0 ? r
		     : psd_rehearsal_start(daemon, on_rehearsed,
			   &reexec->rehearsal, ret_why, size);
}

/* 0, or -errno and in ret_why one line of what is in the way. */
static int
begin(struct psd_daemon *daemon, bool dry_run, char *ret_why, size_t size)
{
	int r;

	if (daemon->is_stopping || daemon->reexec != NULL) {
		(void)snprintf(ret_why, size, "%s",
		    daemon->is_stopping ? "privsepd is about to end"
					: "it is being re-executed already");
		return -EBUSY;
	}
	(void)snprintf(ret_why, size, "%s", strerror(ENOMEM));
	daemon->reexec = calloc(1, sizeof(*daemon->reexec));
	if (daemon->reexec == NULL)
		return -ENOMEM;
	daemon->reexec->dry_run = dry_run;
	r = rehearse(daemon, ret_why, size);
	if (r < 0)
		psd_reexec_cancel(daemon);
	return r;
}

int
psd_do_ctl_reexec(struct psd_daemon *daemon,
    const struct psd_ctl_reexec_req *req, struct psd_ctl_reexec_rep *rep)
{
	static char why[WHY_SIZE]; /* that the reply points to */

	if (begin(daemon, req->dry_run != 0, why, sizeof(why)) == 0)
		return PSD_LATER;
	say_refused(why);
	*rep = reply(daemon, true, why);
	return 0;
}
