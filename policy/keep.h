/* SPDX-License-Identifier: ISC */
#ifndef PSD_KEEP_H
#define PSD_KEEP_H

#include "policy/build.h"

/*
 * What a word of KeepFDs= names: 0 and one of PSD_KEEP_* in *ret_kind, or 0
 * there and a descriptor's number in *ret_number; -EINVAL: nothing.
 */
int psd_keep_find(const char *word, uint32_t *ret_kind, int *ret_number);

/* Does what the policy says go with its Type=?  Errors otherwise. */
void psd_keep_check(struct psd_build *build);

#endif
