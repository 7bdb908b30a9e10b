/* SPDX-License-Identifier: ISC */
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "helper/forwarder/message.c"

/* www.example.org, type A, class IN, id 0x1234, recursion desired. */
static const uint8_t query[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0"
			       "\3www\7example\3org\0\0\1\0\1";
enum { QUERY_LEN = sizeof(query) - 1, QUESTION_LEN = QUERY_LEN - 12 };

/* In memory of just this length, so that a byte too far is seen. */
static uint8_t *
copy(const void *bytes, size_t len)
{
	uint8_t *message = malloc(len + 1);

	assert_non_null(message);
	memcpy(message + 1, bytes, len);
	return message;
}

static size_t
question_end(const void *bytes, size_t len)
{
	_cleanup_free_ uint8_t *message = copy(bytes, len);

	return message_question_end(message + 1, len);
}

static void
question_of_a_query_is_found(void **state)
{
	(void)state;
	assert_int_equal(question_end(query, QUERY_LEN), QUERY_LEN);
	assert_true(message_is_query(query, QUERY_LEN));
	assert_true(message_is_standard(query));
	assert_int_equal(message_id(query), 0x1234);
}

static void
query_that_is_cut_anywhere_has_none(void **state)
{
	(void)state;
	for (size_t len = 0; len < QUERY_LEN; len++)
		assert_int_equal(question_end(query, len), 0);
}

static void
question_of_another_shape_is_none(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
		/* No question, two, a pointer, a label of another type. */
		{ "\0\0\1\0\0\0\0\0\0\0\0\0", 12 },
		{ "\0\0\1\0\0\2\0\0\0\0\0\0\1a\0\0\1\0\1\1a\0\0\1\0\1", 26 },
		{ "\0\0\1\0\1\1\0\0\0\0\0\0\1a\0\0\1\0\1", 19 },
		{ "\0\0\1\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1", 18 },
		{ "\0\0\1\0\0\1\0\0\0\0\0\0\x40y\0\0\1\0\1", 19 },
		{ "\0\0\1\0\0\1\0\0\0\0\0\0\x3fshort\0\0\1\0\1", 23 },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		assert_int_equal(question_end(cases[i].bytes, cases[i].len), 0);
}

/* n labels of 63 bytes and one of the rest. */
static size_t
end_with_a_name_of(size_t name_len)
{
	uint8_t message[512] = { 0, 0, 1, 0, 0, 1 };
	size_t at = MESSAGE_HEADER;

	for (size_t left = name_len - 1; left > 0;) {
		const size_t label = left > 64 ? 63 : left - 1;

		message[at] = (uint8_t)label;
		memset(message + at + 1, 'a', label);
		at += label + 1;
		left -= label + 1;
	}
	return question_end(message, at + 1 + 4);
}

static void
name_is_as_long_as_a_name_may_be(void **state)
{
	(void)state;
	assert_int_equal(end_with_a_name_of(255), 12 + 255 + 4);
	assert_int_equal(end_with_a_name_of(256), 0);
	assert_int_equal(end_with_a_name_of(300), 0);
	assert_int_equal(end_with_a_name_of(1), 12 + 1 + 4);
}

static bool
answers(const uint8_t *answer, size_t len, uint16_t id)
{
	_cleanup_free_ uint8_t *message = copy(answer, len);

	return message_answers(message + 1, len, id, query, QUERY_LEN);
}

static void
answer_has_the_id_and_the_question_to_the_last_bit(void **state)
{
	uint8_t answer[QUERY_LEN];

	(void)state;
	memcpy(answer, query, sizeof(answer));
	answer[FLAGS_AT] |= FLAG_ANSWER;
	assert_true(answers(answer, sizeof(answer), 0x1234));
	assert_false(answers(answer, sizeof(answer), 0x1235));
	assert_false(answers(query, QUERY_LEN, 0x1234));
	for (size_t len = 0; len < sizeof(answer); len++)
		assert_false(answers(answer, len, 0x1234));
	for (size_t bit = 0; bit < QUESTION_LEN * 8; bit++) {
		uint8_t *byte = &answer[MESSAGE_HEADER + bit / 8];

		*byte ^= (uint8_t)(1U << bit % 8);
		assert_false(answers(answer, sizeof(answer), 0x1234));
		*byte ^= (uint8_t)(1U << bit % 8);
	}
}

static void
error_says_what_was_asked_and_nothing_else(void **state)
{
	static const uint8_t wanted[] = "\x12\x34\x81\x12\0\1\0\0\0\0\0\0"
					"\3www\7example\3org\0\0\1\0\1";
	uint8_t message[QUERY_LEN + 11];

	(void)state;
	/* With something behind the question, and all flags. */
	memset(message, 0xff, sizeof(message));
	memcpy(message, query, QUERY_LEN);
	message[CODE_AT] = 0xff;
	memset(message + 6, 1, 6);
	assert_int_equal(message_make_error(message, sizeof(message),
			     MESSAGE_SERVFAIL),
	    QUERY_LEN);
	assert_memory_equal(message, wanted, QUERY_LEN);
	message[QUESTIONS_AT + 1] = 2;
	assert_int_equal(message_make_error(message, sizeof(message),
			     MESSAGE_FORMERR),
	    MESSAGE_HEADER);
	assert_memory_equal(message, "\x12\x34\x81\x11\0\0\0\0\0\0\0\0", 12);
}

static void
what_must_not_be_answered_is_no_query(void **state)
{
	uint8_t message[QUERY_LEN];

	(void)state;
	for (size_t len = 0; len < MESSAGE_HEADER; len++)
		assert_false(message_is_query(query, len));
	memcpy(message, query, sizeof(message));
	message[FLAGS_AT] |= FLAG_ANSWER;
	assert_false(message_is_query(message, sizeof(message)));
}

/* Found by nobody so far; under the sanitizers, a byte too far is the end. */
static void
any_bytes_are_looked_at_within_their_bounds(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		const size_t len = (size_t)rand_r(&seed) % 300;
		_cleanup_free_ uint8_t *message = calloc(1, len + 1);

		assert_non_null(message);
		for (size_t k = 0; k < len; k++)
			message[k + 1] = (uint8_t)(rand_r(&seed) % 70);
		/* Mostly with one question. */
		if (len > QUESTIONS_AT + 1) {
			message[1 + QUESTIONS_AT] = 0;
			message[1 + QUESTIONS_AT + 1] = i % 8 != 0;
		}
		assert_in_range(message_question_end(message + 1, len), 0, len);
		(void)message_answers(message + 1, len, 0, query, QUERY_LEN);
		if (message_is_query(message + 1, len))
			assert_in_range(message_make_error(message + 1, len,
					    MESSAGE_FORMERR),
			    MESSAGE_HEADER, len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(question_of_a_query_is_found),
		cmocka_unit_test(query_that_is_cut_anywhere_has_none),
		cmocka_unit_test(question_of_another_shape_is_none),
		cmocka_unit_test(name_is_as_long_as_a_name_may_be),
		cmocka_unit_test(
		    answer_has_the_id_and_the_question_to_the_last_bit),
		cmocka_unit_test(error_says_what_was_asked_and_nothing_else),
		cmocka_unit_test(what_must_not_be_answered_is_no_query),
		cmocka_unit_test(any_bytes_are_looked_at_within_their_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
