/* SPDX-License-Identifier: ISC */
#ifndef PSD_GRANT_RIGHTS_H
#define PSD_GRANT_RIGHTS_H

#include "policy/build.h"

/*
 * What stands in a line about modes and owners of files: lists joined by
 * commas, kept as psd_print_mode() and psd_print_owner() write them, so that a
 * request's value is one of them or not.  A Deny line may say "*", which is all
 * of them.  Each reads a word into grant, and returns NULL, or what is wrong
 * with it; when memory is short that is told, and the result is NULL.
 */

/* "0640,0600": each is granted as it is, not what lies below it. */
const char *psd_grant_modes(struct psd_build *build, const char *word,
    struct psd_grant *grant);

/* "alice,:www-data,33:33", see policy/user.h. */
const char *psd_grant_owners(struct psd_build *build, const char *word,
    struct psd_grant *grant);

#endif
