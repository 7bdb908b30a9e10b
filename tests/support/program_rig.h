/* SPDX-License-Identifier: ISC */
#ifndef TEST_PROGRAM_RIG_H
#define TEST_PROGRAM_RIG_H

#include "tests/support/op_rig.h"

/* A service with Type=program beside that of an op_rig, which can run it. */
struct program_rig {
	struct op_rig *op;
	struct psd_service *service;
	char *dir;
};

/*
 * Once a process: 0, or 77 having said why.  From then on it is as little
 * privileged as a daemon's children are to be.
 */
int program_rig_prepare(void);

/* Adds a policy of this name that starts command, with lines of [Helper]. */
void program_rig_add(struct program_rig *rig, struct op_rig *op,
    const char *name, const char *command, const char *lines);

/* Before op_rig_stop(): ends its programs and waits until they have. */
void program_rig_remove(struct program_rig *rig);

#endif
