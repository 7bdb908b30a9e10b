/* SPDX-License-Identifier: ISC */
#ifndef PSD_UID_CHECK_H
#define PSD_UID_CHECK_H

#include "policy/diag.h"

#include <stdint.h>
#include <sys/types.h>

/*
 * May helpers have these n uids and gids?  They must all exist in the user
 * namespace that we live in, and must belong to nobody: no user of
 * /etc/passwd, no range of /etc/subuid or /etc/subgid.  0, or -EINVAL with
 * diag.
 */
int psd_uid_check(uid_t first, uint32_t n, struct psd_diag *diag);

/* The same, for tests, with files of other names. */
struct psd_uid_files {
	const char *uid_map, *gid_map, *passwd, *subuid, *subgid;
};

int psd_uid_check_files(const struct psd_uid_files *files, uid_t first,
    uint32_t n, struct psd_diag *diag);

/* A line of /proc/PID/uid_map: these ids inside are those outside. */
struct psd_uid_map {
	uint64_t inside, outside, count;
};

/* 0 or -EINVAL. */
int psd_uid_map_parse(const char *line, struct psd_uid_map *ret);

#endif
