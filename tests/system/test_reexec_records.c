/* SPDX-License-Identifier: ISC */
/*
 * A state in which one record is of another kind, longer or shorter than it
 * should be, is refused whole and by its name, whichever record it is.
 */
#include "common/mem.h"
#include "daemon/state_rows.h"
#include "tests/system/reexec_busy.h"

/* Beyond the numbers of all records. */
enum { RECORDS_MAX = 64 };

/* What is wrong with a record, and what is said of it. */
static const struct {
	const char *field;
	uint64_t value;
	const char *wrong;
} harms[] = {
	{ STATE_CHANGE_SIZE, 1, ": " },
	{ STATE_CHANGE_SIZE, UINT32_MAX, ": " },
	{ STATE_CHANGE_NUMBER, 77777, "" },
};

/* False when the state has no such record. */
static bool
try_record(const char *record, size_t harm)
{
	char wrong[128];
	const struct state_change change = {
		.record = record,
		.field = harms[harm].field,
		.value = harms[harm].value,
	};
	const char *text;
	const int status = state_change_try(&rig, &change, &text);

	if (strstr(text, "there is no ") != NULL)
		return false;
	(void)snprintf(wrong, sizeof(wrong), "%s%s",
	    *harms[harm].wrong != '\0' ? record : "", harms[harm].wrong);
	if (status != 1 || strstr(text, wrong) == NULL ||
	    strstr(text, "goes on as it is") == NULL)
		fail_msg("%s.%s: %d: %s", record, harms[harm].field, status,
		    text);
	return true;
}

static void
a_record_that_is_no_such_record_is_refused_by_name(void **state)
{
	const struct psd_op_row *row;
	struct busy busy;
	size_t n_tried = 0;

	(void)state;
	get_busy(&busy);
	for (int i = 1; i <= RECORDS_MAX; i++) {
		row = psd_state_row((uint32_t)i);
		for (size_t k = 0; row != NULL && k < PSD_ELEMENTS(harms); k++)
			n_tried += try_record(row->name, k);
	}
	print_message("# %zu states\n", n_tried);
	assert_true(n_tried > 60);
	install_rig_put(&rig, install_rig_ours());
	expect_reexec();
	expect_count("one", "started", 1);
	(void)daemon_rig_stop(&rig);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(a_record_that_is_no_such_record_is_refused_by_name),
	};

	state_change_rehearse(argc, argv);
	assert_non_null(realpath("/proc/self/exe", ourselves));
	return has_root() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
