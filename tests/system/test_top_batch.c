/* SPDX-License-Identifier: ISC */
/* privsepctl top without a terminal, with a real daemon. */
#include "common/fd.h"
#include "tests/support/daemon_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct daemon_rig rig;

static int
begin(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	daemon_rig_puppet(&rig, "www", "Instances=2", "");
	daemon_rig_puppet(&rig, "mail", "", "");
	daemon_rig_start(&rig);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	daemon_rig_clean(&rig);
	return 0;
}

static void
batch_prints_as_many_tables_as_asked(void **state)
{
	const char *text, *second;

	(void)state;
	assert_int_equal(daemon_rig_ctl(&rig, &text, "top", "--batch", "-n",
			     "2", "--delay=0.1", NULL),
	    0);
	assert_memory_equal(text, "privsepd ", 9);
	second = strstr(text, "\n\nprivsepd ");
	assert_non_null(second);
	assert_null(strstr(second + 2, "\n\n"));
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(second, "\nwww "));
}

static void
batch_tells_what_was_done_meanwhile(void **state)
{
	const int fd = daemon_rig_connect(&rig, "mail");
	const char *text;

	(void)state;
	assert_string_equal(daemon_rig_say(fd, "ping 100"), "0");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "--json", "top", "-n", "1",
			     "--delay=0.1", NULL),
	    0);
	/* What was before the first look is not in it. */
	assert_non_null(strstr(text,
	    "{\"name\":\"mail\",\"state\":\"running\",\"ready\":1,"
	    "\"instances\":1,\"requests_per_second\":0.0,"
	    "\"refused_per_second\":0.0,\"ended\":0,\"ended_badly\":0,"));
	assert_non_null(strstr(text, "\"p50_usec\":null"));
	psd_fd_close(fd);
}

static void
wrong_words_are_told(void **state)
{
	static const struct {
		const char *word, *told;
	} cases[] = {
		{ "--delay=0", "0.1 at least" },
		{ "--delay=soon", "takes seconds" },
		{ "-nx", "takes a number" },
		{ "-n0", "takes a number" },
	};
	const char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(daemon_rig_ctl(&rig, &text, "top", "--batch",
				     cases[i].word, NULL),
		    2);
		assert_non_null(strstr(text, cases[i].told));
	}
	assert_int_equal(daemon_rig_ctl(&rig, &text, "top", NULL), 2);
	assert_non_null(strstr(text, "not a terminal"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(batch_prints_as_many_tables_as_asked),
		cmocka_unit_test(batch_tells_what_was_done_meanwhile),
		cmocka_unit_test(wrong_words_are_told),
	};

	if (geteuid() != 0) {
		print_message("SKIP: needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, begin, end);
}
