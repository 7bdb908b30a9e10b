/* SPDX-License-Identifier: ISC */
#ifndef TEST_REEXEC_NARROW_H
#define TEST_REEXEC_NARROW_H

#include "common/codec.h"
#include "tests/system/reexec_fixture.h"

/* Narrows as a helper would, to one line. */
static inline void
narrow(int puppet, const char *line)
{
	static struct psd_frame frame;
	struct psd_narrow_req req = { .lines = psd_str_of(line) };
	char hex[1024];
	size_t len = 0;

	psd_frame_init(&frame);
	assert_int_equal(psd_encode_request(&frame, psd_op_find(PSD_OP_narrow),
			     77, &req),
	    0);
	for (uint32_t i = 0; i < frame.len; i++)
		len += (size_t)snprintf(hex + len, sizeof(hex) - len, "%02x",
		    frame.bytes[i]);
	assert_string_equal(daemon_rig_say(puppet, "frame 0 %s", hex), "0");
}

#endif
