/* SPDX-License-Identifier: ISC */
#ifndef PSD_ENDING_H
#define PSD_ENDING_H

#include "daemon/instance.h"

struct psd_daemon;

/* Of the loop, once, before any helper is started.  0 or -errno. */
int psd_ending_open(struct psd_daemon *daemon);

/*
 * Watches the pidfd, the sure end of a helper: when it fires, what is queued
 * is answered, the end is told as orderly, abrupt or overdue, whoever still
 * holds a copy of the helper's end is named and killed, and the instance is
 * freed.  0 or -errno.
 */
int psd_ending_watch(struct psd_instance *instance);

/*
 * One whose end was seen too early is not looked at until it is watched again;
 * and no more at all.
 */
void psd_ending_pause(struct psd_instance *instance);
void psd_ending_resume(struct psd_instance *instance);
void psd_ending_forget(struct psd_instance *instance);

/* The same at once, for one that may have ended: then it is freed. */
void psd_ending_seen(struct psd_instance *instance);

/*
 * The same for those of the service that have ended by now and whose turn has
 * not come; and for one of all helpers, if there is one.
 */
void psd_ending_look(struct psd_service *service);
void psd_ending_step(struct psd_daemon *daemon);

/*
 * When all are to end: a burial at once takes away what the loop would come to
 * one by one, the end of the conversation and that of the listener.
 */
void psd_ending_come_first(struct psd_daemon *daemon);

/*
 * RuntimeMaxSec= starts; or, once it has, is over at that time.  0 or -errno.
 */
int psd_ending_limit_runtime(struct psd_instance *instance);
int psd_ending_at(struct psd_instance *instance, uint64_t due_usec);

/* Frees an instance that has no process any more, or never had one. */
void psd_instance_free(struct psd_instance *instance);

#endif
