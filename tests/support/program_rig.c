/* SPDX-License-Identifier: ISC */
#include "tests/support/program_rig.h"

#include "common/fd.h"
#include "daemon/program.h"
#include "policy/load.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"
#include "tests/support/plan_rig.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { INSTANCES_MAX = 64, TURN_USEC = 100000, TURNS_MAX = 200 };

int
program_rig_prepare(void)
{
	return plan_rig_prepare();
}

static struct psd_policy *
load(const struct program_rig *rig, const char *name, const char *command,
    const char *lines)
{
	char text[4096], file[NAME_MAX], path[PATH_MAX];
	struct psd_policy *policy;
	struct psd_diag diag;

	(void)snprintf(text, sizeof(text),
	    "[Helper]\nType=program\nExecStart=%s\n%s\n[Policy]\n"
	    "SystemCallFilter=@helper @loader @basic-io @processes getcwd\n"
	    "AllowOpen=@runtime\n",
	    command, lines);
	(void)snprintf(file, sizeof(file), "%s.policy", name);
	(void)snprintf(path, sizeof(path), "%s/%s", rig->dir, file);
	assert_int_equal(test_dir_write(rig->dir, file, text), 0);
	psd_diag_init(&diag);
	policy =
	    psd_policy_load_file(path, PSD_LOAD_HOLD | PSD_LOAD_TRUST, &diag);
	if (policy == NULL)
		fail_msg("%s", diag.text);
	psd_diag_free(&diag);
	return policy;
}

void
program_rig_add(struct program_rig *rig, struct op_rig *op, const char *name,
    const char *command, const char *lines)
{
	const char *const dirs[] = { op->dir, NULL };
	struct psd_listeners none = { .n = 0 };
	struct psd_loaded *loaded;
	struct psd_diag diag;

	rig->op = op;
	rig->dir = test_dir_make();
	assert_non_null(rig->dir);
	/* The range of users is the process's, and goes back there. */
	op->daemon.host = plan_rig_host;
	op->daemon.host.cgroup.base_fd = PSD_NO_FD;
	op->daemon.config.instances_max = INSTANCES_MAX;
	op->daemon.is_stopping = false;
	psd_diag_init(&diag);
	loaded = psd_loaded_make(&op->daemon.host,
	    load(rig, name, command, lines), dirs, &diag);
	if (loaded == NULL)
		fail_msg("%s", diag.text);
	psd_diag_free(&diag);
	assert_int_equal(psd_service_add(&op->daemon, loaded, &none,
			     &rig->service),
	    0);
}

void
program_rig_remove(struct program_rig *rig)
{
	struct psd_daemon *daemon = &rig->op->daemon;

	psd_program_forget_caller(rig->op->instance);
	for (int i = 0; i < TURNS_MAX &&
	     (rig->service->n_instances > 0 || daemon->n_searches > 0 ||
		 daemon->host.uids.n_quarantined > 0);
	     i++)
		assert_true(sd_event_run(daemon->event, TURN_USEC) >= 0);
	assert_int_equal(rig->service->n_instances, 0);
	daemon->is_stopping = true;
	psd_service_remove(rig->service);
	daemon->sweep_source =
	    sd_event_source_disable_unref(daemon->sweep_source);
	plan_rig_host.uids = daemon->host.uids;
	test_dir_remove(rig->dir);
}
