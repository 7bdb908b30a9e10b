/* SPDX-License-Identifier: ISC */
#ifndef PSD_STORE_LOOK_H
#define PSD_STORE_LOOK_H

#include "daemon/store.h"

/* What a socket says of itself, for daemon/store.c. */

bool psd_store_is_listening(int fd);

/* Does it listen at that place, and can it be reached there? */
bool psd_store_is_at(int fd, const struct psd_listen_place *place);

#endif
