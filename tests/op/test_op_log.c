/* SPDX-License-Identifier: ISC */
#include "common/log.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char last[PSD_LOG_MAX + 1];
static int last_priority;
static unsigned lines;

static int
note(int priority, const char *text, const struct psd_log_field *fields,
    size_t n_fields)
{
	(void)fields;
	(void)n_fields;
	last_priority = priority;
	lines++;
	(void)snprintf(last, sizeof(last), "%s", text);
	return 0;
}

static int
would_wait(int priority, const char *text, const struct psd_log_field *fields,
    size_t n_fields)
{
	(void)priority;
	(void)text;
	(void)fields;
	(void)n_fields;
	return -EAGAIN;
}

static void
start(struct op_rig *rig, const char *policy)
{
	op_rig_start(rig, NULL, policy);
	psd_log_set_level(LOG_DEBUG);
	psd_log_to(note);
	lines = 0;
	last[0] = '\0';
}

static void
stop(struct op_rig *rig)
{
	psd_log_to(psd_log_stderr);
	op_rig_stop(rig);
}

static int
say(struct op_rig *rig, uint32_t priority, const char *text)
{
	struct psd_log_req req = { .priority = priority,
		.message = psd_str_of(text) };
	struct psd_log_rep rep;

	return op_rig_ask(rig, PSD_OP_log, &req, &rep);
}

static void
the_line_is_tagged_with_service_and_process(void **state)
{
	struct op_rig rig;
	char tag[64];

	(void)state;
	start(&rig, "AllowLog=info");
	assert_int_equal(say(&rig, LOG_NOTICE, "hello there"), 0);
	(void)snprintf(tag, sizeof(tag), "rig[%d]: hello there", rig.child);
	assert_string_equal(last, tag);
	assert_int_equal(last_priority, LOG_NOTICE);
	stop(&rig);
}

static void
a_level_below_the_granted_one_is_refused(void **state)
{
	struct op_rig rig;

	(void)state;
	start(&rig, "AllowLog=warning");
	assert_int_equal(say(&rig, LOG_WARNING, "a"), 0);
	assert_int_equal(say(&rig, LOG_ERR, "b"), 0);
	assert_int_equal(say(&rig, LOG_NOTICE, "c"), -EPERM);
	assert_int_equal(say(&rig, LOG_DEBUG, "d"), -EPERM);
	stop(&rig);
}

static void
without_a_grant_it_is_refused(void **state)
{
	struct op_rig rig;

	(void)state;
	start(&rig, "LogVerdicts=none");
	assert_int_equal(say(&rig, LOG_EMERG, "a"), -EPERM);
	assert_int_equal(lines, 0);
	stop(&rig);
}

static void
nasty_text_makes_one_line_and_the_tag_stays_true(void **state)
{
	static const char *const texts[] = { "a\nroot[1]: b", "\x1b[2J", "%n%s",
		"\r\x08\x7f", "\xc2\x9b", "\xff\xfe", "\xe2\x80\xae" };
	struct op_rig rig;
	char tag[64];

	(void)state;
	start(&rig, "AllowLog=debug");
	(void)snprintf(tag, sizeof(tag), "rig[%d]: ", rig.child);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		lines = 0;
		assert_int_equal(say(&rig, LOG_INFO, texts[i]), 0);
		assert_int_equal(lines, 1);
		assert_memory_equal(last, tag, strlen(tag));
		for (const char *c = last; *c != '\0'; c++)
			assert_in_range(*c, ' ', '~');
	}
	stop(&rig);
}

/* Words that look like the daemon's own, and bytes that mean something. */
static void
make_nasty(unsigned *seed, char *ret, size_t size)
{
	static const char *const pieces[] = { "\n", "\r\n",
		"root[1]: ", "\n<0>privsepd[1]: ", "\x1b]0;title\a", "\x1b[8m",
		"%s%n%999999d", "\xe2\x80\xa8", "\xc2\x85", "\xff", "\\n", "\t",
		"\x7f", "\"", "dropped: ", "PRIVSEP_VERDICT=allowed\n", "a" };
	size_t len = 0;

	ret[0] = '\0';
	for (int n = 1 + rand_r(seed) % 40; n > 0; n--) {
		const char *piece = pieces[(unsigned)rand_r(seed) %
		    (sizeof(pieces) / sizeof(pieces[0]))];

		if (len + strlen(piece) >= size)
			return;
		len += (size_t)snprintf(ret + len, size - len, "%s", piece);
	}
}

static void
a_thousand_nasty_texts_make_a_line_each(void **state)
{
	unsigned seed = 1;
	char tag[64], text[PSD_TEXT_MAX];
	struct op_rig rig;

	(void)state;
	start(&rig, "AllowLog=debug");
	(void)snprintf(tag, sizeof(tag), "rig[%d]: ", rig.child);
	for (int i = 0; i < 1000; i++) {
		make_nasty(&seed, text, sizeof(text));
		lines = 0;
		assert_int_equal(say(&rig, LOG_INFO, text), 0);
		assert_int_equal(lines, 1);
		assert_memory_equal(last, tag, strlen(tag));
		for (const char *c = last; *c != '\0'; c++)
			assert_in_range(*c, ' ', '~');
	}
	stop(&rig);
}

static void
a_flood_is_counted_and_the_count_is_told(void **state)
{
	struct op_rig rig;

	(void)state;
	start(&rig, "AllowLog=debug");
	psd_rate_init(&rig.instance->lines, 3, 50000);
	for (int i = 0; i < 50; i++)
		assert_int_equal(say(&rig, LOG_INFO, "again"), 0);
	assert_true(lines < 50);
	assert_true(rig.instance->lines.suppressed > 0);
	rig.instance->lines.since_usec = 0;
	lines = 0;
	assert_int_equal(say(&rig, LOG_INFO, "last"), 0);
	assert_int_equal(lines, 2);
	assert_int_equal(rig.instance->lines.suppressed, 0);
	stop(&rig);
}

static void
a_log_that_cannot_be_written_holds_nobody_up(void **state)
{
	struct op_rig rig;

	(void)state;
	start(&rig, "AllowLog=debug");
	psd_log_to(would_wait);
	assert_int_equal(say(&rig, LOG_INFO, "lost"), 0);
	assert_int_equal(say(&rig, LOG_INFO, "lost, too"), 0);
	psd_log_to(note);
	assert_int_equal(say(&rig, LOG_INFO, "heard"), 0);
	assert_int_equal(lines, 2);
	stop(&rig);
}

static void
a_malformed_log_ends_the_conversation(void **state)
{
	struct psd_log_req req = { .priority = 6,
		.message = psd_str_of("hello") };

	(void)state;
	op_rig_check_malformed("AllowLog=info", PSD_OP_log, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_line_is_tagged_with_service_and_process),
		cmocka_unit_test(a_level_below_the_granted_one_is_refused),
		cmocka_unit_test(without_a_grant_it_is_refused),
		cmocka_unit_test(
		    nasty_text_makes_one_line_and_the_tag_stays_true),
		cmocka_unit_test(a_thousand_nasty_texts_make_a_line_each),
		cmocka_unit_test(a_flood_is_counted_and_the_count_is_told),
		cmocka_unit_test(a_log_that_cannot_be_written_holds_nobody_up),
		cmocka_unit_test(a_malformed_log_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
