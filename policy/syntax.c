/* SPDX-License-Identifier: ISC */
#include "policy/syntax.h"

#include "common/mem.h"
#include "policy/file.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { SECTION_MAX = 64 };

struct reader {
	psd_syntax_setting *setting;
	void *cookie;
	struct psd_diag *diag;
	struct psd_where where;        /* the joined line's first line */
	unsigned line;                 /* the last one read */
	char section[SECTION_MAX + 1]; /* "" before the first */
	bool is_passed_over;           /* the section is X- */
	char *joined; /* a line with its continuations, PSD_FILE_LINE_MAX */
	size_t len;
	bool is_open; /* the last line ended in a backslash */
	bool is_bad;  /* a part of it was: say so once, then pass it over */
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-';
}

static bool
is_name(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_name_char(text[i]))
			return false;
	return len > 0;
}

/* White space at the end goes. */
static size_t
trimmed(const char *text, size_t len)
{
	while (len > 0 && is_space(text[len - 1]))
		len--;
	return len;
}

/* Does it end in a backslash that no other backslash escapes? */
static bool
ends_in_backslash(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[len - 1 - n] == '\\')
		n++;
	return n % 2 == 1;
}

static bool
has_control(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)text[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

/* Makes %% one %; there are no specifiers. */
static bool
undo_percent(char *value)
{
	char *to = value;

	for (const char *from = value; *from != '\0'; from++) {
		if (*from == '%' && *++from != '%')
			return false;
		*to++ = *from;
	}
	*to = '\0';
	return true;
}

/* "[Section]" */
static void
read_section(struct reader *reader, const char *line, size_t len)
{
	const struct psd_setting setting = {
		.section = reader->section,
		.text = line,
		.where = reader->where,
	};

	if (line[len - 1] != ']' || !is_name(line + 1, len - 2) ||
	    len - 2 > SECTION_MAX) {
		psd_diag_error(reader->diag, &reader->where,
		    "a section is written [Name], alone on its line");
		return;
	}
	memcpy(reader->section, line + 1, len - 2);
	reader->section[len - 2] = '\0';
	reader->is_passed_over = strncmp(reader->section, "X-", 2) == 0;
	if (!reader->is_passed_over)
		reader->setting(reader->cookie, &setting, reader->diag);
}

/* Calls back with "Key=value"; text is changed. */
static void
hand_over(struct reader *reader, const char *key, char *value, const char *text)
{
	const struct psd_setting setting = {
		.section = reader->section,
		.key = key,
		.value = value,
		.text = text,
		.where = reader->where,
	};

	if (reader->section[0] == '\0') {
		psd_diag_error(reader->diag, &reader->where,
		    "%s= stands before the first section; write a line such "
		    "as [Helper] or [Policy] above it",
		    key);
		return;
	}
	if (ends_in_backslash(value, strlen(value))) {
		psd_diag_error(reader->diag, &reader->where,
		    "%s= ends in a backslash with white space behind it; "
		    "remove the white space to continue the line, or the "
		    "backslash",
		    key);
		return;
	}
	if (!undo_percent(value)) {
		psd_diag_error(reader->diag, &reader->where,
		    "%s= has a %% that is not doubled; there are no "
		    "specifiers, write %%%% for a percent sign",
		    key);
		return;
	}
	reader->setting(reader->cookie, &setting, reader->diag);
}

/* "Key=value", white space on either side of the = or not. */
static void
read_key(struct reader *reader, char *line, size_t len)
{
	char *equals = memchr(line, '=', len);
	const size_t key_len =
	    equals == NULL ? 0 : trimmed(line, (size_t)(equals - line));
	_cleanup_free_ char *text = NULL;
	char *value = equals;

	if (equals == NULL || !is_name(line, key_len)) {
		psd_diag_error(reader->diag, &reader->where,
		    "neither [Section] nor Key=value; comments begin with #");
		return;
	}
	if (strncmp(line, "X-", 2) == 0)
		return;
	do
		value++;
	while (is_space(*value));
	text = malloc(len + 2);
	if (text == NULL) {
		psd_diag_no_memory(reader->diag);
		return;
	}
	line[key_len] = '\0';
	memcpy(text, line, key_len);
	text[key_len] = '=';
	memcpy(text + key_len + 1, value, strlen(value) + 1);
	hand_over(reader, line, value, text);
}

/* A line with its continuations is whole. */
static void
close_line(struct reader *reader)
{
	const size_t len = trimmed(reader->joined, reader->len);

	reader->is_open = false;
	reader->len = 0;
	if (reader->is_bad || len == 0)
		return;
	reader->joined[len] = '\0';
	if (reader->joined[0] == '[')
		read_section(reader, reader->joined, len);
	else if (!reader->is_passed_over)
		read_key(reader, reader->joined, len);
}

static void
mark_bad(struct reader *reader, const char *why)
{
	const struct psd_where where = { reader->where.file, reader->line };

	if (!reader->is_bad)
		psd_diag_error(reader->diag, &where, "%s", why);
	reader->is_bad = true;
}

/* One line of the file, without its newline. */
static void
take_line(struct reader *reader, const char *line, size_t len)
{
	if (len > 0 && line[len - 1] == '\r')
		len--;
	for (; len > 0 && is_space(*line); len--)
		line++;
	/* Comments may stand between a line and its continuation. */
	if (len > 0 && (*line == '#' || *line == ';'))
		return;
	if (!reader->is_open) {
		reader->where.line = reader->line;
		reader->is_bad = false;
	}
	reader->is_open = ends_in_backslash(line, len);
	if (has_control(line, len))
		mark_bad(reader,
		    "a control character; write it as a C "
		    "escape such as \\x1b");
	else if (len > PSD_FILE_LINE_MAX ||
	    PSD_FILE_LINE_MAX - reader->len < len)
		mark_bad(reader, "a line of more than 65536 bytes");
	if (!reader->is_bad) {
		memcpy(reader->joined + reader->len, line, len);
		reader->len += len;
		if (reader->is_open)
			reader->joined[reader->len - 1] = ' ';
	}
	if (!reader->is_open)
		close_line(reader);
}

void
psd_syntax_read_within(const char *section, const char *file, const char *text,
    size_t len, psd_syntax_setting *setting, void *cookie,
    struct psd_diag *diag)
{
	_cleanup_free_ char *joined = malloc(PSD_FILE_LINE_MAX + 1);
	struct reader reader = {
		.setting = setting,
		.cookie = cookie,
		.diag = diag,
		.where = { file, 0 },
		.joined = joined,
	};

	if (joined == NULL) {
		psd_diag_no_memory(diag);
		return;
	}
	(void)snprintf(reader.section, sizeof(reader.section), "%s", section);
	for (size_t at = 0; at < len;) {
		const char *line = text + at;
		const char *newline = memchr(line, '\n', len - at);
		const size_t n =
		    newline == NULL ? len - at : (size_t)(newline - line);

		reader.line++;
		take_line(&reader, line, n);
		at += n + 1;
	}
	if (reader.is_open)
		psd_diag_error(diag, &reader.where,
		    "the file ends within this line, whose last part ends in "
		    "a backslash");
}

void
psd_syntax_read(const char *file, const char *text, size_t len,
    psd_syntax_setting *setting, void *cookie, struct psd_diag *diag)
{
	psd_syntax_read_within("", file, text, len, setting, cookie, diag);
}
