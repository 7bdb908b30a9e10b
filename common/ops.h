/* SPDX-License-Identifier: ISC */
#ifndef PSD_OPS_H
#define PSD_OPS_H

#include "common/kind.h"

#include <stdbool.h>
#include <stddef.h>

/* PSD_OP_open and so on: the operations' numbers on the wire. */
enum psd_op {
#define OP(name, number, text) PSD_OP_##name = (number),
#include "common/ops_each.h"
};

/* Above every helper's operation, below every one of control.sock. */
enum { PSD_OPS_END = 1000 };

/* Where the numbers of service.def begin. */
enum { PSD_SVC_BEGIN = 2000 };

/* The id of every hello of service.def. */
enum { PSD_SVC_HELLO_ID = 1 };

/* Rows open braces that other rows close, which clang-format cannot follow. */
/* clang-format off */

/* struct psd_open_req and so on.  C wants a member, so each has an end. */
#define OP(name, number, text) struct psd_##name##_req {
#define REQ(name, kind, field) psd_kind_##kind field;
#define END(name) \
	unsigned char end; \
	};
#include "common/ops_each.h"

/* struct psd_open_rep and so on. */
#define OP(name, number, text) struct psd_##name##_rep {
#define REP(name, kind, field) psd_kind_##kind field;
#define END(name) \
	unsigned char end; \
	};
#include "common/ops_each.h"
/* clang-format on */

/* Room for any operation's request or reply. */
union psd_any_req {
#define OP(name, number, text) struct psd_##name##_req as_##name;
#include "common/ops_each.h"
};

union psd_any_rep {
#define OP(name, number, text) struct psd_##name##_rep as_##name;
#include "common/ops_each.h"
};

/*
 * In place of PSD_ACCESS_* bits: grants that reach a port below 1024, and
 * those that speak of TCP.
 */
enum { PSD_CAP_LOW_PORT = 1 << 30, PSD_CAP_TCP = 1 << 29 };

struct psd_op_cap {
	const char *name; /* "dac_read_search"; NULL ends the list */
	uint32_t access;  /* PSD_ACCESS_* bits that call for it; 0: any */
};

/* A row of a catalogue. */
struct psd_op_row {
	enum psd_op op;
	const char *name;            /* "read_directory" */
	const char *text;            /* one line of what it does */
	bool is_free;                /* no grant needed */
	bool is_privileged;          /* control.sock: root only */
	bool asks_resolver;          /* cannot be done without it */
	bool takes_fd;               /* one or several, with the request */
	bool gives_fd;               /* the same with the reply */
	const struct psd_field *req; /* ends with PSD_KIND_end */
	const struct psd_field *rep;
	uint32_t req_size, rep_size; /* of the structures */
	const char *const *calls;    /* ends with NULL */
	const struct psd_op_cap *caps;
};

/* The rows of ops.def in the order of the file, and their count. */
extern const struct psd_op_row psd_op_rows[];
extern const size_t psd_op_count;

/* The row of a helper's operation, or NULL when there is no such number. */
const struct psd_op_row *psd_op_find(uint32_t number);

/* The same by name; name need not be closed by NUL. */
const struct psd_op_row *psd_op_find_name(const char *name, size_t len);

/* The row of an operation of control.sock, or NULL. */
const struct psd_op_row *psd_ctl_find(uint32_t number);

/* The row of what clients and helpers say to each other, or NULL. */
const struct psd_op_row *psd_svc_find(uint32_t number);

/* The row of an operation of the resolver, or NULL. */
const struct psd_op_row *psd_lookup_find(uint32_t number);

/* The row of an operation of the relay, or NULL. */
const struct psd_op_row *psd_relay_find(uint32_t number);

/* The row of an operation of a watcher, or NULL. */
const struct psd_op_row *psd_watcher_find(uint32_t number);

/*
 * Writes the policy's name of an operation, ReadDirectory for read_directory,
 * into ret (cut at size; PSD_NAME_MAX + 1 always suffices).
 */
void psd_op_key(const struct psd_op_row *row, char *ret, size_t size);

#endif
