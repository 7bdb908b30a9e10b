/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/log_show.h"

#include "daemon/ctl/log_read.h"
#include "daemon/ctl/out.h"

#include "common/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KEY_MAX = 64, TIME_MAX = 32 };

static const char ours[] = "PRIVSEP_";

static void
print_time(sd_journal *journal, char ret[TIME_MAX])
{
	uint64_t usec = 0;
	struct tm parts;
	time_t seconds;

	(void)sd_journal_get_realtime_usec(journal, &usec);
	seconds = (time_t)(usec / 1000000);
	if (localtime_r(&seconds, &parts) == NULL ||
	    strftime(ret, TIME_MAX, "%b %d %H:%M:%S", &parts) == 0)
		ret[0] = '\0';
}

/* The lines of a message after the first stand below its text. */
static void
show_text(sd_journal *journal)
{
	char when[TIME_MAX];
	_cleanup_free_ char *text = NULL;
	const char *value = "", *line;
	char *rest;
	size_t len = 0;
	int indent = 0;

	(void)psd_log_field_of(journal, "MESSAGE", &value, &len);
	text = strndup(value, len);
	rest = text;
	print_time(journal, when);
	while ((line = strsep(&rest, "\n")) != NULL) {
		printf("%*s%s ", indent, "", indent == 0 ? when : "");
		psd_ctl_put_line(stdout, line);
		indent = (int)strlen(when);
	}
}

/* "service" for PRIVSEP_SERVICE. */
static void
make_key(char ret[KEY_MAX], const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len && i + 1 < KEY_MAX; i++)
		ret[i] = (char)tolower((unsigned char)name[i]);
	ret[i] = '\0';
}

/* Fields of the daemon's, each under its own name. */
static void
add_ours(sd_journal *journal, json_t *entry)
{
	const size_t prefix = sizeof(ours) - 1;
	const void *data;
	size_t len;

	SD_JOURNAL_FOREACH_DATA(journal, data, len)
	{
		const char *field = data;
		const char *value = memchr(field, '=', len);
		char key[KEY_MAX];

		if (value == NULL || len < prefix ||
		    strncmp(field, ours, prefix) != 0)
			continue;
		make_key(key, field + prefix, (size_t)(value - field) - prefix);
		value++;
		json_object_set_new(entry, key,
		    psd_ctl_json_text(value, len - (size_t)(value - field)));
	}
}

static void
add_text(sd_journal *journal, json_t *entry, const char *name, const char *key)
{
	const char *value;
	size_t len;

	if (psd_log_field_of(journal, name, &value, &len))
		json_object_set_new(entry, key, psd_ctl_json_text(value, len));
}

static void
show_json(sd_journal *journal)
{
	json_t *entry = json_object();
	const char *level;
	uint64_t usec = 0;
	size_t len;

	(void)sd_journal_get_realtime_usec(journal, &usec);
	json_object_set_new(entry, "time_usec", json_integer((json_int_t)usec));
	add_text(journal, entry, "MESSAGE", "message");
	add_text(journal, entry, "MESSAGE_ID", "message_id");
	if (psd_log_field_of(journal, "PRIORITY", &level, &len) && len == 1)
		json_object_set_new(entry, "priority",
		    json_integer(level[0] - '0'));
	add_ours(journal, entry);
	(void)json_dumpf(entry, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(entry);
}

void
psd_log_show(sd_journal *journal, bool as_json)
{
	if (as_json)
		show_json(journal);
	else
		show_text(journal);
}
