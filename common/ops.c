/* SPDX-License-Identifier: ISC */
#include "common/ops.h"

#include "common/hot.h"
#include "common/mem.h"

#include <ctype.h>
#include <string.h>

/* Rows open braces that other rows close, which clang-format cannot follow. */
/* clang-format off */

/* The layout of each request, in wire order. */
#define OP(name, number, text) \
	static const struct psd_field name##_req[] = {
#define REQ(name, kind, field) \
	{ PSD_KIND_##kind, offsetof(struct psd_##name##_req, field), #field },
#define END(name) \
	{ PSD_KIND_end, 0, NULL } \
	} \
	;
#include "common/ops_each.h"

/* The layout of each reply. */
#define OP(name, number, text) \
	static const struct psd_field name##_rep[] = {
#define REP(name, kind, field) \
	{ PSD_KIND_##kind, offsetof(struct psd_##name##_rep, field), #field },
#define END(name) \
	{ PSD_KIND_end, 0, NULL } \
	} \
	;
#include "common/ops_each.h"

/* Does a descriptor go along with the request, and with the reply? */
#define IS_FD(kind) \
	(PSD_KIND_##kind == PSD_KIND_fd || PSD_KIND_##kind == PSD_KIND_fds)
#define OP(name, number, text) enum { name##_takes_fd = false
#define REQ(name, kind, field) || IS_FD(kind)
#define END(name) \
	} \
	;
#include "common/ops_each.h"

#define OP(name, number, text) enum { name##_gives_fd = false
#define REP(name, kind, field) || IS_FD(kind)
#define END(name) \
	} \
	;
#include "common/ops_each.h"

/* The system calls that the daemon makes for each. */
#define OP(name, number, text) static const char *const name##_calls[] = {
#define SYS(name, call) #call,
#define END(name) \
	NULL \
	} \
	;
#include "common/ops_each.h"

/* The capabilities that the daemon keeps for each. */
#define OP(name, number, text) static const struct psd_op_cap name##_caps[] = {
#define CAP(name, capability, access) { #capability, (access) },
#define END(name) \
	{ NULL, 0 } \
	} \
	;
#include "common/ops_each.h"

/* One row each: OP opens it, FREE and others add to it, END closes it. */
#define OP(nam, number, txt) \
	{ .op = (enum psd_op)(number), .name = #nam, .text = (txt), \
	  .req = nam##_req, .rep = nam##_rep, .calls = nam##_calls, \
	  .caps = nam##_caps, .takes_fd = nam##_takes_fd, \
	  .gives_fd = nam##_gives_fd, \
	  .req_size = sizeof(struct psd_##nam##_req), \
	  .rep_size = sizeof(struct psd_##nam##_rep),
#define FREE(nam) .is_free = true,
#define PRIVILEGED(nam) .is_privileged = true,
#define ASKS_RESOLVER(nam) .asks_resolver = true,
#define END(nam) \
	} \
	,

/* clang-format on */

const struct psd_op_row psd_op_rows[] = {
#include "common/ops_rows.h"
#include "common/ops.def"
};

const size_t psd_op_count = PSD_ELEMENTS(psd_op_rows);

static const struct psd_op_row ctl_rows[] = {
#include "common/control.def"
};

static const struct psd_op_row svc_rows[] = {
#include "common/service.def"
};

static const struct psd_op_row lookup_rows[] = {
#include "common/resolver.def"
};

static const struct psd_op_row relay_rows[] = {
#include "common/relay.def"
};

static const struct psd_op_row watcher_rows[] = {
#include "common/watcher.def"
#include "common/ops_clear.h"
};

PSD_HOT const struct psd_op_row *
psd_op_find(uint32_t number)
{
	/* Numbers are appended, so a row is where its number says, or before. */
	size_t i = number < psd_op_count ? number : psd_op_count;

	while (i-- > 0)
		if ((uint32_t)psd_op_rows[i].op == number)
			return &psd_op_rows[i];
	return NULL;
}

const struct psd_op_row *
psd_op_find_name(const char *name, size_t len)
{
	for (size_t i = 0; i < psd_op_count; i++)
		if (strlen(psd_op_rows[i].name) == len &&
		    memcmp(psd_op_rows[i].name, name, len) == 0)
			return &psd_op_rows[i];
	return NULL;
}

static const struct psd_op_row *
find(const struct psd_op_row *rows, size_t n, uint32_t number)
{
	for (size_t i = 0; i < n; i++)
		if ((uint32_t)rows[i].op == number)
			return &rows[i];
	return NULL;
}

const struct psd_op_row *
psd_ctl_find(uint32_t number)
{
	return find(ctl_rows, PSD_ELEMENTS(ctl_rows), number);
}

const struct psd_op_row *
psd_svc_find(uint32_t number)
{
	return find(svc_rows, PSD_ELEMENTS(svc_rows), number);
}

const struct psd_op_row *
psd_lookup_find(uint32_t number)
{
	return find(lookup_rows, PSD_ELEMENTS(lookup_rows), number);
}

const struct psd_op_row *
psd_relay_find(uint32_t number)
{
	return find(relay_rows, PSD_ELEMENTS(relay_rows), number);
}

const struct psd_op_row *
psd_watcher_find(uint32_t number)
{
	return find(watcher_rows, PSD_ELEMENTS(watcher_rows), number);
}

void
psd_op_key(const struct psd_op_row *row, char *ret, size_t size)
{
	bool capital = true;
	size_t n = 0;

	for (const char *c = row->name; *c != '\0' && n + 1 < size; c++) {
		if (*c == '_') {
			capital = true;
			continue;
		}
		ret[n++] = capital ? (char)toupper((unsigned char)*c) : *c;
		capital = false;
	}
	ret[n] = '\0';
}
