/* SPDX-License-Identifier: ISC */
/* What a service manager passed, and what it is told of that. */
#include "common/fd.h"
#include "daemon/store.h"
#include "tests/support/fake_manager.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
pass(struct psd_store *store, const char *name, int fd)
{
	assert_true(fd >= 0);
	assert_int_equal(psd_store_adopt(store, name, fd, false), 0);
}

static void
name_that_no_manager_has_is_not_said_to_it(void **state)
{
	static const char *const names[] = { "listen/www/1\nMAINPID=1",
		"listen/www/\x7f", "listen/www/1\xc3\xa4", "" };
	struct psd_store store = { .n = 0 };

	(void)state;
	fake_manager_start();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		pass(&store, names[i], open("/dev/null", O_RDWR | O_CLOEXEC));
	fake_manager_put("listen/www/2");
	pass(&store, "listen/www/2", open("/dev/null", O_RDWR | O_CLOEXEC));
	psd_store_refuse_rest(&store);
	/* It asserts that what it hears is well-formed. */
	fake_manager_hear();
	assert_int_equal(fake_manager_count(NULL), 0);
	for (size_t i = 0; i < store.n; i++)
		assert_int_equal(store.at[i].fd, PSD_NO_FD);
	psd_store_free(&store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_that_no_manager_has_is_not_said_to_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
