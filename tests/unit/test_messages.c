/* SPDX-License-Identifier: ISC */
/* The table of messages, and what catalogue and manual make of it. */
#include "common/message.h"

#include "common/mem.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_MAX = 1 << 17, ID_LEN = 32 };

static const char CATALOGUE[] = "systemd/privsepd.catalog";
static const char PAGE[] = "man/privsepd.8";

static char said[PSD_LOG_MAX + 1];
static int said_level;
static char said_fields[PSD_MESSAGE_VALUES_MAX * 2]; /* "NAME=value\n"... */

static int
take(int level, const char *text, const struct psd_log_field *fields,
    size_t n_fields)
{
	size_t len = 0;

	said_level = level;
	(void)snprintf(said, sizeof(said), "%s", text);
	for (size_t i = 0; i < n_fields; i++)
		len += (size_t)snprintf(said_fields + len,
		    sizeof(said_fields) - len, "%s=%s\n", fields[i].name,
		    fields[i].value);
	return 0;
}

static int
begin(void **state)
{
	(void)state;
	said[0] = '\0';
	said_fields[0] = '\0';
	psd_log_to(take);
	return 0;
}

static void
read_file(const char *name, char ret[FILE_MAX])
{
	FILE *file = fopen(name, "re");
	size_t n;

	assert_non_null(file);
	n = fread(ret, 1, FILE_MAX - 1, file);
	assert_true(n > 0 && n < FILE_MAX - 1);
	ret[n] = '\0';
	assert_int_equal(fclose(file), 0);
}

static bool
is_id(const char *text)
{
	return strspn(text, "0123456789abcdef") == ID_LEN;
}

static void
each_message_has_an_id_of_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PSD_MESSAGES; i++) {
		const struct psd_message_row *row = psd_message_row(i);

		assert_true(is_id(row->id) && strlen(row->id) == ID_LEN);
		assert_true(row->level >= LOG_ERR && row->level <= LOG_INFO);
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(row->id,
			    psd_message_row(k)->id);
	}
}

/* How often "-- ID" begins a line, for any id. */
static unsigned
count_entries(const char *catalogue)
{
	unsigned n = 0;

	for (const char *at = catalogue; (at = strstr(at, "\n-- ")) != NULL;
	     at += 4)
		n++;
	return n;
}

static const char *
entry_of(const char *catalogue, const struct psd_message_row *row)
{
	char begin_of[ID_LEN + 8];
	const char *entry;

	(void)snprintf(begin_of, sizeof(begin_of), "\n-- %s\n", row->id);
	entry = strstr(catalogue, begin_of);
	if (entry == NULL)
		fail_msg("%s has no %s (%s)", CATALOGUE, row->name, row->id);
	return entry;
}

static void
catalogue_explains_each_message_and_nothing_else(void **state)
{
	static char catalogue[FILE_MAX];

	(void)state;
	read_file(CATALOGUE, catalogue);
	for (unsigned i = 0; i < PSD_MESSAGES; i++) {
		const char *entry = entry_of(catalogue, psd_message_row(i));

		assert_int_equal(strncmp(entry + ID_LEN + 5, "Subject: ", 9),
		    0);
	}
	assert_int_equal(count_entries(catalogue), PSD_MESSAGES);
}

/* What its sender gives a message beside what the text names. */
static bool
is_always_there(const struct psd_message_row *row, const char *field,
    size_t len)
{
	return strstr(row->text, "@PRIVSEP_PID@") != NULL &&
	    (strncmp(field, "@PRIVSEP_INSTANCE@", len) == 0 ||
		(strncmp(row->name, "request_", 8) == 0 &&
		    strncmp(field, "@PRIVSEP_OPERATION@", len) == 0));
}

static void
check_fields(const struct psd_message_row *row, const char *entry)
{
	const char *end = strstr(entry + 4, "\n-- ");

	if (end == NULL)
		end = entry + strlen(entry);
	while ((entry = strchr(entry, '@')) != NULL && entry < end) {
		char field[64] = "";
		const size_t len =
		    2 + strspn(entry + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

		if (entry[len - 1] == '@') {
			(void)snprintf(field, sizeof(field), "%.*s", (int)len,
			    entry);
			if (strstr(row->text, field) == NULL &&
			    !is_always_there(row, field, len))
				fail_msg("%s has no %s", row->name, field);
			entry += len;
		} else {
			entry++;
		}
	}
}

static void
catalogue_names_fields_that_the_message_has(void **state)
{
	static char catalogue[FILE_MAX];

	(void)state;
	read_file(CATALOGUE, catalogue);
	for (unsigned i = 0; i < PSD_MESSAGES; i++)
		check_fields(psd_message_row(i),
		    entry_of(catalogue, psd_message_row(i)));
}

/* Words of 32 hexadecimal digits in it. */
static unsigned
count_ids(const char *text)
{
	unsigned n = 0;

	while (*text != '\0') {
		const size_t len = strspn(text, "0123456789abcdef");

		n += len == ID_LEN;
		text += len > 0 ? len : 1;
	}
	return n;
}

static void
manual_lists_each_message_and_field(void **state)
{
	static char page[FILE_MAX];
	char item[128];

	(void)state;
	read_file(PAGE, page);
	for (unsigned i = 0; i < PSD_MESSAGES; i++) {
		const struct psd_message_row *row = psd_message_row(i);
		const char *field = row->text;

		(void)snprintf(item, sizeof(item), "\n.It Sy %s\n.Li %s\n",
		    row->name, row->id);
		if (strstr(page, item) == NULL)
			fail_msg("%s lacks%s", PAGE, item);
		while ((field = strchr(field, '@')) != NULL) {
			const size_t len = strcspn(field + 1, "@");

			(void)snprintf(item, sizeof(item), "Va %.*s", (int)len,
			    field + 1);
			if (strstr(page, item) == NULL)
				fail_msg("%s lacks %s", PAGE, item);
			field += len + 2;
		}
	}
	assert_int_equal(count_ids(page), PSD_MESSAGES);
}

static void
fields_take_their_places_in_the_text(void **state)
{
	static const struct psd_log_field fields[] = {
		{ "PRIVSEP_SERVICE", "www" },
		{ "PRIVSEP_PID", "12" },
		{ "PRIVSEP_REASON", "sent @PRIVSEP_PID@" },
	};

	(void)state;
	psd_say(PSD_MESSAGE_dropped, fields, PSD_ELEMENTS(fields));
	assert_string_equal(said, "www[12]: dropped: sent @PRIVSEP_PID@");
	assert_int_equal(said_level, LOG_WARNING);
	assert_non_null(strstr(said_fields,
	    "PRIVSEP_SERVICE=www\nPRIVSEP_PID=12\n"
	    "PRIVSEP_REASON=sent @PRIVSEP_PID@\n"
	    "MESSAGE_ID=ef56fc7536d3421c8856f518c53a4511\n"));
}

static void
value_is_one_line_that_steers_no_terminal(void **state)
{
	static const struct psd_log_field text = { "PRIVSEP_TEXT",
		"a\nPRIVSEP_VERDICT=allowed\n\x1b[2J\xff" };

	(void)state;
	psd_say_at(LOG_ERR, PSD_MESSAGE_helper_said, &text, 1);
	assert_string_equal(said,
	    "?[?]: a\\x0aPRIVSEP_VERDICT=allowed\\x0a\\x1b[2J\\xff");
	assert_int_equal(said_level, LOG_ERR);
	assert_null(strstr(said_fields, "\nPRIVSEP_VERDICT"));
}

static void
what_is_too_long_is_cut_and_the_rest_is_there(void **state)
{
	static const char euro[] = { '\xe2', '\x82', '\xac' };
	static char much[PSD_MESSAGE_VALUES_MAX * 2];
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_SERVICE", much },
		{ "PRIVSEP_PID", much },
		{ "PRIVSEP_REASON", much },
	};

	(void)state;
	/* Of three bytes a character, none of which is cut through. */
	for (size_t i = 0; i + 3 < sizeof(much); i += 3)
		memcpy(much + i, euro, sizeof(euro));
	psd_say(PSD_MESSAGE_dropped, fields, PSD_ELEMENTS(fields));
	assert_true(strlen(said) <= PSD_LOG_MAX);
	assert_true(strlen(said) > PSD_LOG_MAX - 3);
	assert_memory_equal(said + strlen(said) - 3, euro, sizeof(euro));
	assert_non_null(strstr(said_fields, "MESSAGE_ID="));
}

static void
level_that_nobody_hears_is_not_said(void **state)
{
	(void)state;
	psd_log_set_level(LOG_WARNING);
	psd_say(PSD_MESSAGE_ready, NULL, 0);
	assert_string_equal(said, "");
	psd_say(PSD_MESSAGE_reload_refused, NULL, 0);
	assert_string_equal(said, "reload refused: the old policies stay");
	psd_log_set_level(LOG_INFO);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_message_has_an_id_of_its_own),
		cmocka_unit_test(
		    catalogue_explains_each_message_and_nothing_else),
		cmocka_unit_test(catalogue_names_fields_that_the_message_has),
		cmocka_unit_test(manual_lists_each_message_and_field),
		cmocka_unit_test_setup(fields_take_their_places_in_the_text,
		    begin),
		cmocka_unit_test_setup(
		    value_is_one_line_that_steers_no_terminal, begin),
		cmocka_unit_test_setup(
		    what_is_too_long_is_cut_and_the_rest_is_there, begin),
		cmocka_unit_test_setup(level_that_nobody_hears_is_not_said,
		    begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
