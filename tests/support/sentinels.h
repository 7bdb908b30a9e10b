/* SPDX-License-Identifier: ISC */
#ifndef TEST_SENTINELS_H
#define TEST_SENTINELS_H

#include "tests/support/daemon_rig.h"

#include <stdint.h>

/*
 * Makes DIR/files/inside, which is to be granted, with a file and with what
 * should not be opened there, and inside2 and outside with a secret each; and
 * scratch, where all may be removed, with links that lead out.
 */
void sentinels_make(const struct daemon_rig *rig);

/* Makes the links of scratch anew, which may have been removed. */
void sentinels_refresh(const struct daemon_rig *rig);

/*
 * A number made of what no attack may change: names, owners, sizes, times and
 * content of these, of the policies and of the runtime directory.
 */
uint64_t sentinels_sum(const struct daemon_rig *rig);

#endif
