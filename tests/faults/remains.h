/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_REMAINS_H
#define FAULTS_REMAINS_H

#include "tests/support/daemon_rig.h"

#include <stdbool.h>
#include <sys/types.h>

/* What a daemon leaves when it has ended; nobody traces or follows it now. */

/* Files that it may leave in its runtime directory: what it leaves now. */
void remains_note_usual(const struct daemon_rig *rig);

/*
 * Its processes end, it leaves no other files than those, no control group and,
 * with the service manager, no descriptor of what is no listener.  NULL, or
 * what is left.  With is_killed the files and the group are the next one's to
 * remove.
 */
const char *remains_of(const struct daemon_rig *rig, pid_t daemon,
    bool is_killed);

/* Is there a control group that it has made? */
bool remains_group(pid_t daemon);

#endif
