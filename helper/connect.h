/* SPDX-License-Identifier: ISC */
#ifndef PSD_CONNECT_H
#define PSD_CONNECT_H

#include "helper/conversation.h"

/*
 * A client's conversation over fd, which it takes over also when it fails,
 * once the other side has answered its hello: with a helper, or with the
 * daemon's refusal.  service is what privsep_service() will tell.
 */
int psd_client_begin(struct privsep **ret, int fd, const char *service);

#endif
