/* SPDX-License-Identifier: ISC */
/* When another start had better wait for the children beside whom we run on. */
#include "tests/unit/held_fixture.h"

/* That it has not yet said anything does not matter. */
static void
stack_is_free_as_soon_as_its_program_is_executed(void **state)
{
	(void)state;
	psd_spawn_hear();
	assert_false(psd_spawn_lacks_stack());
	start_many_held();
	assert_true(psd_spawn_lacks_stack());
	let_children_run();
	for (size_t i = 0; i < MORE; i++)
		expect_answer(&rigs[i]);
	assert_false(psd_spawn_lacks_stack());
	for (size_t i = 0; i < MORE; i++)
		stop(&rigs[i]);
}

/* In which the kernel would have us wait. */
static void
another_start_waits_where_the_table_has_to_grow(void **state)
{
	enum { SIZE = 4096, LEFT = 32 };
	static int fds[SIZE];
	size_t n = MANY;

	(void)state;
	psd_spawn_hear();
	fill_table(fds);
	hold_children();
	start_held(&rigs[0]);
	assert_false(psd_spawn_is_full());
	do
		fds[n] = dup(STDERR_FILENO);
	while (fds[n++] < SIZE - LEFT);
	start_held(&rigs[1]);
	assert_true(psd_spawn_is_full());
	let_children_run();
	answer_and_stop(2);
	assert_false(psd_spawn_is_full());
	while (n-- > 0)
		psd_fd_close(fds[n]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, be_slow)
		TEST(stack_is_free_as_soon_as_its_program_is_executed),
		TEST(another_start_waits_where_the_table_has_to_grow),
#undef TEST
	};
	const int skipped = spawn_rig_prepare();

	if (skipped != 0)
		return skipped;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
