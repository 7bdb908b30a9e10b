/* SPDX-License-Identifier: ISC */
/* What reaches the journal's socket, and what does not hold us up. */
#include "daemon/journal.h"

#include "common/fd.h"
#include "common/mem.h"
#include "common/message.h"
#include "tests/support/dir.h"

#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { DATAGRAM_MAX = 65536, FLOOD = 5000 };

struct journald {
	char *dir;
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	char stream[64]; /* of our standard error */
	int fd;
	size_t len;
	unsigned char datagram[DATAGRAM_MAX];
};

static void
listen_at(struct journald *journald)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memcpy(address.sun_path, journald->path, sizeof(journald->path));
	journald->fd =
	    socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(journald->fd >= 0);
	assert_int_equal(bind(journald->fd, (struct sockaddr *)&address,
			     sizeof(address)),
	    0);
}

static int
begin(void **state)
{
	struct journald *journald = calloc(1, sizeof(*journald));
	struct stat status;

	assert_non_null(journald);
	journald->dir = test_dir_make();
	(void)snprintf(journald->path, sizeof(journald->path), "%s/socket",
	    journald->dir);
	assert_int_equal(fstat(STDERR_FILENO, &status), 0);
	(void)snprintf(journald->stream, sizeof(journald->stream), "%ju:%ju",
	    (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
	listen_at(journald);
	*state = journald;
	return 0;
}

static int
end(void **state)
{
	struct journald *journald = *state;

	psd_journal_close();
	psd_fd_cleanup(&journald->fd);
	test_dir_remove(journald->dir);
	free(journald);
	return 0;
}

/* True when there was a datagram. */
static bool
receive(struct journald *journald)
{
	const ssize_t n = recv(journald->fd, journald->datagram,
	    sizeof(journald->datagram), 0);

	journald->len = n > 0 ? (size_t)n : 0;
	return n > 0;
}

/*
 * Reads the next field as journald does: a name, then the length of the value,
 * which we always give.  False at the end.
 */
static bool
next_field(const struct journald *journald, size_t *at, const char **ret_name,
    size_t *ret_name_len, const char **ret_value, size_t *ret_len)
{
	const char *name = (const char *)journald->datagram + *at;
	const char *newline = memchr(name, '\n', journald->len - *at);
	uint64_t len;

	if (*at == journald->len)
		return false;
	assert_non_null(newline);
	assert_null(memchr(name, '=', (size_t)(newline - name)));
	memcpy(&len, newline + 1, sizeof(len));
	len = le64toh(len);
	*ret_name = name;
	*ret_name_len = (size_t)(newline - name);
	*ret_value = newline + 1 + sizeof(len);
	*ret_len = len;
	*at += *ret_name_len + 1 + sizeof(len) + len + 1;
	assert_true(*at <= journald->len);
	assert_int_equal(journald->datagram[*at - 1], '\n');
	return true;
}

/* The one value of that name, or NULL. */
static const char *
value_of(const struct journald *journald, const char *wanted)
{
	static char found[DATAGRAM_MAX];
	const char *name, *value;
	size_t at = 0, name_len, len;
	unsigned n = 0;

	while (next_field(journald, &at, &name, &name_len, &value, &len))
		if (name_len == strlen(wanted) &&
		    memcmp(name, wanted, name_len) == 0) {
			n++;
			memcpy(found, value, len);
			found[len] = '\0';
		}
	assert_true(n <= 1);
	return n == 1 ? found : NULL;
}

static void
entry_has_text_level_name_id_and_fields(void **state)
{
	struct journald *journald = *state;
	static const struct psd_log_field fields[] = {
		{ "PRIVSEP_SERVICE", "www" },
		{ "PRIVSEP_PID", "7" },
		{ "PRIVSEP_REASON", "a reason" },
		{ "PRIVSEP_RULE", "" },
	};

	assert_true(psd_journal_open(journald->stream, journald->path));
	psd_say(PSD_MESSAGE_overdue, fields, PSD_ELEMENTS(fields));
	assert_true(receive(journald));
	assert_string_equal(value_of(journald, "MESSAGE"),
	    "www[7]: overdue: a reason");
	assert_string_equal(value_of(journald, "PRIORITY"), "4");
	assert_string_equal(value_of(journald, "SYSLOG_IDENTIFIER"),
	    "privsepd");
	assert_string_equal(value_of(journald, "MESSAGE_ID"),
	    psd_message_row(PSD_MESSAGE_overdue)->id);
	assert_string_equal(value_of(journald, "PRIVSEP_SERVICE"), "www");
	assert_null(value_of(journald, "PRIVSEP_RULE"));
	assert_false(receive(journald));
}

static void
two_lines_are_one_entry(void **state)
{
	struct journald *journald = *state;
	static const struct psd_log_field hint = { "PRIVSEP_TO_ALLOW",
		"AllowOpen=read /a" };

	assert_true(psd_journal_open(journald->stream, journald->path));
	psd_say(PSD_MESSAGE_request_refused, &hint, 1);
	assert_true(receive(journald));
	assert_string_equal(value_of(journald, "MESSAGE"),
	    "?[?]: refused ?: ?\n?[?]: to allow: AllowOpen=read /a");
	assert_false(receive(journald));
}

static void
no_value_begins_another_field(void **state)
{
	struct journald *journald = *state;
	static const char forged[] =
	    "x\nPRIVSEP_VERDICT=allowed\nPRIORITY\n\x01\n_UID=0\nMESSAGE=y\n";
	static const struct psd_log_field text = { "PRIVSEP_TEXT", forged };
	static const struct psd_log_field raw = { "RAW", forged };

	assert_true(psd_journal_open(journald->stream, journald->path));
	psd_say(PSD_MESSAGE_helper_said, &text, 1);
	assert_true(receive(journald));
	assert_null(value_of(journald, "PRIVSEP_VERDICT"));
	assert_null(value_of(journald, "_UID"));
	assert_string_equal(value_of(journald, "PRIORITY"), "6");
	assert_null(strchr(value_of(journald, "PRIVSEP_TEXT"), '\n'));
	/* Not even one that nobody has escaped. */
	psd_log_with(LOG_ERR, &raw, 1, "raw");
	assert_true(receive(journald));
	assert_null(value_of(journald, "PRIVSEP_VERDICT"));
	assert_string_equal(value_of(journald, "RAW"), forged);
	assert_string_equal(value_of(journald, "PRIORITY"), "3");
}

static void
journald_that_stands_still_holds_nobody_up(void **state)
{
	struct journald *journald = *state;
	unsigned n = 0;

	assert_true(psd_journal_open(journald->stream, journald->path));
	/* A log that waits would wait for ever. */
	(void)alarm(60);
	for (int i = 0; i < FLOOD; i++)
		psd_log(LOG_INFO, "message %d", i);
	while (receive(journald))
		n++;
	(void)alarm(0);
	assert_true(n > 0 && n < FLOOD);
	psd_log(LOG_INFO, "next");
	assert_true(receive(journald));
	assert_non_null(
	    strstr(value_of(journald, "MESSAGE"), " messages were lost"));
	assert_true(receive(journald));
	assert_string_equal(value_of(journald, "MESSAGE"), "next");
}

static void
journald_that_was_started_anew_is_found(void **state)
{
	struct journald *journald = *state;

	assert_true(psd_journal_open(journald->stream, journald->path));
	psd_fd_cleanup(&journald->fd);
	psd_log(LOG_INFO, "lost");
	assert_int_equal(unlink(journald->path), 0);
	psd_log(LOG_INFO, "lost, too");
	listen_at(journald);
	psd_log(LOG_INFO, "heard");
	assert_true(receive(journald));
	assert_string_equal(value_of(journald, "MESSAGE"),
	    "2 messages were lost");
	assert_true(receive(journald));
	assert_string_equal(value_of(journald, "MESSAGE"), "heard");
}

static void
standard_error_that_is_not_the_journal_is_kept(void **state)
{
	struct journald *journald = *state;

	assert_false(psd_journal_open(NULL, journald->path));
	assert_false(psd_journal_open("", journald->path));
	assert_false(psd_journal_open("1:2", journald->path));
	assert_false(psd_journal_open(journald->stream, "/no/such/socket"));
	psd_log(LOG_DEBUG, "nobody hears this");
	assert_false(receive(journald));
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
	static const struct CMUnitTest tests[] = {
		CASE(entry_has_text_level_name_id_and_fields),
		CASE(two_lines_are_one_entry),
		CASE(no_value_begins_another_field),
		CASE(journald_that_stands_still_holds_nobody_up),
		CASE(journald_that_was_started_anew_is_found),
		CASE(standard_error_that_is_not_the_journal_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
