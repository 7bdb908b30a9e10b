/* SPDX-License-Identifier: ISC */
#include "tests/support/plan_rig.h"

#include "common/fd.h"
#include "policy/load.h"
#include "tests/support/dir.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

struct psd_host plan_rig_host;

int
plan_rig_prepare(void)
{
	const struct psd_host_settings settings = {
		.uid_first = spawn_rig_uid(),
		.n_uids = 64,
	};
	struct psd_diag diag;
	int r;

	if (geteuid() != 0 || test_under_valgrind())
		return spawn_rig_prepare();
	psd_diag_init(&diag);
	r = psd_host_init(&plan_rig_host, &settings, &diag);
	if (r < 0)
		printf("1..0 # SKIP no host: %s\n", diag.text);
	psd_diag_free(&diag);
	return r < 0 ? 77 : spawn_rig_prepare();
}

int
plan_rig_load(struct plan_rig *rig, const char *program,
    const char *helper_lines, const char *policy_lines)
{
	char text[8192], path[256];

	*rig = (struct plan_rig){
		.dir = test_dir_make(),
		.spawn.pair = PSD_NO_FD,
		.spawn.child = { .pidfd = PSD_NO_FD,
		    .listener = PSD_NO_FD,
		    .report = PSD_NO_FD },
	};
	psd_diag_init(&rig->diag);
	/* A path, or the name of a program of tests/helpers/. */
	if (program[0] == '/')
		(void)snprintf(rig->spawn.program, sizeof(rig->spawn.program),
		    "%s", program);
	else
		spawn_rig_program(rig->spawn.program,
		    sizeof(rig->spawn.program), program);
	(void)snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=%s%s\n[Policy]\n%s\n", rig->spawn.program,
	    helper_lines, policy_lines);
	if (rig->dir == NULL || test_dir_write(rig->dir, "t.policy", text) < 0)
		return -ENOMEM;
	(void)snprintf(path, sizeof(path), "%s/t.policy", rig->dir);
	rig->policy = psd_policy_load_file(path, PSD_LOAD_HOLD | PSD_LOAD_TRUST,
	    &rig->diag);
	if (rig->policy == NULL)
		return -EBADMSG;
	rig->prepared =
	    psd_plan_prepare(&plan_rig_host, rig->policy, &rig->diag);
	return rig->prepared == NULL ? -EINVAL : 0;
}

int
plan_rig_start(struct plan_rig *rig, bool plain)
{
	rig->spawn.plan = rig->prepared->plan;
	if (plain) {
		rig->spawn.plan.filter = NULL;
		rig->spawn.plan.want_listener = false;
	}
	rig->spawn.birth = (struct psd_birth){
		.uid = spawn_rig_uid(),
		.gid = spawn_rig_uid(),
		.stderr_fd = PSD_NO_FD,
		.cgroup_fd = PSD_NO_FD,
	};
	return spawn_rig_start(&rig->spawn);
}

void
plan_rig_free(struct plan_rig *rig)
{
	spawn_rig_stop(&rig->spawn);
	psd_plan_free(rig->prepared);
	psd_policy_free(rig->policy);
	psd_diag_free(&rig->diag);
	test_dir_remove(rig->dir);
}
