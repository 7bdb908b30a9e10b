/* SPDX-License-Identifier: ISC */
#ifndef PSD_FINISH_NET_H
#define PSD_FINISH_NET_H

#include "policy/build.h"

/*
 * Warns of Allow lines whose sockets send where no line says, since the
 * policy lets system calls pass that name an address.
 */
void psd_finish_net(struct psd_build *build);

#endif
