/* SPDX-License-Identifier: ISC */
#ifndef TEST_FAKE_CONTROL_H
#define TEST_FAKE_CONTROL_H

#include "common/ops.h"

#include <sys/types.h>

/*
 * Answers one question: fills ret_rep, which is zeroed, or returns -errno,
 * which is then the reply's status.
 */
typedef int fake_control_perform(const struct psd_op_row *row,
    const union psd_any_req *req, union psd_any_rep *ret_rep);

/* How it misbehaves beside that. */
enum fake_control_manners {
	FAKE_CONTROL_POLITE,
	FAKE_CONTROL_HANGS_UP,    /* after the question */
	FAKE_CONTROL_OTHER_ID,    /* in its reply */
	FAKE_CONTROL_OTHER_ROW,   /* likewise */
	FAKE_CONTROL_QUESTION,    /* in place of a reply */
	FAKE_CONTROL_SHORT_REPLY, /* a status of 0 without the fields */
	FAKE_CONTROL_BROKEN_REPLY,
};

/*
 * Listens on DIR/control.sock as a daemon does, in a child, until
 * test_child_kill().  Returns the child or -errno.
 */
pid_t fake_control_start(const char *dir, fake_control_perform *perform,
    enum fake_control_manners manners);

#endif
