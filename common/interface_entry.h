/* SPDX-License-Identifier: ISC */
#ifndef PSD_INTERFACE_ENTRY_H
#define PSD_INTERFACE_ENTRY_H

#include "common/kind.h"

/*
 * How list_interfaces lays out an entry of its batch (privsep-protocol(7)),
 * for the daemon that writes it and the library that reads it; the name
 * follows.
 */
enum psd_interface_entry {
	PSD_INTERFACE_INDEX_AT = 0,
	PSD_INTERFACE_FLAGS_AT = 4,
	PSD_INTERFACE_FAMILY_AT = 8,
	PSD_INTERFACE_BITS_AT = 9,
	PSD_INTERFACE_ADDRESS_LEN_AT = 10,
	PSD_INTERFACE_NAME_LEN_AT = 11,
	PSD_INTERFACE_ADDRESS_AT = 12,
	PSD_INTERFACE_HEAD = PSD_INTERFACE_ADDRESS_AT + PSD_ADDRESS_LEN,
};

#endif
