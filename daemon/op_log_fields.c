/* SPDX-License-Identifier: ISC */
#include "common/log.h"
#include "common/print.h"
#include "daemon/call.h"
#include "daemon/instance.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	FIELDS_MAX = 16,
	NAME_LEN_MAX = 64, /* as journald has it */
	VALUE_LEN_MAX = 255,
	LINE_SIZE = 3000,
};

/*
 * What is said of all fields: in the text, and beside it, under names that a
 * helper alone has.
 */
struct line {
	char at[LINE_SIZE];
	size_t len;
	struct psd_log_field fields[FIELDS_MAX];
	size_t n_fields;
	char names[FIELDS_MAX][NAME_LEN_MAX + 1];
	char values[FIELDS_MAX][VALUE_LEN_MAX + 1];
};

static const char prefix[] = "PRIVSEP_HELPER_";

/*
 * The length of the name before the "=", or 0 when it is no name: capital
 * letters, digits and "_", of which a letter is the first, so that it cannot be
 * taken for one that a log sets by itself.
 */
static size_t
name_length(const char *field)
{
	const size_t len =
	    strspn(field, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	if (field[0] < 'A' || field[0] > 'Z' || field[len] != '=' ||
	    len > NAME_LEN_MAX)
		return 0;
	return len;
}

/* Beside the text; a name that journald would not take is in that alone. */
static void
add_field(struct line *line, const char *field, size_t name_len,
    size_t value_len)
{
	const size_t i = line->n_fields;

	if (strlen(prefix) + name_len > NAME_LEN_MAX)
		return;
	(void)snprintf(line->names[i], sizeof(line->names[i]), "%s%.*s", prefix,
	    (int)name_len, field);
	memcpy(line->values[i], field + name_len + 1, value_len);
	line->values[i][value_len] = '\0';
	line->fields[i] =
	    (struct psd_log_field){ line->names[i], line->values[i] };
	line->n_fields++;
}

/* Adds ' NAME="value"'.  0, -EINVAL or -E2BIG. */
static int
add(struct line *line, const char *field, size_t len)
{
	const size_t name_len = name_length(field);
	const size_t room = sizeof(line->at) - line->len;
	char value[4 * VALUE_LEN_MAX + 1];
	int n;

	if (name_len == 0)
		return -EINVAL;
	if (len - name_len - 1 > VALUE_LEN_MAX)
		return -E2BIG;
	(void)psd_print_escaped(value, sizeof(value), field + name_len + 1,
	    len - name_len - 1);
	n = snprintf(line->at + line->len, room, " %.*s=\"%s\"", (int)name_len,
	    field, value);
	if (n < 0 || (size_t)n >= room)
		return -E2BIG;
	line->len += (size_t)n;
	add_field(line, field, name_len, len - name_len - 1);
	return 0;
}

/* Lines joined by newlines; the string is closed by NUL. */
static int
print_fields(const struct psd_str *fields, struct line *ret)
{
	const char *at = fields->at;
	int r = 0;

	if (fields->len == 0)
		return 0;
	for (size_t n = 0; r == 0 && n < FIELDS_MAX; n++) {
		const size_t len = strcspn(at, "\n");

		r = add(ret, at, len);
		at += len;
		if (*at == '\0')
			return r;
		at++;
	}
	return r < 0 ? r : -E2BIG;
}

/*
 * Safe because log is (op_log.c), and because a value stands between quotes
 * that it cannot close, behind a name that a log never gives by itself: neither
 * can be taken for the other, nor for the daemon's own words.
 */
int
psd_do_log_fields(struct psd_call *call, const struct psd_log_fields_req *req,
    struct psd_log_fields_rep *rep)
{
	char text[PSD_LOG_MAX];
	struct line line;
	int r;

	line.at[0] = '\0';
	line.len = 0;
	line.n_fields = 0;
	r = print_fields(&req->fields, &line);

	(void)rep;
	if (r < 0)
		return r;
	(void)snprintf(text, sizeof(text), "%.*s%s", (int)req->message.len,
	    req->message.at, line.at);
	psd_instance_said_with(call->peer, (int)req->priority, text,
	    line.fields, line.n_fields);
	return 0;
}
