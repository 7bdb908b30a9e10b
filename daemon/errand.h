/* SPDX-License-Identifier: ISC */
#ifndef PSD_ERRAND_H
#define PSD_ERRAND_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What a child does to a socket of the daemon's in the name of a helper.  Who
 * connects to a local socket, or is connected to, asks the kernel with whom it
 * speaks (SO_PEERCRED), and is told who called connect(2) or listen(2): that
 * must not be the daemon, which everybody trusts.
 */
enum psd_errand_kind {
	PSD_ERRAND_CONNECT, /* connect to place (O_PATH) */
	PSD_ERRAND_BIND,    /* bind to name in the directory place */
	PSD_ERRAND_LISTEN,  /* the same, and listen */
};

struct psd_errand_task {
	enum psd_errand_kind kind;
	int fd; /* the socket, which the child's acts upon: it is the same */
	int place;
	const char *name;
};

struct psd_errand;
struct psd_instance;

/* Told how it ended: 0 or -errno.  Called once. */
typedef void psd_errand_done(void *cookie, int status);

/*
 * Sends a child, which has the helper's ids from before it connects or
 * listens, and of the daemon's privileges only that to write to the socket it
 * connects to.  done is called from the loop, with -ETIMEDOUT after usec,
 * unless *ret, valid until then, is given to psd_errand_cancel() before.  The
 * task is borrowed for the call alone.  Returns 0 or -errno.
 */
int psd_errand_begin(const struct psd_instance *peer,
    const struct psd_errand_task *task, uint64_t usec, psd_errand_done *done,
    void *cookie, struct psd_errand **ret);

/* Ends it before done was called, and frees it.  NULL is fine. */
void psd_errand_cancel(struct psd_errand *errand);

#endif
