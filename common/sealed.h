/* SPDX-License-Identifier: ISC */
#ifndef PSD_SEALED_H
#define PSD_SEALED_H

#include "common/confine.h"

#include <stdint.h>

/*
 * The plan by which a server confines itself: its monitor writes it into
 * memory that is sealed then, and the library in the server reads it.  Both
 * are of one host, so numbers are its own.
 */

/* Descriptors that the server may keep beside those that are numbered. */
enum psd_keep {
	PSD_KEEP_STDIO = 1 << 0,     /* 0, 1 and 2 as they are */
	PSD_KEEP_LISTENERS = 1 << 1, /* sockets that listen */
	PSD_KEEP_SOCKETS = 1 << 2,   /* all sockets */
	PSD_KEEP_EVENTS = 1 << 3,    /* epoll, eventfd, timerfd, signalfd */
	PSD_KEEP_ALL = (1 << 4) - 1,
};

enum {
	PSD_SEALED_LIMITS_MAX = RLIM_NLIMITS,
	PSD_SEALED_NUMBERS_MAX = 64,
};

struct psd_sealed {
	uid_t uid; /* of set_ids; neither is 0 */
	gid_t gid;
	bool set_ids;         /* as in struct psd_confine */
	bool is_unprivileged; /* likewise */
	bool want_listener;   /* likewise; there is a filter then */
	bool has_landlock;    /* a ruleset comes beside the plan */
	bool has_output;      /* so does where standard error goes */
	int report_number;    /* no less than the hard limit of descriptors */
	uint32_t keep;        /* PSD_KEEP_* */
	size_t n_numbers;
	int numbers[PSD_SEALED_NUMBERS_MAX]; /* of descriptors it may keep */
	size_t n_limits;
	struct psd_limit limits[PSD_SEALED_LIMITS_MAX];
	struct sock_fprog filter, plain_filter; /* of length 0: none */
	void *own; /* what the filters lie in when it was read */
};

/*
 * Makes the sealed memory.  Returns its descriptor, which is the caller's, or
 * -errno; -EINVAL: more than there is room for.
 */
int psd_sealed_write(const struct psd_sealed *sealed);

/*
 * Reads what another process wrote, to its last byte.  -EBADMSG: it is not
 * sealed, of another version, or means nothing.  psd_sealed_free() frees it.
 */
int psd_sealed_read(int fd, struct psd_sealed *ret);
void psd_sealed_free(struct psd_sealed *sealed);

#endif
