/* SPDX-License-Identifier: ISC */
#ifndef PSD_FORWARDER_H
#define PSD_FORWARDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* The parts of a message, RFC 1035 section 4.1, and of what we make. */
enum {
	MESSAGE_HEADER = 12,
	QUERY_MAX = 1232,   /* larger ones come in fragments, if at all */
	ANSWER_MAX = 65535, /* of a datagram */
};

/* What is answered by ourselves. */
enum message_error {
	MESSAGE_FORMERR = 1,
	MESSAGE_SERVFAIL = 2,
	MESSAGE_NOTIMP = 4,
};

/*
 * Where the one question of a message ends, which begins behind the header; 0:
 * it has none, several, or one that is cut short or compressed.
 */
size_t message_question_end(const uint8_t *message, size_t len);

/*
 * Is it a query, which may be answered at all?  An answer, and what is no
 * message, never is, so that two servers do not answer each other for ever.
 */
bool message_is_query(const uint8_t *message, size_t len);

/* Is its operation the one that is forwarded, a standard query? */
bool message_is_standard(const uint8_t *message);

/*
 * Does it answer the query, with this id and the same question?  The case of
 * letters counts: whoever guesses has to guess it, too.
 */
bool message_answers(const uint8_t *message, size_t len, uint16_t id,
    const uint8_t *query, size_t query_len);

uint16_t message_id(const uint8_t *message);
void message_set_id(uint8_t *message, uint16_t id);

/*
 * Makes of a query the answer that there is none: its header and, if it has a
 * good one, its question.  Returns the length.
 */
size_t message_make_error(uint8_t *message, size_t len,
    enum message_error error);

/* An address of the command line. */
struct place {
	struct sockaddr_storage address;
	socklen_t len;
};

enum { PLACES_MAX = 4 };

struct places {
	struct place at[PLACES_MAX];
	size_t n;
};

/* "192.0.2.1:53" or "[2001:db8::1]:53".  False when it is none, or one too many. */
bool places_add(struct places *places, const char *text);

#endif
