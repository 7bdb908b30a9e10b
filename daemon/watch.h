/* SPDX-License-Identifier: ISC */
#ifndef PSD_WATCH_H
#define PSD_WATCH_H

#include "daemon/instance.h"

#include <linux/seccomp.h>

/*
 * ReportOpens=: one program, and its watcher.  The daemon receives each call
 * that its filter tells of, as always, and answers it; of one that names
 * something in the program's memory it asks the watcher first, and the program
 * waits for as long.  One call at a time, so that nothing grows.
 */
struct psd_watch;

/*
 * Gives a program whose uid is known its watcher, before it is started.  0, or
 * -ENOMEM; a watcher that cannot be started is told, and done without.
 */
int psd_watch_begin(struct psd_instance *program);

/*
 * Asks what a call names; then psd_denial_settle() is called with the answer,
 * later.  False when there is nothing to ask, or nobody.
 */
bool psd_watch_ask(struct psd_instance *program,
    const struct seccomp_notif *request);

/* Its watcher's process, or 0. */
pid_t psd_watch_pid(const struct psd_instance *program);

/* What was found of what a program that has one named. */
struct psd_reports *psd_watch_reports(struct psd_instance *program);

/* A watcher has said hello, has answered, or is lost. */
void psd_watch_ready(struct psd_instance *watcher);
void psd_watch_answer(struct psd_instance *watcher, struct psd_frame *frame);
void psd_watch_lost(struct psd_instance *watcher);

/*
 * What lasts of it beyond this process; what it has reported may be reported
 * once more.
 */
struct psd_watch_carried {
	struct psd_instance *watcher; /* or NULL */
	bool is_ready, holds;
	unsigned starts;
	uint32_t id;
	struct seccomp_notif held;
};
void psd_watch_tell(const struct psd_instance *program,
    struct psd_watch_carried *ret);

/* 0 or -ENOMEM; the watcher is tied to it when it is there. */
int psd_watch_resume(struct psd_instance *program,
    const struct psd_watch_carried *carried);
void psd_watch_tie(struct psd_instance *program, struct psd_instance *watcher);

/*
 * The program has ended, or was not started: so does its watcher, to whom the
 * uid belongs from now on.
 */
void psd_watch_end(struct psd_instance *program);

#endif
