/* SPDX-License-Identifier: ISC */
#ifndef PSD_LOOKUP_H
#define PSD_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What the name operations and the resolver's catalogue have in common.  The
 * library and the resolver translate between these and the C library's own
 * numbers; the daemon, between them, does not.
 */

/* Flags of a look for a host, on the wire. */
enum psd_lookup_flags {
	PSD_LOOKUP_CANONICAL = 1 << 0,        /* AI_CANONNAME */
	PSD_LOOKUP_NUMERIC_SERVICE = 1 << 1,  /* AI_NUMERICSERV */
	PSD_LOOKUP_MAPPED = 1 << 2,           /* AI_V4MAPPED */
	PSD_LOOKUP_ALL = 1 << 3,              /* AI_ALL */
	PSD_LOOKUP_CONFIGURED = 1 << 4,       /* AI_ADDRCONFIG */
	PSD_LOOKUP_HOST_FLAGS = (1 << 5) - 1, /* all that the resolver knows */
};

/* Flags of a look for an address's names, on the wire. */
enum psd_lookup_name_flags {
	PSD_LOOKUP_NUMBER_HOST = 1 << 0,      /* NI_NUMERICHOST */
	PSD_LOOKUP_NUMBER_SERVICE = 1 << 1,   /* NI_NUMERICSERV */
	PSD_LOOKUP_NAME_NEEDED = 1 << 2,      /* NI_NAMEREQD */
	PSD_LOOKUP_DATAGRAM = 1 << 3,         /* NI_DGRAM */
	PSD_LOOKUP_NAME_FLAGS = (1 << 4) - 1, /* likewise */
};

/* Which fields of a user or a group a reply has; the others are empty. */
enum psd_shows {
	PSD_SHOWS_NAME = 1 << 0,
	PSD_SHOWS_UID = 1 << 1,
	PSD_SHOWS_GID = 1 << 2,
	PSD_SHOWS_COMMENT = 1 << 3,
	PSD_SHOWS_HOME = 1 << 4,
	PSD_SHOWS_SHELL = 1 << 5,
	PSD_SHOWS_MEMBERS = 1 << 6,
	PSD_SHOWS_USER = (1 << 6) - 1,
	PSD_SHOWS_GROUP = PSD_SHOWS_NAME | PSD_SHOWS_GID | PSD_SHOWS_MEMBERS,
};

/* What stands for an id that is not shown: no id. */
enum { PSD_NO_ID = -1 };

/*
 * A user, group, port or protocol is asked for by its name or its number: what
 * has digits only is a number.  False also for what no number of ours holds.
 */
bool psd_lookup_number(const char *text, uint32_t *ret);
bool psd_lookup_is_number(const char *text);

/* Between NI_* and PSD_LOOKUP_* of a name; -1 when there is another flag. */
int psd_lookup_name_flags(int ni);
int psd_lookup_ni(uint32_t flags);

/* Between AF_* and family, 0 for AF_UNSPEC; -1 for others. */
int psd_lookup_family(int af);
int psd_lookup_af(uint32_t family);

/* Between SOCK_* and PSD_SOCKET_*, 0 for any; -1 for others. */
int psd_lookup_type(int sock);
int psd_lookup_sock(uint32_t type);

/* Between AI_* and PSD_LOOKUP_*; -1 when there is another flag. */
int psd_lookup_flags(int ai);
int psd_lookup_ai(uint32_t flags);

/*
 * The -errno by which an EAI_* travels as a status; error is errno, which
 * counts for EAI_SYSTEM.
 */
int psd_lookup_status(int eai, int error);

/*
 * The way back: 0 for 0; EAI_SYSTEM for what no EAI_* travels by, such as a
 * refusal; EAI_AGAIN for what the daemon says when a look took too long, when
 * its resolver died over it, and when too many wait.
 */
int psd_lookup_eai(int status);

#endif
