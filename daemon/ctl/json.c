/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/out.h"

#include "common/mem.h"
#include "common/print.h"

#include <stdlib.h>
#include <string.h>

/* The texts that control.def says are lists, and what separates them. */
static const struct {
	enum psd_op op;
	const char *field;
	const char *separators;
} lists[] = {
	{ PSD_OP_ctl_status, "layers", " \n" },
	{ PSD_OP_ctl_status, "missing", "\n" },
	{ PSD_OP_ctl_status, "policy_dirs", "\n" },
	{ PSD_OP_ctl_status, "capabilities", " \n" },
	{ PSD_OP_ctl_status, "manager", " \n" },
	{ PSD_OP_ctl_status, "manager_missing", "\n" },
	{ PSD_OP_ctl_service, "listeners", "\n" },
	{ PSD_OP_ctl_service, "clients", "\n" },
	{ PSD_OP_ctl_service, "provides", "\n" },
	{ PSD_OP_ctl_service, "missing", " \n" },
	{ PSD_OP_ctl_reload, "report", "\n" },
};

/* Has jansson got less memory than it asked for? */
static bool is_short;

static void *
allocate(size_t size)
{
	void *memory = malloc(size);

	is_short = is_short || memory == NULL;
	return memory;
}

/*
 * It is asked for hundreds of small things, each of which would be missing from
 * what is shown and nobody would know.
 */
void
psd_ctl_json_begin(void)
{
	is_short = false;
	json_set_alloc_funcs(allocate, free);
}

bool
psd_ctl_json_is_short(void)
{
	return is_short;
}

json_t *
psd_ctl_json_text(const char *text, size_t len)
{
	json_t *string = json_stringn(len > 0 ? text : "", len);
	_cleanup_free_ char *shown = NULL;

	if (string != NULL || is_short)
		return string;
	/* Not UTF-8: no byte of it takes more than four. */
	shown = malloc(len * 4 + 1);
	if (shown == NULL)
		return NULL;
	psd_print_escaped(shown, len * 4 + 1, text, len);
	return json_string(shown);
}

static json_t *
split(const char *text, size_t len, const char *separators)
{
	json_t *entries = json_array();

	for (size_t at = 0; at < len;) {
		size_t n = 0;

		while (at + n < len && strchr(separators, text[at + n]) == NULL)
			n++;
		if (n > 0)
			json_array_append_new(entries,
			    psd_ctl_json_text(text + at, n));
		at += n + 1;
	}
	return entries;
}

json_t *
psd_ctl_json_lines(const char *text, size_t len)
{
	return split(text, len, "\n");
}

static json_t *
json_of_text(enum psd_op op, const char *name, const struct psd_str *text)
{
	for (size_t i = 0; i < PSD_ELEMENTS(lists); i++)
		if (op == lists[i].op && strcmp(name, lists[i].field) == 0)
			return split(text->at, text->len, lists[i].separators);
	return psd_ctl_json_text(text->at, text->len);
}

/* jansson's integers are signed; no counter of ours gets that far. */
static json_t *
json_of_wide(uint64_t wide)
{
	return json_integer(wide > INT64_MAX ? INT64_MAX : (json_int_t)wide);
}

static json_t *
json_of_field(enum psd_op op, const struct psd_field *field, const void *at)
{
	struct psd_str text;
	uint32_t number;
	uint64_t wide;

	switch (field->kind) {
	case PSD_KIND_number:
	case PSD_KIND_mode:
	case PSD_KIND_family:
	case PSD_KIND_access:
	case PSD_KIND_priority:
	case PSD_KIND_operation:
	case PSD_KIND_protocol:
	case PSD_KIND_permissions:
		memcpy(&number, at, sizeof(number));
		return json_integer(number);
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_offset:
	case PSD_KIND_owner:
		memcpy(&wide, at, sizeof(wide));
		return json_of_wide(wide);
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
	case PSD_KIND_name:
	case PSD_KIND_text:
		memcpy(&text, at, sizeof(text));
		return json_of_text(op, field->name, &text);
	case PSD_KIND_end:
	case PSD_KIND_endpoint:
	case PSD_KIND_bytes:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
	case PSD_KIND_fd:
	case PSD_KIND_fds:
		break;
	}
	return NULL;
}

json_t *
psd_ctl_json(const struct psd_op_row *row, const void *rep)
{
	json_t *object = json_object();

	for (const struct psd_field *f = row->rep; f->kind != PSD_KIND_end; f++)
		if (json_object_set_new(object, f->name,
			json_of_field(row->op, f,
			    (const unsigned char *)rep + f->offset)) < 0) {
			json_decref(object);
			return NULL;
		}
	return object;
}

const char *
psd_ctl_text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

int64_t
psd_ctl_count_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

enum psd_ctl_exit
psd_ctl_print_json(json_t *value)
{
	const int r = is_short ? -1 : json_dumpf(value, stdout, JSON_INDENT(2));

	json_decref(value);
	if (r < 0) {
		psd_ctl_complain("cannot make JSON: out of memory");
		return PSD_CTL_FAILED;
	}
	putchar('\n');
	return PSD_CTL_DONE;
}

enum psd_ctl_exit
psd_ctl_print_attempt(enum psd_op op, const void *rep, bool has_failed,
    bool is_dry)
{
	json_t *json = psd_ctl_json(psd_ctl_find(op), rep);

	json_object_set_new(json, "failed", json_boolean(has_failed));
	json_object_set_new(json, "dry_run", json_boolean(is_dry));
	return psd_ctl_print_json(json);
}
