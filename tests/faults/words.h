/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_WORDS_H
#define FAULTS_WORDS_H

#include "tests/support/daemon_rig.h"

/* What a daemon said, line by line. */

/* Remembers what one says that nothing happens to. */
void words_note_usual(const struct daemon_rig *rig);

/*
 * The last line that says what failed: none of those, and not one that only
 * points to others.  NULL: there is none.  Valid until the next.
 */
const char *words_of_failure(const struct daemon_rig *rig);

#endif
