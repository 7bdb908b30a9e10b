/* SPDX-License-Identifier: ISC */
#ifndef TEST_STATE_CHANGE_H
#define TEST_STATE_CHANGE_H

#include "tests/support/daemon_rig.h"

#include <stdint.h>

/* In the place of a field: what stands before all fields. */
#define STATE_CHANGE_NUMBER "(number)"
#define STATE_CHANGE_SIZE "(size)"

enum { STATE_CHANGE_ALL = INT32_MAX };

/* One field of the nth such record of daemon/state.def, from 0, or of all. */
struct state_change {
	const char *record;
	unsigned nth;
	const char *field;
	uint64_t value;
	const char *wrong; /* what is said of it, for the test */
};

/*
 * For a test that stands as DIR/privsepd (install_rig_put()), and so is what
 * the daemon executes for a rehearsal and after it: main() begins with this,
 * which does not return then.  It changes the state as is wanted below, and
 * executes the privsepd that was built.
 */
void state_change_rehearse(int argc, char **argv);

/* Status and words of privsepctl reexec --dry-run with such a state. */
int state_change_try(const struct daemon_rig *rig,
    const struct state_change *change, const char **ret_text);

/*
 * The same of a re-exec, after which it is what the daemon goes on with.  Once:
 * then its program is the privsepd that was built.
 */
int state_change_make(const struct daemon_rig *rig,
    const struct state_change *change, const char **ret_text);

#endif
