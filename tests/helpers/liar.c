/* SPDX-License-Identifier: ISC */
/*
 * A resolver that somebody else has taken over: says hello, and then answers
 * as the first label of the host that it is asked for says.
 */
#include "common/codec.h"
#include "common/conv.h"
#include "common/list.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIR = 3, STATUS_AT = 8 };

static struct psd_frame frame;
static unsigned char targets[PSD_BYTES_MAX];

static void
send_frame(void)
{
	/* Descriptors, where the kernel refuses them for the daemon. */
	if (psd_frame_send(PAIR, 1, &frame) < 0)
		_exit(1);
	psd_frame_clear(&frame);
}

/* A good answer with one target. */
static void
encode(const struct psd_op_row *row, uint32_t id, const char *canonical)
{
	const struct psd_target target = {
		.type = PSD_SOCKET_STREAM,
		.protocol = 6,
		.endpoint = { .family = PSD_FAMILY_INET, .address = { 1 } },
	};
	struct psd_lookup_host_rep rep = {
		.targets = { targets, PSD_TARGET_LEN },
		.canonical = psd_str_of(canonical),
	};

	psd_targets_put(targets, &target);
	psd_frame_init(&frame);
	(void)psd_encode_reply(&frame, row, id, &rep);
}

static void
set_status(int32_t status)
{
	memcpy(frame.bytes + STATUS_AT, &status, sizeof(status));
}

static void
lie(const struct psd_op_row *row, uint32_t id, const char *how)
{
	encode(row, id, "");
	if (strncmp(how, "good.", 5) == 0)
		send_frame();
	else if (strncmp(how, "cut.", 4) == 0)
		frame.len--;
	else if (strncmp(how, "long.", 5) == 0)
		frame.bytes[frame.len++] = 0;
	else if (strncmp(how, "id.", 3) == 0)
		frame.bytes[4]++;
	else if (strncmp(how, "op.", 3) == 0)
		frame.bytes[2]++;
	else if (strncmp(how, "family.", 7) == 0)
		frame.bytes[PSD_FRAME_HEADER + 4 + 8] = 5;
	else if (strncmp(how, "count.", 6) == 0)
		frame.bytes[PSD_FRAME_HEADER + 1] = 0x7f;
	else if (strncmp(how, "status.", 7) == 0)
		set_status(1);
	else if (strncmp(how, "body.", 5) == 0)
		set_status(-2);
	else if (strncmp(how, "refuse.", 7) == 0)
		psd_encode_status(&frame, (uint16_t)row->op, id, -EPERM);
	else if (strncmp(how, "fd.", 3) == 0)
		frame.fds[frame.n_fds++] = fcntl(PAIR, F_DUPFD_CLOEXEC, 0);
	else if (strncmp(how, "twice.", 6) == 0)
		(void)psd_frame_send(PAIR, 1, &frame);
	else if (strncmp(how, "empty.", 6) == 0)
		(void)send(PAIR, "", 0, MSG_NOSIGNAL);
	else if (strncmp(how, "die.", 4) == 0)
		_exit(1);
	if (frame.len > 0)
		send_frame();
}

int
main(void)
{
	struct psd_hello_req hello = { 1, PSD_PROTOCOL, 0 };
	struct psd_lookup_host_req req;

	psd_frame_init(&frame);
	if (psd_encode_request(&frame, psd_op_find(PSD_OP_hello), 0, &hello) <
	    0)
		return 1;
	send_frame();
	if (psd_frame_recv(PAIR, 1, &frame) != PSD_HEARD_FRAME)
		return 1;
	psd_frame_clear(&frame);
	while (psd_frame_recv(PAIR, 1, &frame) == PSD_HEARD_FRAME) {
		const struct psd_op_row *row = psd_lookup_find(frame.op);
		const uint32_t id = frame.id;
		char how[PSD_NAME_MAX + 1];

		if (row == NULL ||
		    psd_decode(&frame, row->req, row->req_size, &req) < 0)
			return 1;
		memcpy(how, req.host.at, (size_t)req.host.len + 1);
		psd_frame_clear(&frame);
		lie(row, id, how);
	}
	return 0;
}
