/* SPDX-License-Identifier: ISC */
/* The address of the path of the one exec. */
#include "daemon/exec_path.h"

#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cmocka.h>

enum { PROCESSES = 16 };

static const char **drawn;

static int
draw(void *argument)
{
	drawn[*(const int *)argument] = psd_exec_path();
	return 0;
}

/* Each time something is there already, or the kernel says so. */
static int
draw_without(void *argument)
{
	const int *row = argument;

	TEST_EXPECT(test_deny(row[0], row[1]) == 0);
	TEST_EXPECT(psd_exec_path() == NULL);
	TEST_EXPECT(errno == row[1]);
	return 0;
}

static void
without_an_address_there_is_no_path(void **state)
{
	static int rows[][2] = { { SYS_mmap, EEXIST }, { SYS_mmap, ENOMEM },
		{ SYS_getrandom, ENOSYS } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(test_child_exit_status(
				     test_child_start(draw_without, rows[i])),
		    0);
}

/* Before this process has drawn its own, which its children would have. */
static void
address_is_another_in_every_process(void **state)
{
	const size_t size = PROCESSES * sizeof(*drawn);
	uintptr_t spread = 0;
	int i, k;

	(void)state;
	drawn = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(drawn != MAP_FAILED);
	for (i = 0; i < PROCESSES; i++) {
		const pid_t pid = test_child_start(draw, &i);

		assert_true(pid > 0);
		assert_int_equal(test_child_exit_status(pid), 0);
		assert_non_null(drawn[i]);
		for (k = 0; k < i; k++)
			assert_ptr_not_equal(drawn[k], drawn[i]);
		spread |= (uintptr_t)drawn[0] ^ (uintptr_t)drawn[i];
	}
	/* The place within the page is drawn, too. */
	assert_true((spread & 0xfff) != 0);
	assert_true(spread >> 32 != 0);
	assert_int_equal(munmap(drawn, size), 0);
}

static void
address_is_kept_and_holds_an_empty_string(void **state)
{
	const char *const path = psd_exec_path();

	(void)state;
	assert_non_null(path);
	assert_int_equal(path[0], '\0');
	assert_ptr_equal(psd_exec_path(), path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_an_address_there_is_no_path),
		cmocka_unit_test(address_is_another_in_every_process),
		cmocka_unit_test(address_is_kept_and_holds_an_empty_string),
	};

	if (test_under_valgrind()) {
		puts("1..0 # SKIP valgrind maps its own memory");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
