/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_ALONE_H
#define FAULTS_ALONE_H

#include "tests/support/daemon_rig.h"

/* What can be told of a daemon that nobody traces. */

/* Has our child ended?  It is not waited for. */
bool alone_has_ended(pid_t daemon);

/* Has it nothing to do, within some seconds? */
bool alone_sleeps(pid_t daemon);

/* What it said last. */
void alone_print_log(const struct daemon_rig *rig);

#endif
