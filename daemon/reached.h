/* SPDX-License-Identifier: ISC */
#ifndef PSD_REACHED_H
#define PSD_REACHED_H

#include "daemon/instance.h"

/*
 * Limits that a helper has reached, where the kernel limits its control group:
 * told in its name, and counted for its service.
 */

/*
 * From its start on the kernel tells of them.  Where it does not, they are told
 * as the helper ends.
 */
void psd_reached_watch(struct psd_instance *instance);

/* Tells what is new. */
void psd_reached_look(struct psd_instance *instance);

/* Tells what is new for the last time; its leaf may be given away. */
void psd_reached_end(struct psd_instance *instance);

#endif
