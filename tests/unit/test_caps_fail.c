/* SPDX-License-Identifier: ISC */
/* What the daemon keeps when a call for that fails is what it had. */
#include "daemon/caps.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static const struct psd_words nothing;

/* "CapPrm" or "CapEff" of this process, as the kernel says. */
static uint64_t
set_of(const char *name)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];
	uint64_t bits = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			(void)sscanf(line + strlen(name), ": %" SCNx64, &bits);
	if (file != NULL)
		(void)fclose(file);
	return bits;
}

static int
without_a_change(void *argument)
{
	const uint64_t before = set_of("CapPrm");
	struct psd_diag diag;

	(void)argument;
	psd_diag_init(&diag);
	TEST_EXPECT(test_deny(SYS_capset, EPERM) == 0);
	TEST_EXPECT(psd_caps_keep(NULL, 0, &nothing, &diag) == -EPERM);
	TEST_EXPECT(
	    strstr(diag.text,
		"cannot drop capabilities: Operation not permitted") != NULL);
	psd_diag_free(&diag);
	TEST_EXPECT(set_of("CapPrm") == before);
	/* It has not begun, and nothing is taken from it. */
	TEST_EXPECT(psd_caps_raise() == 0);
	TEST_EXPECT(psd_caps_lower(NULL, 0, &nothing, NULL) == 0);
	TEST_EXPECT(psd_caps_missing(NULL, 0, NULL) == 0);
	return 0;
}

static int
in_little_room(void *argument)
{
	char text[9];

	(void)argument;
	psd_caps_text(text, sizeof(text));
	/* "chown dac_override": the second does not fit. */
	TEST_EXPECT(strncmp(text, "chown ", 6) == 0 && strlen(text) == 8);
	return 0;
}

static void
capabilities_that_cannot_be_dropped_are_an_error(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(without_a_change, NULL)),
	    0);
}

static void
names_of_capabilities_are_cut_where_there_is_no_room(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(in_little_room, NULL)),
	    0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    capabilities_that_cannot_be_dropped_are_an_error),
		cmocka_unit_test(
		    names_of_capabilities_are_cut_where_there_is_no_room),
	};

	if (geteuid() != 0) {
		puts("1..0 # SKIP not root");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
