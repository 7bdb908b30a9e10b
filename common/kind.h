/* SPDX-License-Identifier: ISC */
#ifndef PSD_KIND_H
#define PSD_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a field of a request or reply is.  The kind decides how the field
 * travels and is bounded (common/codec.c), printed (common/print.c), and,
 * in a request, what a grant says about it (policy/match.c).  -Wswitch-enum
 * lists the places that must learn a new one.
 */
enum psd_kind {
	PSD_KIND_end,         /* closes a layout; no field */
	PSD_KIND_number,      /* uint32_t, any value */
	PSD_KIND_wide,        /* uint64_t, any value */
	PSD_KIND_moment,      /* int64_t, nanoseconds since the epoch; granted
			       up to max= from now */
	PSD_KIND_offset,      /* int64_t, nanoseconds, forth or back; granted up
			       to max= */
	PSD_KIND_mode,        /* uint32_t, permission bits up to 0777 */
	PSD_KIND_family,      /* uint32_t, PSD_FAMILY_* or 0 for any; granted by
				 family= */
	PSD_KIND_permissions, /* the same; granted by a list of them */
	PSD_KIND_owner,       /* uint64_t, PSD_OWNER(); granted by users and
			       groups */
	PSD_KIND_access,      /* uint32_t, PSD_ACCESS_*; granted by words */
	PSD_KIND_priority,    /* uint32_t, 0 (emerg) to 7 (debug), syslog(3);
			       granted up to the level named */
	PSD_KIND_operation,   /* uint32_t, number of a row of ops.def */
	PSD_KIND_protocol,    /* uint32_t, PSD_PROTOCOL_*; granted by words */
	PSD_KIND_endpoint,    /* struct psd_endpoint (common/endpoint.h);
			       granted by addresses and ports */
	PSD_KIND_path,        /* struct psd_str, absolute; granted by globs */
	PSD_KIND_setting,     /* struct psd_str, a file below /proc/sys, at most
			       PSD_SETTING_MAX bytes; granted by patterns */
	PSD_KIND_label, /* struct psd_str, the name of something that is no
			       file, at most PSD_LABEL_MAX bytes; granted by
			       patterns (policy/label.h) */
	PSD_KIND_host,  /* struct psd_str, a name of the domain name system, at
			       most PSD_HOST_MAX bytes; granted by a pattern */
	PSD_KIND_site,  /* struct psd_str, a host's name and a port, at most
			   PSD_SITE_MAX bytes; granted by both */
	PSD_KIND_name,  /* struct psd_str, at most PSD_NAME_MAX bytes */
	PSD_KIND_text,  /* struct psd_str, at most PSD_TEXT_MAX bytes */
	PSD_KIND_bytes, /* struct psd_bytes, at most PSD_BYTES_MAX */
	PSD_KIND_targets, /* struct psd_bytes, a list of struct psd_target */
	PSD_KIND_names,   /* struct psd_bytes, strings of 1 to PSD_NAME_MAX
			       bytes, each closed by NUL */
	PSD_KIND_ids,     /* struct psd_bytes, a list of uint32_t */
	PSD_KIND_fd,      /* int, one descriptor */
	PSD_KIND_fds,     /* struct psd_fds, up to PSD_FDS_MAX descriptors */
};

/* Bounds of the kinds, in bytes, without the closing NUL of a string. */
enum {
	PSD_PATH_MAX = 4095,
	PSD_SETTING_MAX = 255,
	PSD_LABEL_MAX = 255,
	PSD_HOST_MAX = 255,
	PSD_SITE_MAX = 261,
	PSD_NAME_MAX = 255,
	PSD_TEXT_MAX = 4096,
	PSD_BYTES_MAX = 12288,
};

/* How a file is opened: what open(2)'s flags are for us, on the wire. */
enum psd_access {
	PSD_ACCESS_READ = 1 << 0,
	PSD_ACCESS_WRITE = 1 << 1,
	PSD_ACCESS_APPEND = 1 << 2, /* write, at the end only */
	PSD_ACCESS_CREATE = 1 << 3,
	PSD_ACCESS_EXCLUSIVE = 1 << 4, /* with create: it must not exist */
	PSD_ACCESS_TRUNCATE = 1 << 5,  /* with write */
	PSD_ACCESS_ALL = (1 << 6) - 1,
};

/*
 * A file's owner to be: the user in the lower half, the group in the upper;
 * PSD_OWNER_KEEP in either leaves that as it is.
 */
#define PSD_OWNER(uid, gid) ((uint64_t)(gid) << 32 | (uint32_t)(uid))
#define PSD_OWNER_UID(owner) ((uint32_t)(owner))
#define PSD_OWNER_GID(owner) ((uint32_t)((owner) >> 32))
#define PSD_OWNER_KEEP UINT32_MAX

/* What is spoken over a socket, on the wire. */
enum psd_protocol {
	PSD_PROTOCOL_TCP = 1,
	PSD_PROTOCOL_UDP = 2,
	PSD_PROTOCOL_UNIX = 3,
};

/* Address families on the wire; the numbers of no system. */
enum psd_family { PSD_FAMILY_INET = 4, PSD_FAMILY_INET6 = 6 };

enum { PSD_ADDRESS_LEN = 16, PSD_ENDPOINT_LEN = 24 };

/*
 * An Internet address and port.  An address of IPv4 takes the first four
 * bytes, the others are 0, as its scope is; scope is what sockaddr_in6 has.
 */
struct psd_endpoint {
	uint16_t family;                        /* PSD_FAMILY_* */
	uint16_t port;                          /* as a number */
	unsigned char address[PSD_ADDRESS_LEN]; /* in network order */
	uint32_t scope;
};

/*
 * A string inside a received frame, or one to be sent: len bytes none of
 * which is NUL, and a NUL behind them.  Valid as long as what it points into.
 */
struct psd_str {
	const char *at;
	uint32_t len;
};

/* Bytes inside a received frame, or to be sent. */
struct psd_bytes {
	const unsigned char *at;
	uint32_t len;
};

enum { PSD_FDS_MAX = 4 }; /* descriptors beside a record */

/* Descriptors beside a frame, as many as the frame says. */
struct psd_fds {
	uint32_t n;
	int at[PSD_FDS_MAX];
};

/* The C type of each kind, for the structures made from the catalogues. */
typedef uint32_t psd_kind_number;
typedef uint64_t psd_kind_wide;
typedef int64_t psd_kind_moment;
typedef int64_t psd_kind_offset;
typedef uint32_t psd_kind_mode;
typedef uint32_t psd_kind_family;
typedef uint32_t psd_kind_permissions;
typedef uint64_t psd_kind_owner;
typedef uint32_t psd_kind_access;
typedef uint32_t psd_kind_priority;
typedef uint32_t psd_kind_operation;
typedef uint32_t psd_kind_protocol;
typedef struct psd_endpoint psd_kind_endpoint;
typedef struct psd_str psd_kind_path;
typedef struct psd_str psd_kind_setting;
typedef struct psd_str psd_kind_label;
typedef struct psd_str psd_kind_host;
typedef struct psd_str psd_kind_site;
typedef struct psd_str psd_kind_name;
typedef struct psd_str psd_kind_text;
typedef struct psd_bytes psd_kind_bytes;
typedef struct psd_bytes psd_kind_targets;
typedef struct psd_bytes psd_kind_names;
typedef struct psd_bytes psd_kind_ids;
typedef int psd_kind_fd;
typedef struct psd_fds psd_kind_fds;

/* A field's place in its structure. */
struct psd_field {
	enum psd_kind kind;
	uint32_t offset;
	const char *name;
};

/* May a field of this kind of 4 bytes have this value?  False for others. */
bool psd_kind_is_valid(enum psd_kind kind, uint32_t value);

/*
 * Do these PSD_ACCESS_* go together?  Combinations that mean nothing are the
 * asker's mistake, not a refusal.
 */
bool psd_access_is_sensible(uint32_t access);

/* What open(2)'s flags ask for, whether they go together or not. */
uint32_t psd_access_of(int flags);

/* The most bytes that a string kind may have, without the NUL. */
size_t psd_kind_string_max(enum psd_kind kind);

#endif
