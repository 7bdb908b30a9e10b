/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_SHOW_H
#define PSD_CTL_SHOW_H

#include <jansson.h>

/*
 * status for people, from what it is for programs: an object with daemon,
 * services and instances, whose members are named as the replies' fields.
 */
void psd_ctl_show_overview(const json_t *all);

/* The one service in it, with its instances. */
void psd_ctl_show_service(const json_t *all);

#endif
