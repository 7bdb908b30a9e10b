/* SPDX-License-Identifier: ISC */
#include "daemon/carry.h"

#include "common/codec.h"
#include "common/mem.h"
#include "daemon/conversation.h"
#include "daemon/instance.h"
#include "daemon/loaded.h"
#include "policy/rights_carried.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
psd_carry_save_line(struct psd_state_writer *writer,
    const struct psd_op_row *row, const struct psd_grant *line)
{
	const struct psd_narrowed narrowed = psd_narrowed_of(row, line);
	const struct psd_record_narrowed record = {
		.op = row->op,
		.within = narrowed.within,
		.mark = narrowed.mark,
		.line = psd_str_of(narrowed.text),
	};

	psd_state_put(writer, PSD_RECORD_narrowed, &record);
}

bool
psd_carry_load_line(struct psd_state_reader *reader, struct psd_narrowed *ret,
    char **ret_text)
{
	struct psd_record_narrowed record;
	char *text;

	if (!psd_state_get(reader, PSD_RECORD_narrowed, &record))
		return false;
	text = strdup(record.line.at);
	if (text == NULL)
		return psd_state_no_memory(reader);
	*ret = (struct psd_narrowed){
		.row = psd_op_find(record.op),
		.within = record.within,
		.mark = record.mark,
		.text = text,
	};
	*ret_text = text;
	return true;
}

/* What is used up is so for all conversations of an instance. */
static void
save_marks(struct psd_state_writer *writer, const struct psd_rights *rights)
{
	struct psd_record_used record;
	const uint8_t *marks =
	    psd_rights_marks(rights, &record.n, &record.room);

	psd_state_put(writer, PSD_RECORD_used, &record);
	psd_state_put_bytes(writer, marks, record.room);
}

void
psd_carry_save_rights(struct psd_state_writer *writer,
    const struct psd_conversation *conversation)
{
	const struct psd_rights *rights = &conversation->rights;

	if (conversation->origin == NULL)
		save_marks(writer, rights);
	for (size_t i = 0; i < psd_op_count; i++) {
		const struct psd_grants *lines =
		    psd_rights_narrowed(rights, &psd_op_rows[i]);

		for (size_t k = 0; lines != NULL && k < lines->n; k++)
			psd_carry_save_line(writer, &psd_op_rows[i],
			    &lines->at[k]);
	}
}

static bool
load_marks(struct psd_state_reader *reader, struct psd_rights *rights,
    const struct psd_policy *policy)
{
	_cleanup_free_ unsigned char *marks = NULL;
	struct psd_record_used record;

	if (!psd_state_get(reader, PSD_RECORD_used, &record))
		return false;
	marks = psd_state_get_bytes(reader, record.room);
	if (marks == NULL)
		return false;
	if (psd_rights_init(rights, policy) < 0)
		return psd_state_no_memory(reader);
	return psd_rights_set_marks(rights, marks, record.n, record.room) ==
	    0 ||
	    psd_state_bad(reader, "%s has another number of lines",
		policy->name);
}

bool
psd_carry_load_rights(struct psd_state_reader *reader,
    struct psd_conversation *conversation)
{
	const struct psd_policy *policy =
	    conversation->instance->loaded->policy;
	struct psd_rights *rights = &conversation->rights;

	if (conversation->origin != NULL)
		psd_rights_forget_lines(rights);
	else if (!load_marks(reader, rights, policy))
		return false;
	while (psd_state_next_is(reader, PSD_RECORD_narrowed)) {
		_cleanup_free_ char *text = NULL;
		struct psd_narrowed line = { .text = "" };
		int r;

		if (!psd_carry_load_line(reader, &line, &text))
			return false;
		r = psd_rights_add_line(rights, policy, &line);
		if (r == -ENOMEM)
			return psd_state_no_memory(reader);
		if (r < 0)
			return psd_state_bad(reader,
			    "%s cannot have been narrowed to: %s", policy->name,
			    line.text);
	}
	return psd_state_error(reader) == 0;
}
