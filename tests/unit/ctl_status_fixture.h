/* SPDX-License-Identifier: ISC */
#ifndef TEST_CTL_STATUS_FIXTURE_H
#define TEST_CTL_STATUS_FIXTURE_H

/* A daemon with two services, of three instances each. */
#include "common/codec.h"
#include "tests/unit/ctl_against.h"

#include <errno.h>

static inline int
tell_status(struct psd_ctl_status_rep *rep)
{
	rep->version = psd_str_of("9.8.7");
	rep->pid = 4711;
	rep->uptime_usec = 7500000000;
	rep->services = 2;
	rep->instances = 3;
	rep->generation = 5;
	rep->layers = psd_str_of("uid filter");
	rep->missing = psd_str_of("landlock: not in this kernel\ncgroup");
	rep->policy_dirs = psd_str_of("/a b\n/c");
	rep->capabilities = psd_str_of("cap_chown");
	rep->own_calls = 198;
	rep->own_filter_missing = psd_str_of("");
	rep->manager = psd_str_of("notify watchdog");
	rep->manager_missing = psd_str_of("store: none\njournal: no");
	return 0;
}

static inline int
tell_service(const struct psd_ctl_service_req *req,
    struct psd_ctl_service_rep *rep)
{
	if (strcmp(req->after.at, "www") >= 0)
		return -ENOENT;
	rep->name = psd_str_of(req->after.len == 0 ? "image" : "www");
	rep->type = psd_str_of("native");
	rep->state = psd_str_of("running");
	rep->listeners = psd_str_of("0.0.0.0:80\n[::]:80");
	rep->missing = psd_str_of(req->after.len == 0 ? "cgroup landlock" : "");
	rep->generation = 5;
	rep->instances = 3;
	rep->ready = 2;
	rep->instances_min = 2;
	rep->instances_max = 64;
	rep->started = 11;
	rep->failed_starts = 1;
	rep->orderly = 6;
	rep->abrupt = 7;
	rep->overdue = 8;
	rep->allowed = 1203;
	rep->refused = 4;
	rep->calls_refused = 9;
	rep->last_refused = psd_str_of("open(read, \"/etc/\033[2J\")");
	rep->last_failure = psd_str_of("exec\033[31m\xff failed");
	return 0;
}

static inline int
tell_instance(const struct psd_ctl_instance_req *req,
    struct psd_ctl_instance_rep *rep)
{
	if (req->after >= 3)
		return -ENOENT;
	rep->id = req->after + 1;
	rep->pid = 100;
	rep->uid = 1900000007;
	rep->state = psd_str_of("ready");
	rep->generation = 5;
	rep->age_usec = 1500000;
	rep->phase = psd_str_of(req->after == 0 ? "session" : "");
	rep->allowed = 401;
	rep->refused = 2;
	rep->waiting = 1;
	rep->clones = 2;
	return 0;
}

static inline int
tell_all(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	switch ((int)row->op) {
	case PSD_OP_ctl_status:
		return tell_status(&rep->as_ctl_status);
	case PSD_OP_ctl_service:
		return tell_service(&req->as_ctl_service, &rep->as_ctl_service);
	case PSD_OP_ctl_instance:
		return tell_instance(&req->as_ctl_instance,
		    &rep->as_ctl_instance);
	default:
		return -ENOSYS;
	}
}

#endif
