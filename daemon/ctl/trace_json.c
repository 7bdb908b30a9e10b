/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/trace_json.h"

#include "common/list.h"
#include "common/mem.h"
#include "common/print.h"
#include "daemon/ctl/out.h"

#include <stdlib.h>
#include <string.h>

enum { FIELD_TEXT_MAX = 128 };

static json_t *
json_of_names(const struct psd_bytes *list)
{
	json_t *names = json_array();
	const char *name;
	size_t at = 0;

	while ((name = psd_names_next(list, &at)) != NULL)
		json_array_append_new(names,
		    psd_ctl_json_text(name, strlen(name)));
	return names;
}

static json_t *
json_of_ids(const struct psd_bytes *list)
{
	json_t *ids = json_array();

	for (size_t i = 0; i < psd_ids_count(list); i++)
		json_array_append_new(ids, json_integer(psd_ids_get(list, i)));
	return ids;
}

static json_t *
json_of_targets(const struct psd_bytes *list)
{
	json_t *targets = json_array();

	for (size_t i = 0; i < psd_targets_count(list); i++) {
		const struct psd_target target = psd_targets_get(list, i);
		char text[FIELD_TEXT_MAX];

		(void)psd_print_field(text, sizeof(text), PSD_KIND_endpoint,
		    &target.endpoint);
		json_array_append_new(targets, json_string(text));
	}
	return targets;
}

/* As it is printed: words for what has words, and no field holds more. */
static json_t *
json_of_printed(enum psd_kind kind, const void *at)
{
	char text[FIELD_TEXT_MAX];

	(void)psd_print_field(text, sizeof(text), kind, at);
	return json_string(text);
}

static json_t *
json_of_field(enum psd_kind kind, const void *at)
{
	struct psd_bytes bytes;
	struct psd_str text;
	uint32_t number;
	int64_t wide;

	switch (kind) {
	case PSD_KIND_number:
	case PSD_KIND_fds:
		memcpy(&number, at, sizeof(number));
		return json_integer(number);
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_offset:
		memcpy(&wide, at, sizeof(wide));
		return json_integer(wide);
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
	case PSD_KIND_name:
	case PSD_KIND_text:
		memcpy(&text, at, sizeof(text));
		return psd_ctl_json_text(text.at, text.len);
	case PSD_KIND_bytes:
		memcpy(&bytes, at, sizeof(bytes));
		return psd_ctl_json_text((const char *)bytes.at, bytes.len);
	case PSD_KIND_names:
		memcpy(&bytes, at, sizeof(bytes));
		return json_of_names(&bytes);
	case PSD_KIND_ids:
		memcpy(&bytes, at, sizeof(bytes));
		return json_of_ids(&bytes);
	case PSD_KIND_targets:
		memcpy(&bytes, at, sizeof(bytes));
		return json_of_targets(&bytes);
	case PSD_KIND_mode:
	case PSD_KIND_family:
	case PSD_KIND_permissions:
	case PSD_KIND_owner:
	case PSD_KIND_access:
	case PSD_KIND_priority:
	case PSD_KIND_operation:
	case PSD_KIND_protocol:
	case PSD_KIND_endpoint:
	case PSD_KIND_fd:
	case PSD_KIND_end:
		break;
	}
	return json_of_printed(kind, at);
}

static json_t *
json_of_fields(const struct psd_field *layout, const void *fields)
{
	json_t *object = json_object();

	for (const struct psd_field *f = layout; f->kind != PSD_KIND_end; f++)
		json_object_set_new(object, f->name,
		    json_of_field(f->kind,
			(const unsigned char *)fields + f->offset));
	return object;
}

static const char *
event_of(const struct psd_trace_head *head)
{
	switch (head->kind) {
	case PSD_TRACE_FRAME:
		return head->type == PSD_FRAME_REPLY ? "reply" : "request";
	case PSD_TRACE_END:
		return "end";
	case PSD_TRACE_STOP:
		return "stop";
	case PSD_TRACE_DROPPED:
		return "dropped";
	case PSD_TRACE_GONE:
		return "gone";
	default:
		return "unknown";
	}
}

static void
add_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, psd_ctl_json_text(text, strlen(text)));
}

static void
add_verdict(json_t *object, const struct psd_trace *trace)
{
	static const char *const verdicts[] = {
		[PSD_TRACE_ALLOWED] = "allowed",
		[PSD_TRACE_REFUSED] = "refused",
		[PSD_TRACE_BROKEN] = "dropped",
	};
	const uint32_t verdict = trace->head.verdict;

	if (verdict == PSD_TRACE_NO_VERDICT ||
	    verdict >= PSD_ELEMENTS(verdicts))
		return;
	add_text(object, "verdict", verdicts[verdict]);
	add_text(object, "reason", psd_trace_text(trace));
}

static void
add_status(json_t *object, int32_t status)
{
	const char *name = strerrorname_np(-status);

	json_object_set_new(object, "status", json_integer(status));
	if (status != 0 && name != NULL)
		add_text(object, "error", name);
}

json_t *
psd_ctl_trace_json(const struct psd_trace *trace, const struct psd_op_row *row,
    const struct psd_field *layout, const void *fields)
{
	const struct psd_trace_head *head = &trace->head;
	json_t *object = json_pack("{s:I,s:s,s:i,s:i,s:s}", "usec",
	    (json_int_t)head->usec, "service", head->service, "pid", head->pid,
	    "conversation", (int)head->conversation, "event", event_of(head));

	if (object == NULL)
		return NULL;
	if (head->kind == PSD_TRACE_FRAME) {
		json_object_set_new(object, "id", json_integer(head->id));
		json_object_set_new(object, "operation",
		    row != NULL ? json_string(row->name)
				: json_integer(head->op));
		if (head->type == PSD_FRAME_REPLY)
			add_status(object, head->status);
		if (fields != NULL)
			json_object_set_new(object, "fields",
			    json_of_fields(layout, fields));
		else if (head->status == 0)
			json_object_set_new(object, "bytes",
			    psd_ctl_json_text(trace->bytes, head->body_len));
		add_verdict(object, trace);
	} else if (head->text_len > 0) {
		add_text(object, "reason", psd_trace_text(trace));
	}
	return object;
}
