/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "tests/support/op_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { SOMEBODY = 12345 };

/* What the rows of ops.def keep for opening and creating, and no more. */
static void
keep_what_the_rows_keep(void)
{
	static const cap_value_t kept[] = { CAP_DAC_READ_SEARCH,
		CAP_DAC_OVERRIDE, CAP_CHOWN };
	cap_t caps = cap_init();

	assert_non_null(caps);
	assert_int_equal(cap_set_flag(caps, CAP_EFFECTIVE, 3, kept, CAP_SET),
	    0);
	assert_int_equal(cap_set_flag(caps, CAP_PERMITTED, 3, kept, CAP_SET),
	    0);
	assert_int_equal(cap_set_proc(caps), 0);
	assert_int_equal(cap_free(caps), 0);
}

static void
a_file_for_another_owner_is_created_with_what_the_rows_keep(void **state)
{
	struct psd_open_req req = {
		.access = PSD_ACCESS_WRITE | PSD_ACCESS_CREATE,
		.mode = 0640,
	};
	struct psd_open_rep rep;
	struct op_rig rig;
	struct stat status;

	(void)state;
	if (geteuid() != 0) {
		print_message("SKIP: only root can give files away\n");
		skip();
	}
	op_rig_start(&rig, NULL, "AllowOpen=write,create %s/** owner=12345");
	keep_what_the_rows_keep();
	req.path = op_rig_path(&rig, "new");
	assert_int_equal(op_rig_ask(&rig, PSD_OP_open, &req, &rep), 0);
	assert_int_equal(fstat(rep.file, &status), 0);
	assert_int_equal(status.st_uid, SOMEBODY);
	assert_int_equal(status.st_mode & 07777, 0640);
	psd_fd_close(rep.file);
	op_rig_stop(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_file_for_another_owner_is_created_with_what_the_rows_keep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
