/* SPDX-License-Identifier: ISC */
#ifndef PSD_INTERFACE_H
#define PSD_INTERFACE_H

#include "common/kind.h"

/* What "eth0:0x88cc" speaks of. */
struct psd_link {
	unsigned interface; /* its index */
	uint16_t ethertype;
};

/*
 * The index of the network interface that is called exactly so: other names
 * that it may have are none that a policy speaks of.  0 or -ENODEV.
 */
int psd_interface_find(const struct psd_str *name, unsigned *ret_index);

/*
 * Reads an interface and an ethertype, from 0x0600 on, which is written with
 * four lower-case digits: what a policy judged has one spelling.  0, -EINVAL
 * or -ENODEV.
 */
int psd_interface_link(const struct psd_str *text, struct psd_link *ret);

#endif
