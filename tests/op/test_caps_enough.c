/* SPDX-License-Identifier: ISC */
/*
 * Each operation of the catalogue by a daemon that keeps no more than what
 * its row calls for, and that its policy grants.
 */
#include "daemon/caps.h"
#include "tests/support/child.h"
#include "tests/support/sample.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int
keep(const struct psd_policy *policy)
{
	const struct psd_words none = { .n = 0 };
	struct psd_diag diag;
	int r;

	psd_diag_init(&diag);
	r = psd_caps_keep(&policy, 1, &none, &diag);
	psd_diag_free(&diag);
	return r;
}

/* What was given up is not taken back, so each has a child of its own. */
static int
ask(void *argument)
{
	const struct psd_op_row *row = argument;
	char line[SAMPLE_LINE_MAX] = "";
	struct op_rig rig;
	int status;

	if (!row->is_free)
		sample_line(row, "Allow", SAMPLE_COVERING, "", line);
	sample_start(&rig, row, line);
	/* Made by the test, which loses what that takes. */
	sample_make(rig.dir);
	if (keep(rig.loaded.policy) < 0)
		return EXIT_FAILURE;
	status = sample_ask(&rig, row, sample_succeeds_with(row));
	/* Some fail otherwise: there is no program to wait for. */
	if (status == -EPERM || status == -EACCES) {
		print_error("%s: %s\n", row->name, strerror(-status));
		return EXIT_FAILURE;
	}
	op_rig_stop(&rig);
	return EXIT_SUCCESS;
}

static void
what_a_row_calls_for_is_enough(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < psd_op_count; i++)
		if (psd_op_rows[i].op != PSD_OP_hello &&
		    test_child_exit_status(test_child_start(ask,
			(void *)(uintptr_t)&psd_op_rows[i])) != 0)
			wrong++;
	assert_int_equal(wrong, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_row_calls_for_is_enough),
	};
	const int r = geteuid() == 0 ? sample_keep_host() : -EPERM;

	if (r < 0) {
		print_message("SKIP: no root, or no namespaces of our own\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
