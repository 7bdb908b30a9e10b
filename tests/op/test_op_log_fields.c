/* SPDX-License-Identifier: ISC */
#include "common/log.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char last[PSD_LOG_MAX + 1];
static unsigned lines;
static char told[8192]; /* the helper's fields of the last, a line each */

static int
note(int priority, const char *text, const struct psd_log_field *fields,
    size_t n_fields)
{
	(void)priority;
	lines++;
	told[0] = '\0';
	for (size_t i = 0; i < n_fields; i++)
		if (strncmp(fields[i].name, "PRIVSEP_HELPER_", 15) == 0)
			(void)snprintf(told + strlen(told),
			    sizeof(told) - strlen(told), "%s=%s\n",
			    fields[i].name + 15, fields[i].value);
	(void)snprintf(last, sizeof(last), "%s", text);
	return 0;
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
say(struct op_rig *rig, uint32_t priority, const char *fields)
{
	struct psd_log_fields_req req = {
		.priority = priority,
		.message = psd_str_of("hello"),
		.fields = psd_str_of(fields),
	};
	struct psd_log_fields_rep rep;

	return op_rig_ask(rig, PSD_OP_log_fields, &req, &rep);
}

static void
assert_said(const struct op_rig *rig, const char *text)
{
	char whole[PSD_LOG_MAX];

	(void)snprintf(whole, sizeof(whole), "rig[%d]: %s", rig->child, text);
	assert_string_equal(last, whole);
	assert_int_equal(lines, 1);
	lines = 0;
}

static void
values_stand_behind_the_message(void **state)
{
	struct op_rig rig;

	(void)state;
	start(&rig, "AllowLogFields=info");
	assert_int_equal(say(&rig, LOG_INFO, ""), 0);
	assert_said(&rig, "hello");
	assert_int_equal(say(&rig, LOG_INFO, "USER=alice\nFROM=192.0.2.1"), 0);
	assert_said(&rig, "hello USER=\"alice\" FROM=\"192.0.2.1\"");
	assert_int_equal(say(&rig, LOG_INFO, "EMPTY=\nA_1=b=c"), 0);
	assert_said(&rig, "hello EMPTY=\"\" A_1=\"b=c\"");
	stop(&rig);
}

static void
values_are_fields_of_the_helpers_own_too(void **state)
{
	static const char long_name[] =
	    "A23456789_123456789_123456789_123456789_1234567890=x\nB=y";
	struct op_rig rig;

	(void)state;
	start(&rig, "AllowLogFields=info");
	assert_int_equal(say(&rig, LOG_INFO, "USER=alice\nA_1=b=\x1b\nE="), 0);
	assert_string_equal(told, "USER=alice\nA_1=b=\\x1b\nE=\n");
	assert_int_equal(say(&rig, LOG_INFO, "SERVICE=other\nVERDICT=no"), 0);
	assert_string_equal(told, "SERVICE=other\nVERDICT=no\n");
	/* With what stands before it, journald would not take it. */
	assert_int_equal(say(&rig, LOG_INFO, long_name), 0);
	assert_string_equal(told, "B=y\n");
	assert_int_equal(say(&rig, LOG_INFO, ""), 0);
	assert_string_equal(told, "");
	stop(&rig);
}

static void
a_level_below_the_granted_one_is_refused(void **state)
{
	struct op_rig rig;

	(void)state;
	start(&rig, "AllowLogFields=warning\nAllowLog=debug\nLogVerdicts=none");
	assert_int_equal(say(&rig, LOG_ERR, ""), 0);
	assert_int_equal(say(&rig, LOG_INFO, ""), -EPERM);
	assert_int_equal(lines, 1);
	stop(&rig);
}

static void
no_value_reads_as_another_or_as_the_daemons_words(void **state)
{
	struct op_rig rig;

	(void)state;
	start(&rig, "AllowLogFields=info");
	assert_int_equal(say(&rig, LOG_INFO, "A=\" B=\"c\rrig[1]: forged\\"),
	    0);
	assert_said(&rig, "hello A=\"\\\" B=\\\"c\\x0drig[1]: forged\\\\\"");
	assert_int_equal(say(&rig, LOG_INFO, "A=\x1b[2J\xff"), 0);
	assert_said(&rig, "hello A=\"\\x1b[2J\\xff\"");
	stop(&rig);
}

static void
what_is_no_name_writes_nothing(void **state)
{
	static const char long_name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_ABCDEFGHIJK"
					"LMNOPQRSTUVWXYZ_ABCDEFGHIJK=1";
	static const char *const bad[] = { "A", "=1", "a=1", "_PID=1", "1A=1",
		"A B=1", "A-B=1", "\xc3\x84=1", "GOOD=1\nbad", "GOOD=1\n",
		"\nGOOD=1", long_name };
	struct op_rig rig;

	(void)state;
	start(&rig, "AllowLogFields=info");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(say(&rig, LOG_INFO, bad[i]), -EINVAL);
	assert_int_equal(lines, 0);
	assert_int_equal(say(&rig, LOG_INFO, long_name + 1), 0);
	stop(&rig);
}

static void
too_much_writes_nothing(void **state)
{
	static const char many[] = "A=\nA=\nA=\nA=\nA=\nA=\nA=\nA=\nA=\nA=\n"
				   "A=\nA=\nA=\nA=\nA=\nA=\nA=";
	char wide[16 * 200], longest[260];
	struct op_rig rig;

	(void)state;
	start(&rig, "AllowLogFields=info");
	assert_int_equal(say(&rig, LOG_INFO, many), -E2BIG);
	assert_int_equal(say(&rig, LOG_INFO, many + 3), 0);
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "A=", 2);
	longest[2 + 256] = '\0';
	assert_int_equal(say(&rig, LOG_INFO, longest), -E2BIG);
	longest[2 + 255] = '\0';
	assert_int_equal(say(&rig, LOG_INFO, longest), 0);
	/* Each byte takes four when it is printed. */
	memset(wide, '\r', sizeof(wide));
	for (size_t i = 0; i < 16; i++) {
		memcpy(wide + 200 * i, "A=", 2);
		wide[200 * i + 199] = '\n';
	}
	wide[sizeof(wide) - 1] = '\0';
	lines = 0;
	assert_int_equal(say(&rig, LOG_INFO, wide), -E2BIG);
	assert_int_equal(lines, 0);
	stop(&rig);
}

static void
malformed_log_fields_end_the_conversation(void **state)
{
	struct psd_log_fields_req req = {
		.priority = LOG_INFO,
		.message = psd_str_of("hello"),
		.fields = psd_str_of("A=1"),
	};

	(void)state;
	op_rig_check_malformed("AllowLogFields=info", PSD_OP_log_fields, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_stand_behind_the_message),
		cmocka_unit_test(values_are_fields_of_the_helpers_own_too),
		cmocka_unit_test(a_level_below_the_granted_one_is_refused),
		cmocka_unit_test(
		    no_value_reads_as_another_or_as_the_daemons_words),
		cmocka_unit_test(what_is_no_name_writes_nothing),
		cmocka_unit_test(too_much_writes_nothing),
		cmocka_unit_test(malformed_log_fields_end_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
