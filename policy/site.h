/* SPDX-License-Identifier: ISC */
#ifndef PSD_SITE_H
#define PSD_SITE_H

#include "policy/build.h"
#include "policy/domain.h"

/* A host's name and a port there: "db.example.org:5432". */

/*
 * Takes it apart: the host in the one spelling of policy/domain.h.  False when
 * it is none; a port is 1 to 65535, in digits without a zero before them.
 */
bool psd_site_parse(const char *text, size_t len,
    char ret_host[PSD_DOMAIN_SIZE], uint16_t *ret_port);

/*
 * Of a line, "*.example.org:443,8000-8099": the pattern becomes grant's host,
 * the ports its reach, which means all addresses that are not special.  NULL,
 * or what is wrong.
 */
const char *psd_site_grant(struct psd_build *build, const char *word,
    struct psd_grant *grant);

/* "to=10.0.0.0/8": the addresses of grant's reach.  NULL, or what is wrong. */
const char *psd_site_to(struct psd_build *build, const char *word,
    struct psd_grant *grant);

#endif
