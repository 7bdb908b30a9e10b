/* SPDX-License-Identifier: ISC */
#ifndef TEST_INSTALL_RIG_H
#define TEST_INSTALL_RIG_H

#include "tests/support/daemon_rig.h"

/*
 * A daemon whose program is DIR/privsepd.  Puts one there, in the place of
 * whatever it is, as an upgrade would; the first time before the start.
 */
void install_rig_put(struct daemon_rig *rig, const char *program);

/* The privsepd that was built. */
const char *install_rig_ours(void);

#endif
