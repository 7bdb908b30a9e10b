/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_DELIVER_H
#define PSD_CTL_DELIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a program says, on its way to whoever reads us: read only when all that
 * was read before has been passed on.
 */
struct psd_delivery {
	int pair, output;  /* borrowed */
	bool splices;      /* output is a pipe: pages change hands */
	bool writes_whole; /* no write of it waits for a reader */
	bool is_full;      /* a pipe, which has no room for what was said */
	bool is_over;      /* nothing more is said */
	bool is_deaf;      /* what failed was to hear what is said */
	size_t at, len;    /* what is to be written of bytes */
	uint64_t total;    /* passed on so far */
	char bytes[65536];
};

void psd_delivery_begin(struct psd_delivery *delivery, int pair, int output);

/* Does something that was said wait for whoever reads us? */
bool psd_delivery_is_held(const struct psd_delivery *delivery);

/*
 * Goes on as far as it does not have to wait; output_is_ready is what poll()
 * says of it.  A program that has ended says nothing more than what is queued,
 * whatever copy of its end is still open.
 * Whether anything went on, or -errno, by which what is said cannot be heard or
 * written.
 */
int psd_delivery_go_on(struct psd_delivery *delivery, bool output_is_ready,
    bool has_ended);

#endif
