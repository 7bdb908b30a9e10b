/* SPDX-License-Identifier: ISC */
#include "policy/request.h"

#include "common/codec.h"
#include "common/print.h"
#include "policy/request_word.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

const struct psd_op_row *
psd_request_find(const char *name, size_t len)
{
	char key[PSD_NAME_MAX + 1];

	for (size_t i = 0; i < psd_op_count; i++) {
		psd_op_key(&psd_op_rows[i], key, sizeof(key));
		if (strlen(key) == len && memcmp(key, name, len) == 0)
			return &psd_op_rows[i];
	}
	return psd_op_find_name(name, len);
}

/*
 * Grants say nothing of a field of these kinds, so it may be left out when
 * nothing follows it.  A descriptor cannot be written down.
 */
static bool
may_be_left_out(enum psd_kind kind)
{
	switch (kind) {
	case PSD_KIND_number:
	case PSD_KIND_wide:
	case PSD_KIND_mode:
	case PSD_KIND_family:
	case PSD_KIND_name:
	case PSD_KIND_text:
	case PSD_KIND_bytes:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
	case PSD_KIND_fd:
	case PSD_KIND_fds:
		return true;
	case PSD_KIND_end:
	case PSD_KIND_moment:
	case PSD_KIND_offset:
	case PSD_KIND_permissions:
	case PSD_KIND_owner:
	case PSD_KIND_access:
	case PSD_KIND_priority:
	case PSD_KIND_operation:
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
	case PSD_KIND_protocol:
	case PSD_KIND_endpoint:
		break;
	}
	return false;
}

/* Zero and PSD_NO_FD are there already; a string is never a NULL. */
static void
leave_out(enum psd_kind kind, void *at)
{
	if (kind == PSD_KIND_name || kind == PSD_KIND_text ||
	    kind == PSD_KIND_bytes)
		(void)psd_request_word(kind, "", at);
}

/* "open takes ACCESS PATH [MODE]": what is left out at the end in brackets. */
static void
print_usage(const struct psd_op_row *row, char *ret, size_t size)
{
	size_t len = 0;

	if (row->req[0].kind == PSD_KIND_end) {
		snprintf(ret, size, "%s takes no arguments", row->name);
		return;
	}
	len += (size_t)snprintf(ret, size, "%s takes", row->name);
	for (const struct psd_field *f = row->req;
	     f->kind != PSD_KIND_end && len < size; f++)
		len += (size_t)snprintf(ret + len, size - len,
		    may_be_left_out(f->kind) ? " [%s]" : " %s", f->name);
	for (char *c = ret + strlen(row->name) + strlen(" takes"); *c; c++)
		*c = (char)toupper((unsigned char)*c);
}

static void
print_wrong(const struct psd_field *field, const char *word, char *ret,
    size_t size)
{
	char shown[PSD_NAME_MAX + 1];

	psd_print_escaped(shown, sizeof(shown), word, strlen(word));
	snprintf(ret, size, "%s must be %s, not \"%s\"", field->name,
	    psd_request_wants(field->kind), shown);
}

int
psd_request_parse(const struct psd_op_row *row, const char *const *words,
    size_t n_words, union psd_any_req *ret_req, char *ret_wrong, size_t size)
{
	union psd_any_req req;
	size_t used = 0;

	psd_fields_init(row->req, sizeof(req), &req);
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end;
	     f++) {
		unsigned char *at = (unsigned char *)&req + f->offset;

		if (used == n_words && may_be_left_out(f->kind)) {
			leave_out(f->kind, at);
			continue;
		}
		if (used == n_words) {
			print_usage(row, ret_wrong, size);
			return -EINVAL;
		}
		if (!psd_request_word(f->kind, words[used], at)) {
			print_wrong(f, words[used], ret_wrong, size);
			return -EINVAL;
		}
		used++;
	}
	if (used < n_words) {
		print_usage(row, ret_wrong, size);
		return -EINVAL;
	}
	*ret_req = req;
	return 0;
}
