/* SPDX-License-Identifier: ISC */
#include "helper/forwarder/forwarder.h"

#include <string.h>

enum {
	FLAGS_AT = 2,
	CODE_AT = 3,
	QUESTIONS_AT = 4,
	FLAG_ANSWER = 0x80,
	OPERATION = 0x78,
	FLAG_WISHES = 0x79, /* the operation, and whether to recurse */
	FLAG_CHECKS = 0x10, /* whether signatures are checked */
	LABEL_MAX = 63,
	NAME_MAX_LEN = 255,
	TYPE_AND_CLASS = 4,
};

static unsigned
get_16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

size_t
message_question_end(const uint8_t *message, size_t len)
{
	size_t at = MESSAGE_HEADER;

	if (len < MESSAGE_HEADER || get_16(message + QUESTIONS_AT) != 1)
		return 0;
	while (at < len && message[at] != 0) {
		if (message[at] > LABEL_MAX)
			return 0;
		at += message[at] + 1U;
		if (at - MESSAGE_HEADER >= NAME_MAX_LEN)
			return 0;
	}
	at++; /* the root's label, which is empty */
	if (at > len || len - at < TYPE_AND_CLASS)
		return 0;
	return at + TYPE_AND_CLASS;
}

bool
message_is_query(const uint8_t *message, size_t len)
{
	return len >= MESSAGE_HEADER && (message[FLAGS_AT] & FLAG_ANSWER) == 0;
}

bool
message_is_standard(const uint8_t *message)
{
	return (message[FLAGS_AT] & OPERATION) == 0;
}

bool
message_answers(const uint8_t *message, size_t len, uint16_t id,
    const uint8_t *query, size_t query_len)
{
	const size_t end = message_question_end(query, query_len);

	return len >= MESSAGE_HEADER &&
	    (message[FLAGS_AT] & FLAG_ANSWER) != 0 &&
	    message_id(message) == id && end > 0 &&
	    message_question_end(message, len) == end &&
	    memcmp(message + MESSAGE_HEADER, query + MESSAGE_HEADER,
		end - MESSAGE_HEADER) == 0;
}

uint16_t
message_id(const uint8_t *message)
{
	return (uint16_t)get_16(message);
}

void
message_set_id(uint8_t *message, uint16_t id)
{
	message[0] = (uint8_t)(id >> 8);
	message[1] = (uint8_t)id;
}

size_t
message_make_error(uint8_t *message, size_t len, enum message_error error)
{
	const size_t end = message_question_end(message, len);

	message[FLAGS_AT] =
	    (uint8_t)(FLAG_ANSWER | (message[FLAGS_AT] & FLAG_WISHES));
	message[CODE_AT] =
	    (uint8_t)((message[CODE_AT] & FLAG_CHECKS) | (unsigned)error);
	memset(message + QUESTIONS_AT, 0, MESSAGE_HEADER - QUESTIONS_AT);
	message[QUESTIONS_AT + 1] = end > 0;
	return end > 0 ? end : MESSAGE_HEADER;
}
