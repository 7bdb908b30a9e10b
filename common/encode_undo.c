/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/fd.h"

#include <string.h>

void
psd_encode_undo(struct psd_frame *frame, const struct psd_field *layout,
    void *fields)
{
	unsigned char *base = fields;
	uint32_t next = 0;

	for (const struct psd_field *f = layout; f->kind != PSD_KIND_end; f++) {
		unsigned char *at = base + f->offset;
		uint32_t n = f->kind == PSD_KIND_fd;

		if (f->kind == PSD_KIND_fds) {
			memcpy(&n, at + offsetof(struct psd_fds, n), sizeof(n));
			at += offsetof(struct psd_fds, at);
		}
		for (uint32_t i = 0; i < n && next < frame->n_fds; i++) {
			const int fd = psd_fd_take(&frame->fds[next++]);

			memcpy(at + i * sizeof(fd), &fd, sizeof(fd));
		}
	}
	psd_frame_init(frame);
}
