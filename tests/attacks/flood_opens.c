/* SPDX-License-Identifier: ISC */
/* Descriptors that were granted and that nobody fetches. */
#include "common/codec.h"
#include "common/conv.h"
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>

ATTACK(flood_opens, ATTACK_OTHERS)
{
	static struct psd_frame frame;
	struct psd_open_req req = { .access = PSD_ACCESS_READ };
	char path[PATH_MAX];
	int r;

	(void)snprintf(path, sizeof(path), "%s/inside/file", arena->dir);
	req.path = psd_str_of(path);
	psd_frame_init(&frame);
	r = psd_encode_request(&frame, psd_op_find(PSD_OP_open), 1, &req);
	for (int i = 0; r == 0 && i < 20000; i++)
		if (send(arena->pair, frame.bytes, frame.len,
			MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			r = -errno;
	return -r;
}
