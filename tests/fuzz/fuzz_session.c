/* SPDX-License-Identifier: ISC */
/*
 * A whole conversation: requests of every operation, with descriptors, whole
 * or with some bytes turned, and arbitrary records among them, over a real
 * pair to the daemon's own loop and operations.  Whatever is said, an answer
 * can be decoded, a neighbour is answered, and no descriptor stays behind.
 *
 * The first byte of an input says how the conversation begins and ends (enum
 * manner), each step begins with one of enum step, and the rest of it is read
 * as it goes.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "daemon/ending.h"
#include "tests/support/fds.h"
#include "tests/support/sample.h"

#include <assert.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum manner {
	GREETS = 1 << 0,
	SHUTS_DOWN = 1 << 1,
	GOES_FIRST = 1 << 2, /* before the daemon's side is taken down */
};

enum step {
	IS_RAW = 1 << 0,
	IS_MISSING = 1 << 1,
	TURNS = 3 << 2, /* so many bytes are turned */
	IS_CUT = 1 << 4,
	HAS_FDS = 7 << 5, /* so many more than belong there */
};

enum { STEPS_MAX = 48, LINES_MAX = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at;
	size_t left;
};

/* Kept for all inputs; the first instance is the neighbour. */
static struct op_rig rig;
static struct psd_frame frame;
static int things[4];

static unsigned
take(struct input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

/* What would change the host, or start a program for each request. */
static bool
is_left_out(enum psd_op op)
{
	switch (op) {
	case PSD_OP_run:
	case PSD_OP_call:
	case PSD_OP_set_clock:
	case PSD_OP_adjust_clock:
	case PSD_OP_set_hostname:
	case PSD_OP_write_sysctl:
		return true;
	default:
		return false;
	}
}

static void
stop(void)
{
	op_rig_stop(&rig);
}

static void
start(void)
{
	static char lines[LINES_MAX] = "Phases=first second\n";
	size_t len = strlen(lines);
	int ends[2];

	/* Ports are its own, where that may be had. */
	(void)unshare(CLONE_NEWNET);
	for (size_t i = 0; i < psd_op_count; i++) {
		char line[SAMPLE_LINE_MAX];

		if (psd_op_rows[i].is_free || is_left_out(psd_op_rows[i].op))
			continue;
		sample_line(&psd_op_rows[i], "Allow", SAMPLE_COVERING, "",
		    line);
		len += (size_t)snprintf(lines + len, sizeof(lines) - len,
		    "%s\n", line);
		assert(len < sizeof(lines));
	}
	op_rig_start(&rig, "ListenStream=%s/socket", lines);
	assert(atexit(stop) == 0);
	assert(pipe(ends) == 0);
	things[0] = ends[0];
	things[1] = ends[1];
	things[2] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	things[3] = memfd_create("thing", MFD_CLOEXEC);
	assert(things[2] >= 0 && things[3] >= 0);
}

static void
check_answer(void)
{
	const struct psd_op_row *row = psd_op_find(frame.op);
	union psd_any_rep rep;
	int r;

	assert(frame.type == PSD_FRAME_REPLY && row != NULL);
	assert(frame.status <= 0);
	if (frame.status < 0) {
		assert(frame.len == PSD_FRAME_HEADER && frame.n_fds == 0);
		return;
	}
	r = psd_decode(&frame, row->rep, row->rep_size, &rep);
	assert(r == 0);
	psd_fields_release(row->rep, &rep);
}

static void
send_and_hear(int end)
{
	/* It may have been dropped by now. */
	(void)psd_frame_send(end, 0, &frame);
	psd_frame_clear(&frame);
	op_rig_turn(&rig);
	while (psd_frame_recv(end, 0, &frame) == PSD_HEARD_FRAME) {
		check_answer();
		psd_frame_clear(&frame);
	}
	psd_frame_clear(&frame);
}

static void
make_request(struct input *input, unsigned how, uint32_t id)
{
	const struct psd_op_row *row = &psd_op_rows[take(input) % psd_op_count];
	union psd_any_req req;
	int r;

	sample_make(rig.dir);
	sample_fill(row,
	    (how & IS_MISSING) != 0 ? SAMPLE_MISSING : SAMPLE_THERE, rig.dir,
	    &req);
	r = psd_encode_request(&frame, row, id, &req);
	assert(r == 0);
	for (unsigned n = (how & TURNS) / 4; n > 0; n--) {
		const unsigned at = take(input) | take(input) << 8;

		frame.bytes[at % frame.len] ^= (unsigned char)take(input);
	}
	if ((how & IS_CUT) != 0)
		frame.len -= take(input) % frame.len;
}

static void
make_record(struct input *input)
{
	size_t len = take(input);

	if (len > input->left)
		len = input->left;
	memcpy(frame.bytes, input->at, len);
	frame.len = (uint32_t)len;
	input->at += len;
	input->left -= len;
}

static void
take_step(struct input *input, int end, uint32_t id)
{
	const unsigned how = take(input);

	psd_frame_init(&frame);
	if ((how & IS_RAW) != 0)
		make_record(input);
	else
		make_request(input, how, id);
	for (unsigned i = (how & HAS_FDS) / 32;
	     i > 0 && frame.n_fds < PSD_FDS_MAX; i--) {
		const int fd = dup(things[i % PSD_ELEMENTS(things)]);

		assert(fd >= 0);
		frame.fds[frame.n_fds++] = fd;
	}
	send_and_hear(end);
}

static void
greet(int end)
{
	struct psd_hello_req hello = { .oldest = 1, .newest = PSD_PROTOCOL };
	int r;

	psd_frame_init(&frame);
	r = psd_encode_request(&frame, psd_op_find(PSD_OP_hello), 1, &hello);
	assert(r == 0);
	send_and_hear(end);
}

static void
hold_session(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	const unsigned manner = take(&input);
	struct psd_instance *instance;
	int end;

	instance = op_rig_instance(rig.service, &rig.loaded, rig.child, &end);
	if ((manner & GREETS) != 0)
		greet(end);
	for (uint32_t i = 0; i < STEPS_MAX && input.left > 0; i++)
		take_step(&input, end, i + 2);
	if ((manner & SHUTS_DOWN) != 0)
		(void)shutdown(end, SHUT_WR);
	if ((manner & GOES_FIRST) != 0)
		psd_fd_cleanup(&end);
	op_rig_turn(&rig);
	TAILQ_REMOVE(&rig.service->instances, instance, of_service);
	psd_instance_free(instance);
	psd_fd_cleanup(&end);
	op_rig_turn(&rig);
}

static void
ask_neighbour(void)
{
	struct psd_ping_req req = { .cookie = 7 };
	struct psd_ping_rep rep;
	const int status = op_rig_ask(&rig, PSD_OP_ping, &req, &rep);

	assert(status == 0 && rep.cookie == 7);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t before;

	if (rig.dir == NULL)
		start();
	before = test_fds_count();
	hold_session(data, size);
	ask_neighbour();
	if (test_fds_count() == before)
		return 0;
	/* What is opened once and kept is not opened again. */
	before = test_fds_count();
	hold_session(data, size);
	assert(test_fds_count() == before);
	return 0;
}
