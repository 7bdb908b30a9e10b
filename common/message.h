/* SPDX-License-Identifier: ISC */
#ifndef PSD_MESSAGE_H
#define PSD_MESSAGE_H

#include "common/log.h"

/* One kind of message a row of common/messages.def. */
enum psd_message {
#define MESSAGE(name, level, id, text) PSD_MESSAGE_##name,
#include "common/messages.def"
#undef MESSAGE
	PSD_MESSAGES,
};

struct psd_message_row {
	const char *name;
	const char *id; /* 32 hexadecimal digits, as MESSAGE_ID= has them */
	const char *text;
	int level;
};

const struct psd_message_row *psd_message_row(enum psd_message message);

/* Fields that one message can have, and what all their values come to. */
enum { PSD_MESSAGE_FIELDS_MAX = 24, PSD_MESSAGE_VALUES_MAX = 16384 };

/*
 * Says message with the values of fields, which are escaped here and cut where
 * they are too long.  Never waits.
 */
void psd_say(enum psd_message message, const struct psd_log_field *fields,
    size_t n_fields);

/* The same at another level than the row's. */
void psd_say_at(int level, enum psd_message message,
    const struct psd_log_field *fields, size_t n_fields);

#endif
