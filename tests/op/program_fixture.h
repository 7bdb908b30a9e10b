/* SPDX-License-Identifier: ISC */
#ifndef TEST_PROGRAM_FIXTURE_H
#define TEST_PROGRAM_FIXTURE_H

#include "common/codec.h"
#include "common/fd.h"
#include "tests/support/program_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

/* A helper and a program that it may run, by this name and others. */
static struct op_rig op;
static struct program_rig program;

enum { INPUTS_MAX = 8 };
static int inputs[INPUTS_MAX];
static size_t n_inputs;

static inline void
begin(const char *name, const char *command, const char *lines)
{
	op_rig_start(&op, NULL, "AllowRun=*");
	program_rig_add(&program, &op, name, command, lines);
}

static inline void
end(void)
{
	while (n_inputs > 0)
		psd_fd_close(inputs[--n_inputs]);
	program_rig_remove(&program);
	op_rig_stop(&op);
}

static inline int
run(const char *name, struct psd_run_rep *ret)
{
	struct psd_run_req req = { .program = psd_str_of(name) };

	return op_rig_ask(&op, PSD_OP_run, &req, ret);
}

/*
 * What comes by fd, while the loop goes round: a program may wait for an answer
 * about a call that its filter denies.
 */
static inline ssize_t
read_by(int fd, char *ret, size_t size)
{
	struct pollfd look = { .fd = fd, .events = POLLIN };

	while (poll(&look, 1, 0) == 0)
		assert_true(sd_event_run(op.daemon.event, 10000) >= 0);
	return read(fd, ret, size);
}

static inline void
close_ends(struct psd_run_rep *rep)
{
	psd_fd_cleanup(&rep->input);
	psd_fd_cleanup(&rep->output);
	psd_fd_cleanup(&rep->error);
}

/* One that runs until its input ends, or it is told to. */
static inline uint32_t
run_one(void)
{
	struct psd_run_rep rep;

	assert_int_equal(run("cat", &rep), 0);
	psd_fd_cleanup(&rep.output);
	psd_fd_cleanup(&rep.error);
	/* The program ends with its input. */
	assert_true(n_inputs < INPUTS_MAX);
	inputs[n_inputs++] = rep.input;
	return rep.handle;
}

static inline int
kill_program(uint32_t handle, int number)
{
	struct psd_kill_program_req req = { .handle = handle,
		.signal = (uint32_t)number };
	struct psd_kill_program_rep rep;

	return op_rig_ask(&op, PSD_OP_kill_program, &req, &rep);
}

/* The loop goes round until it has no program any more. */
static inline void
until_ended(void)
{
	for (int i = 0; i < 100 && program.service->n_instances > 0; i++)
		assert_true(sd_event_run(op.daemon.event, 100000) >= 0);
	assert_int_equal(program.service->n_instances, 0);
}

#endif
