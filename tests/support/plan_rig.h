/* SPDX-License-Identifier: ISC */
#ifndef TEST_PLAN_RIG_H
#define TEST_PLAN_RIG_H

#include "daemon/plan.h"
#include "tests/support/spawn_rig.h"

/* From a policy's text to a helper, with all layers that there are. */
struct plan_rig {
	char *dir;
	struct psd_diag diag;
	struct psd_policy *policy;
	struct psd_prepared *prepared;
	struct spawn_rig spawn;
};

/* What psd_host_init() finds; once a program, with a range of its own. */
extern struct psd_host plan_rig_host;

/* 0, or 77 having said why: before spawn_rig_prepare(). */
int plan_rig_prepare(void);

/*
 * Prepares a policy whose [Helper] is "ExecStart=", program's path and
 * helper_lines, which so begin with arguments.  0, or -errno with what was
 * said in rig->diag.
 */
int plan_rig_load(struct plan_rig *rig, const char *program,
    const char *helper_lines, const char *policy_lines);

/* Starts a helper by it; plain: without a listener.  As spawn_rig_start(). */
int plan_rig_start(struct plan_rig *rig, bool plain);

void plan_rig_free(struct plan_rig *rig);

#endif
