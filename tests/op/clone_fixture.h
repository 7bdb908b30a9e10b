/* SPDX-License-Identifier: ISC */
#ifndef CLONE_FIXTURE_H
#define CLONE_FIXTURE_H

#include "common/fd.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"
#include "tests/support/fds.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cmocka.h>

/* The rig speaks over its own end; these speak over any. */

static inline int
ask_on(struct op_rig *rig, int fd, enum psd_op op, void *req, void *ret_rep)
{
	const int own = rig->helper;
	int r;

	rig->helper = fd;
	r = op_rig_ask(rig, op, req, ret_rep);
	rig->helper = own;
	return r;
}

static inline uint32_t
send_on(struct op_rig *rig, int fd, enum psd_op op, void *req)
{
	const int own = rig->helper;
	uint32_t id;

	rig->helper = fd;
	id = op_rig_send(rig, op, req);
	rig->helper = own;
	return id;
}

static inline int
take_on(struct op_rig *rig, int fd, enum psd_op op, uint32_t id, void *ret_rep)
{
	const int own = rig->helper;
	int r;

	rig->helper = fd;
	r = op_rig_take(rig, op, id, ret_rep);
	rig->helper = own;
	return r;
}

/* A clone of whoever speaks over fd, which has not said hello. */
static inline int
clone_on(struct op_rig *rig, int fd)
{
	struct psd_clone_req req = { .end = 0 };
	struct psd_clone_rep rep;

	assert_int_equal(ask_on(rig, fd, PSD_OP_clone, &req, &rep), 0);
	return rep.conversation;
}

static inline int
clone_raw(struct op_rig *rig)
{
	return clone_on(rig, rig->helper);
}

static inline void
greet_on(struct op_rig *rig, int fd)
{
	struct psd_hello_req req = { .oldest = 1, .newest = PSD_PROTOCOL };
	struct psd_hello_rep rep;

	assert_int_equal(ask_on(rig, fd, PSD_OP_hello, &req, &rep), 0);
}

static inline int
clone_greeted(struct op_rig *rig)
{
	const int fd = clone_raw(rig);

	greet_on(rig, fd);
	return fd;
}

static inline int
ping_on(struct op_rig *rig, int fd)
{
	struct psd_ping_req req = { .cookie = 7 };
	struct psd_ping_rep rep;

	return ask_on(rig, fd, PSD_OP_ping, &req, &rep);
}

static inline int
stat_on(struct op_rig *rig, int fd, const char *name)
{
	struct psd_stat_req req = { .path = op_rig_path(rig, name) };
	struct psd_stat_rep rep;

	return ask_on(rig, fd, PSD_OP_stat, &req, &rep);
}

static inline int
narrow_on(struct op_rig *rig, int fd, const char *lines)
{
	char filled[1024];
	struct psd_narrow_req req;
	struct psd_narrow_rep rep;

	op_rig_fill_in(filled, sizeof(filled), lines, rig->dir);
	req.lines = psd_str_of(filled);
	return ask_on(rig, fd, PSD_OP_narrow, &req, &rep);
}

static inline int
restrict_on(struct op_rig *rig, int fd, enum psd_op op)
{
	struct psd_restrict_req req = { .operation = (uint32_t)op };
	struct psd_restrict_rep rep;

	return ask_on(rig, fd, PSD_OP_restrict, &req, &rep);
}

static inline int
phase_on(struct op_rig *rig, int fd, const char *phase)
{
	struct psd_phase_req req = { .phase = psd_str_of(phase) };
	struct psd_phase_rep rep;

	return ask_on(rig, fd, PSD_OP_phase, &req, &rep);
}

#endif
