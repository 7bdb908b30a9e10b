/* SPDX-License-Identifier: ISC */
#ifndef PSD_UID_H
#define PSD_UID_H

#include "policy/diag.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* UidRange='s default, 1900000000-1900065535. */
enum { PSD_UID_FIRST = 1900000000, PSD_UIDS = 65536 };

/*
 * The uids (and gids of the same numbers) that helpers get, one each.  A uid
 * is given again only when no process has it, since processes of one uid can
 * attack each other.
 */
struct psd_uid_range {
	uid_t first;
	uint32_t n;
	uint32_t next;          /* where the search begins */
	uint32_t n_quarantined; /* released, but a process still has it */
	uint32_t swept;         /* where the next sweep begins */
	unsigned char *states;  /* one for each; owned */
	int lock_fd;            /* of psd_uid_range_share(); owned */
};

/*
 * Checks the range against the uid map that we live in, /etc/passwd,
 * /etc/subuid and /etc/subgid, and passes over uids that processes have at
 * present.  0, or -errno with diag.
 */
int psd_uid_range_init(struct psd_uid_range *range, uid_t first, uint32_t n,
    struct psd_diag *diag);

/*
 * One whose uids were checked and given out before this process was executed
 * anew: made as it was, uid by uid.  0 or -ENOMEM; false: not of the range, or
 * somebody's already.
 */
int psd_uid_range_make(struct psd_uid_range *range, uid_t first, uint32_t n,
    uint32_t next);
bool psd_uid_adopt(struct psd_uid_range *range, uid_t uid);
bool psd_uid_quarantine(struct psd_uid_range *range, uid_t uid);

/* Of a uid of the range. */
bool psd_uid_is_quarantined(const struct psd_uid_range *range, uid_t uid);

void psd_uid_range_free(struct psd_uid_range *range);

/*
 * Shares the range with whoever else does so by the same file: what one has
 * taken none of the others gets.  Begins the search anywhere, so that one who
 * takes a single uid does not get the last one's.  Takes over lock_fd.
 */
void psd_uid_range_share(struct psd_uid_range *range, int lock_fd);

/* 0 and a uid that no process has, or -EAGAIN when all are in use. */
int psd_uid_take(struct psd_uid_range *range, uid_t *ret_uid);

/*
 * Gives back a uid whose helper is dead.  If other processes have it (which
 * the helper left behind), they are killed, and it is in quarantine until
 * they are gone.
 */
void psd_uid_release(struct psd_uid_range *range, uid_t uid);

/*
 * Kills what still has a uid in quarantine and releases those that nobody
 * has any more; for a timer, as long as n_quarantined is not 0.  Looks at a
 * bounded number of them.
 */
void psd_uid_sweep(struct psd_uid_range *range);

#endif
