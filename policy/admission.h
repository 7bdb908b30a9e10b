/* SPDX-License-Identifier: ISC */
#ifndef PSD_ADMISSION_H
#define PSD_ADMISSION_H

#include "policy/build.h"

/* Somebody who wants to be a client, as the kernel knows him. */
struct psd_admission_who {
	uid_t uid;
	gid_t gid;
	const gid_t *groups; /* supplementary */
	size_t n_groups;
	const char *unit; /* NULL: none, or it cannot be told */
};

/* The word of Clients= that admits him, or NULL: he has no business here. */
const struct psd_admission *psd_admission_find(const struct psd_policy *policy,
    const struct psd_admission_who *who);

/* Does Clients= name any such, of which psd_admission_find() has to be told? */
bool psd_admission_has(const struct psd_policy *policy,
    enum psd_admission_kind kind);

/*
 * What mode and group of a socket can say of Clients=: 0660 and the group
 * when it names one group and nobody else but root, 0600 when it names root
 * alone, 0666 otherwise.  ret_gid is (gid_t)-1 where no group is said.
 */
mode_t psd_admission_mode(const struct psd_policy *policy, gid_t *ret_gid);

/* What is odd about the lines that say who may come. */
void psd_admission_check(struct psd_build *build);

#endif
