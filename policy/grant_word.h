/* SPDX-License-Identifier: ISC */
#ifndef PSD_GRANT_WORD_H
#define PSD_GRANT_WORD_H

#include "policy/build.h"

/*
 * What stands in a line about files, settings and labels.  Each reads a word
 * into grant, and returns NULL, or what is wrong with it; when memory is
 * short that is told, and the result is NULL.
 */

/* "read,append", "any". */
const char *psd_grant_access(const char *word, struct psd_grant *grant);

/* "/srv/www/" and two stars, "-/run/x". */
const char *psd_grant_path(struct psd_build *build, const char *word,
    struct psd_grant *grant);

/* "net.ipv4.ip_forward", see policy/setting.h. */
const char *psd_grant_setting(struct psd_build *build, const char *word,
    struct psd_grant *grant);

/* "alice,www-*", see policy/label.h. */
const char *psd_grant_label(struct psd_build *build, const char *word,
    struct psd_grant *grant);

/* "*.example.org", see policy/domain.h. */
const char *psd_grant_host(struct psd_build *build, const char *word,
    struct psd_grant *grant);

#endif
