/* SPDX-License-Identifier: ISC */
#ifndef PSD_POLICY_INETD_H
#define PSD_POLICY_INETD_H

#include "policy/build.h"

/*
 * What is said of Type=inetd alone, and what makes no sense with it: notes a
 * setting as it is read, and tells when all are.
 */
void psd_inetd_note(struct psd_build *build, const char *key,
    const struct psd_setting *setting);
void psd_inetd_finish(struct psd_build *build);

#endif
