/* SPDX-License-Identifier: ISC */
#include "daemon/interface.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
psd_interface_find(const struct psd_str *name, unsigned *ret_index)
{
	char wanted[IF_NAMESIZE], found[IF_NAMESIZE];
	unsigned index;

	if (name->len >= sizeof(wanted))
		return -ENODEV;
	memcpy(wanted, name->at, name->len);
	wanted[name->len] = '\0';
	index = if_nametoindex(wanted);
	if (index == 0 || if_indextoname(index, found) == NULL ||
	    strcmp(wanted, found) != 0)
		return -ENODEV;
	*ret_index = index;
	return 0;
}

int
psd_interface_link(const struct psd_str *text, struct psd_link *ret)
{
	const char *colon = strrchr(text->at, ':');
	struct psd_link link = { .interface = 0 };
	struct psd_str name;
	char spelt[8];

	if (colon == NULL)
		return -EINVAL;
	name.at = text->at;
	name.len = (uint32_t)(colon - text->at);
	link.ethertype = (uint16_t)strtoul(colon + 1, NULL, 16);
	(void)snprintf(spelt, sizeof(spelt), "0x%04x", link.ethertype);
	/* What is less is a length, or the kernel's word for every type. */
	if (strcmp(spelt, colon + 1) != 0 || link.ethertype < ETH_P_802_3_MIN)
		return -EINVAL;
	*ret = link;
	return psd_interface_find(&name, &ret->interface);
}
