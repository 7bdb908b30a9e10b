/* SPDX-License-Identifier: ISC */
#ifndef PSD_NOTICE_H
#define PSD_NOTICE_H

#include <stddef.h>
#include <stdint.h>

/*
 * What a monitor and its server say over their pair before the conversation
 * begins: records of one size.
 */
enum psd_notice_kind {
	PSD_NOTICE_PLAN = 1,     /* by the monitor, with the plan, and with
				    ruleset and output as the plan says */
	PSD_NOTICE_CONFINED = 2, /* by the server, with a listener or without */
	PSD_NOTICE_REFUSED = 3,  /* by either: it comes to nothing */
};

enum { PSD_NOTICE_FDS_MAX = 3, PSD_NOTICE_TEXT_MAX = 512 };

struct psd_notice {
	char magic[8];
	uint32_t version;
	uint32_t kind;
	int32_t error;                  /* errno of REFUSED, else 0 */
	char text[PSD_NOTICE_TEXT_MAX]; /* its reason; ends with NUL */
};

/* One that was received. */
struct psd_noticed {
	struct psd_notice notice;
	int fds[PSD_NOTICE_FDS_MAX]; /* owned; PSD_NO_FD behind the last */
	size_t n_fds;
};

/* A notice of that kind with all that every notice has. */
struct psd_notice psd_notice_make(enum psd_notice_kind kind);

/* Sends it with descriptors, which stay the caller's.  0 or -errno. */
int psd_notice_send(int fd, const struct psd_notice *notice, const int *fds,
    size_t n_fds);

/* Sends REFUSED with its reason, as far as the other side is there. */
void psd_notice_refuse(int fd, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Waits so many milliseconds for a notice, or for ever (-1).  0;
 * -ETIMEDOUT; -EPIPE: the other side is gone; -EBADMSG: it was none, and
 * nothing of it is kept.
 */
int psd_notice_receive(int fd, int msec, struct psd_noticed *ret);

/* Closes what was not taken. */
void psd_notice_clear(struct psd_noticed *noticed);

#endif
