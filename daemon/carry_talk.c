/* SPDX-License-Identifier: ISC */
#include "daemon/carry.h"

#include "common/codec.h"
#include "common/fd.h"
#include "common/mem.h"
#include "daemon/dispose.h"
#include "daemon/instance.h"
#include "daemon/loaded.h"
#include "daemon/service.h"
#include "daemon/talk.h"

#include <stdlib.h>
#include <string.h>

/* One thread, so one frame to read into is enough. */
static struct psd_frame kept;

/* Clones follow the first conversation, in the order of their list. */
static uint32_t
place_of(const struct psd_instance *instance,
    const struct psd_conversation *conversation)
{
	const struct psd_conversation *clone;
	uint32_t n = 1;

	TAILQ_FOREACH(clone, &instance->clones, of_instance) {
		if (clone == conversation)
			return n;
		n++;
	}
	return 0;
}

static struct psd_conversation *
conversation_at(struct psd_instance *instance, uint32_t place)
{
	struct psd_conversation *clone;

	if (place == 0)
		return &instance->first;
	TAILQ_FOREACH(clone, &instance->clones, of_instance)
		if (--place == 0)
			return clone;
	return NULL;
}

static void
save_unsent(struct psd_state_writer *writer, const struct psd_frame *frame)
{
	const struct psd_record_unsent record = {
		.op = frame->op,
		.id = frame->id,
		.fd0 = psd_state_hold(writer, frame->fds[0]),
		.fd1 = psd_state_hold(writer, frame->fds[1]),
		.fd2 = psd_state_hold(writer, frame->fds[2]),
		.fd3 = psd_state_hold(writer, frame->fds[3]),
		.size = frame->len,
	};

	_Static_assert(PSD_FDS_MAX == 4, "a row has a field for each");
	psd_state_put(writer, PSD_RECORD_unsent, &record);
	psd_state_put_bytes(writer, frame->bytes, frame->len);
}

static void
save_conversation(struct psd_state_writer *writer,
    const struct psd_conversation *conversation)
{
	const struct psd_record_conversation record = {
		.fd = psd_state_hold(writer, conversation->conv.fd),
		.state = conversation->conv.state,
		.origin =
		    place_of(conversation->instance, conversation->origin),
		.number = conversation->number,
		.pair_inode = conversation->pair_inode,
		.has_greeted = conversation->has_greeted,
		.said_end = conversation->said_end,
		.was_told = conversation->was_told,
		.deadline_usec = psd_carry_due(conversation->deadline_source),
		.given_up = conversation->rights.given_up,
		.phase = conversation->rights.phase,
	};
	const struct psd_unsent *unsent;

	psd_state_put(writer, PSD_RECORD_conversation, &record);
	psd_carry_save_rights(writer, conversation);
	STAILQ_FOREACH(unsent, &conversation->unsent, next)
		save_unsent(writer, &unsent->frame);
	psd_carry_save_calls(writer, conversation);
}

void
psd_carry_save_conversations(struct psd_state_writer *writer,
    const struct psd_instance *instance)
{
	const struct psd_conversation *clone;

	save_conversation(writer, &instance->first);
	TAILQ_FOREACH(clone, &instance->clones, of_instance)
		save_conversation(writer, clone);
}

static void
take_fds(struct psd_state_reader *reader,
    const struct psd_record_unsent *record)
{
	const uint32_t numbers[PSD_FDS_MAX] = { record->fd0, record->fd1,
		record->fd2, record->fd3 };

	for (size_t i = 0; i < PSD_FDS_MAX; i++) {
		kept.fds[i] = psd_state_take(reader, numbers[i]);
		kept.n_fds += kept.fds[i] >= 0;
	}
}

static bool
load_unsent(struct psd_state_reader *reader,
    struct psd_conversation *conversation)
{
	_cleanup_free_ unsigned char *bytes = NULL;
	struct psd_record_unsent record;

	if (!psd_state_get(reader, PSD_RECORD_unsent, &record))
		return false;
	if (record.size < PSD_FRAME_HEADER || record.size > PSD_FRAME_MAX)
		return psd_state_bad(reader, "a reply of %u bytes",
		    record.size);
	bytes = psd_state_get_bytes(reader, record.size);
	if (bytes == NULL)
		return false;
	psd_frame_init(&kept);
	kept.type = PSD_FRAME_REPLY;
	kept.op = (uint16_t)record.op;
	kept.id = record.id;
	kept.len = record.size;
	memcpy(kept.bytes, bytes, record.size);
	take_fds(reader, &record);
	if (psd_conversation_keep_unsent(conversation, &kept) < 0)
		return psd_state_no_memory(reader);
	return psd_state_error(reader) == 0;
}

static void
fill_in(struct psd_conversation *conversation,
    const struct psd_record_conversation *record)
{
	conversation->conv.state = (enum psd_conv_state)record->state;
	conversation->number = record->number;
	conversation->pair_inode = record->pair_inode;
	conversation->has_greeted = record->has_greeted != 0;
	conversation->said_end = record->said_end != 0;
	conversation->was_told = record->was_told != 0;
	psd_conversation_expect_fds(conversation);
}

static bool
resume(struct psd_state_reader *reader, struct psd_conversation *conversation,
    uint64_t deadline_usec)
{
	int r = 0;

	if (conversation->conv.fd >= 0)
		r = psd_talk_resume(conversation);
	if (r >= 0 && deadline_usec != 0)
		psd_conversation_reply_deadline(conversation,
		    psd_carry_left(deadline_usec));
	return r >= 0 || psd_state_bad(reader, "a pair cannot be watched");
}

static bool
load_conversation(struct psd_state_reader *reader,
    struct psd_conversation *conversation,
    const struct psd_record_conversation *record)
{
	psd_conv_init(&conversation->conv, psd_state_take(reader, record->fd));
	fill_in(conversation, record);
	if (!psd_carry_load_rights(reader, conversation))
		return false;
	conversation->rights.given_up = record->given_up;
	conversation->rights.phase = record->phase;
	while (psd_state_next_is(reader, PSD_RECORD_unsent))
		if (!load_unsent(reader, conversation))
			return false;
	while (psd_state_next_is(reader, PSD_RECORD_call))
		if (!psd_carry_load_call(reader, conversation))
			return false;
	return resume(reader, conversation, record->deadline_usec);
}

static bool
load_clone(struct psd_state_reader *reader, struct psd_instance *instance,
    const struct psd_record_conversation *record)
{
	struct psd_conversation *origin =
	    conversation_at(instance, record->origin);
	struct psd_conversation *clone;

	if (origin == NULL || instance->n_clones == PSD_CLONES_MAX)
		return psd_state_bad(reader, "a clone comes from nowhere");
	clone = psd_conversation_make_clone(origin);
	if (clone == NULL)
		return psd_state_no_memory(reader);
	return load_conversation(reader, clone, record);
}

static bool
is_good(const struct psd_instance *instance,
    const struct psd_record_conversation *record)
{
	const size_t n_phases = instance->loaded->policy->phases.n;

	return record->state <= PSD_CONV_CLOSED &&
	    (record->phase == 0 || record->phase < n_phases);
}

bool
psd_carry_load_conversations(struct psd_state_reader *reader,
    struct psd_instance *instance)
{
	struct psd_record_conversation record;
	bool is_first = true;

	while (is_first || psd_state_next_is(reader, PSD_RECORD_conversation)) {
		if (!psd_state_get(reader, PSD_RECORD_conversation, &record))
			return false;
		if (!is_good(instance, &record))
			return psd_state_bad(reader,
			    "a conversation is in no such state");
		if (!(is_first ? load_conversation(reader, &instance->first,
				     &record)
			       : load_clone(reader, instance, &record)))
			return false;
		is_first = false;
	}
	return psd_state_error(reader) == 0;
}
