/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/out.h"

#include "common/mem.h"
#include "common/print.h"

#include <string.h>

/* The texts that control.def says are lists. */
static const char *const lists[] = {
	"layers",
	"missing",
	"policy_dirs",
	"capabilities",
	"listeners",
	"report",
};

json_t *
psd_ctl_json_text(const char *text, size_t len)
{
	json_t *string = json_stringn(len > 0 ? text : "", len);
	_cleanup_free_ char *shown = NULL;

	if (string != NULL)
		return string;
	/* Not UTF-8: no byte of it takes more than four. */
	shown = malloc(len * 4 + 1);
	if (shown == NULL)
		return NULL;
	psd_print_escaped(shown, len * 4 + 1, text, len);
	return json_string(shown);
}

json_t *
psd_ctl_json_lines(const char *text, size_t len)
{
	json_t *lines = json_array();
	size_t at = 0;

	while (at < len) {
		const char *end = memchr(text + at, '\n', len - at);
		const size_t n =
		    end != NULL ? (size_t)(end - text) - at : len - at;

		if (n > 0)
			json_array_append_new(lines,
			    psd_ctl_json_text(text + at, n));
		at += n + 1;
	}
	return lines;
}

static json_t *
json_of_text(const char *name, const struct psd_str *text)
{
	for (size_t i = 0; i < PSD_ELEMENTS(lists); i++)
		if (strcmp(name, lists[i]) == 0)
			return psd_ctl_json_lines(text->at, text->len);
	return psd_ctl_json_text(text->at, text->len);
}

/* jansson's integers are signed; no counter of ours gets that far. */
static json_t *
json_of_wide(uint64_t wide)
{
	return json_integer(wide > INT64_MAX ? INT64_MAX : (json_int_t)wide);
}

static json_t *
json_of_field(const struct psd_field *field, const void *at)
{
	struct psd_str text;
	uint32_t number;
	uint64_t wide;

	switch (field->kind) {
	case PSD_KIND_number:
	case PSD_KIND_mode:
	case PSD_KIND_access:
	case PSD_KIND_priority:
	case PSD_KIND_operation:
		memcpy(&number, at, sizeof(number));
		return json_integer(number);
	case PSD_KIND_wide:
	case PSD_KIND_moment:
		memcpy(&wide, at, sizeof(wide));
		return json_of_wide(wide);
	case PSD_KIND_path:
	case PSD_KIND_name:
	case PSD_KIND_text:
		memcpy(&text, at, sizeof(text));
		return json_of_text(field->name, &text);
	case PSD_KIND_end:
	case PSD_KIND_bytes:
	case PSD_KIND_fd:
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
			json_of_field(f,
			    (const unsigned char *)rep + f->offset)) < 0) {
			json_decref(object);
			return NULL;
		}
	return object;
}

enum psd_ctl_exit
psd_ctl_print_json(json_t *value)
{
	const int r = json_dumpf(value, stdout, JSON_INDENT(2));

	json_decref(value);
	if (r < 0) {
		psd_ctl_complain("cannot make JSON: out of memory");
		return PSD_CTL_FAILED;
	}
	putchar('\n');
	return PSD_CTL_DONE;
}
