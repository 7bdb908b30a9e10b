/* SPDX-License-Identifier: ISC */
#include "common/message.h"

#include "common/print.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static const struct psd_message_row rows[] = {
#define MESSAGE(name, level, id, text) { #name, id, text, level },
#include "common/messages.def"
#undef MESSAGE
};

/* The values of fields as they are shown, and the id behind them. */
struct shown {
	struct psd_log_field fields[PSD_MESSAGE_FIELDS_MAX + 1];
	size_t n;
	char values[PSD_MESSAGE_VALUES_MAX];
};

const struct psd_message_row *
psd_message_row(enum psd_message message)
{
	assert((unsigned)message < PSD_MESSAGES);
	return &rows[message];
}

/* What a helper has a say in becomes one line that steers no terminal. */
static void
show(struct shown *shown, const struct psd_log_field *fields, size_t n)
{
	size_t used = 0;

	assert(n <= PSD_MESSAGE_FIELDS_MAX);
	for (shown->n = 0; shown->n < n; shown->n++) {
		const struct psd_log_field *field = &fields[shown->n];
		/* A byte is left for each of those that follow. */
		const size_t room =
		    sizeof(shown->values) - used - (n - 1 - shown->n);

		shown->fields[shown->n] = (struct psd_log_field){
			.name = field->name,
			.value = shown->values + used,
		};
		used += psd_print_line(shown->values + used, room, field->value,
			    strlen(field->value)) +
		    1;
	}
}

/* The value for the len bytes of name; what was not given is a "?". */
static const char *
value_of(const struct shown *shown, const char *name, size_t len)
{
	for (size_t i = 0; i < shown->n; i++)
		if (strncmp(shown->fields[i].name, name, len) == 0 &&
		    shown->fields[i].name[len] == '\0')
			return shown->fields[i].value;
	return "?";
}

/* A text being made. */
struct text {
	size_t len;
	bool is_cut;
	char at[PSD_LOG_MAX + 1];
};

/* As much of piece as there is room for, and after that nothing more. */
static void
put(struct text *text, const char *piece, size_t n)
{
	const size_t room = PSD_LOG_MAX - text->len;

	if (text->is_cut)
		return;
	if (n > room) {
		n = room;
		text->is_cut = true;
		/* Not through the middle of a character. */
		while (n > 0 && ((unsigned char)piece[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(text->at + text->len, piece, n);
	text->len += n;
	text->at[text->len] = '\0';
}

static void
fill_in(struct text *text, const char *pattern, const struct shown *shown)
{
	text->len = 0;
	text->is_cut = false;
	text->at[0] = '\0';
	while (*pattern != '\0') {
		const size_t plain = strcspn(pattern, "@");
		const char *name = pattern + plain + 1;
		const char *value;
		size_t n;

		put(text, pattern, plain);
		if (pattern[plain] == '\0')
			return;
		n = strcspn(name, "@");
		value = value_of(shown, name, n);
		put(text, value, strlen(value));
		pattern = name + n + (name[n] == '@');
	}
}

void
psd_say_at(int level, enum psd_message message,
    const struct psd_log_field *fields, size_t n_fields)
{
	const struct psd_message_row *row = psd_message_row(message);
	struct shown shown;
	struct text text;

	if (!psd_log_is_heard(level))
		return;
	show(&shown, fields, n_fields);
	fill_in(&text, row->text, &shown);
	shown.fields[shown.n++] =
	    (struct psd_log_field){ "MESSAGE_ID", row->id };
	psd_log_escaped(level, text.at, shown.fields, shown.n);
}

void
psd_say(enum psd_message message, const struct psd_log_field *fields,
    size_t n_fields)
{
	psd_say_at(psd_message_row(message)->level, message, fields, n_fields);
}
