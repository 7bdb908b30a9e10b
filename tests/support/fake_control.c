/* SPDX-License-Identifier: ISC */
#include "tests/support/fake_control.h"

#include "common/codec.h"
#include "common/fd.h"
#include "tests/support/child.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct fake_control {
	int listener;
	fake_control_perform *perform;
	enum fake_control_manners manners;
};

static int
listen_in(const char *dir)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_fd_ int fd = PSD_NO_FD;

	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/control.sock",
	    dir);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	if (listen(fd, 8) < 0)
		return -errno;
	return psd_fd_take(&fd);
}

static void
spoil(enum fake_control_manners manners, const struct psd_op_row *row,
    uint32_t id, struct psd_frame *reply)
{
	switch (manners) {
	case FAKE_CONTROL_OTHER_ID:
		reply->bytes[4] ^= 1;
		break;
	case FAKE_CONTROL_OTHER_ROW:
		reply->bytes[2] ^= 1;
		break;
	case FAKE_CONTROL_QUESTION:
		psd_encode_status(reply, (uint16_t)row->op, id, 0);
		reply->bytes[0] = PSD_FRAME_REQUEST;
		break;
	case FAKE_CONTROL_SHORT_REPLY:
		psd_encode_status(reply, (uint16_t)row->op, id, 0);
		break;
	case FAKE_CONTROL_BROKEN_REPLY:
		reply->len = PSD_FRAME_HEADER - 1;
		break;
	case FAKE_CONTROL_POLITE:
	case FAKE_CONTROL_HANGS_UP:
	default:
		break;
	}
}

static int
answer(const struct fake_control *fake, int fd, struct psd_frame *frame)
{
	const struct psd_op_row *row = psd_ctl_find(frame->op);
	static struct psd_frame reply;
	union psd_any_req req;
	union psd_any_rep rep;
	int r;

	if (row == NULL ||
	    psd_decode(frame, row->req, row->req_size, &req) < 0 ||
	    fake->manners == FAKE_CONTROL_HANGS_UP)
		return -EBADMSG;
	psd_fields_init(row->rep, row->rep_size, &rep);
	psd_frame_init(&reply);
	r = fake->perform(row, &req, &rep);
	if (r == 0)
		r = psd_encode_reply(&reply, row, frame->id, &rep);
	if (r < 0)
		psd_encode_status(&reply, (uint16_t)row->op, frame->id, r);
	spoil(fake->manners, row, frame->id, &reply);
	return psd_frame_send(fd, 1, &reply);
}

static void
converse(const struct fake_control *fake, int fd)
{
	static struct psd_frame frame;

	psd_frame_init(&frame);
	while (psd_frame_recv(fd, 1, &frame) == PSD_HEARD_FRAME) {
		if (answer(fake, fd, &frame) < 0)
			return;
		psd_frame_clear(&frame);
	}
}

static int
serve(void *argument)
{
	const struct fake_control *fake = argument;

	for (;;) {
		_cleanup_fd_ int fd =
		    accept4(fake->listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			return 1;
		converse(fake, fd);
	}
}

pid_t
fake_control_start(const char *dir, fake_control_perform *perform,
    enum fake_control_manners manners)
{
	struct fake_control fake = {
		.listener = listen_in(dir),
		.perform = perform,
		.manners = manners,
	};
	pid_t pid;

	if (fake.listener < 0)
		return fake.listener;
	pid = test_child_start(serve, &fake);
	psd_fd_close(fake.listener);
	return pid;
}
