/* SPDX-License-Identifier: ISC */
/* Where an instance's memory is read, with files that stand for a group's. */
#include "daemon/memory.h"

#include "common/fd.h"
#include "daemon/service.h"
#include "tests/support/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct psd_daemon owner;
static struct psd_service service = { .daemon = &owner };
static struct psd_leaf leaf;
static struct psd_instance instance = { .service = &service };
static char *dir;

static int
begin(void **state)
{
	(void)state;
	dir = test_dir_make();
	leaf.fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	owner.host.cgroup.leaves = &leaf;
	owner.host.cgroup.n_leaves = 1;
	owner.host.cgroup.has_memory = true;
	instance.leaf = 0;
	instance.child.pid = getpid();
	return leaf.fd < 0;
}

static int
end(void **state)
{
	(void)state;
	psd_fd_cleanup(&leaf.fd);
	test_dir_remove(dir);
	return 0;
}

static void
group_that_is_counted_is_asked(void **state)
{
	const char *source = "";
	uint64_t bytes = 0;

	(void)state;
	assert_int_equal(test_dir_write(dir, "memory.current", "1234567\n"), 0);
	assert_int_equal(psd_instance_memory(&instance, &bytes, &source), 0);
	assert_string_equal(source, "cgroup");
	assert_int_equal(bytes, 1234567);
}

/* Each way in which a group cannot tell. */
static void
else_the_process_is(void **state)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	const char *source = "";
	uint64_t bytes = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		if (i == 1)
			owner.host.cgroup.has_memory = false;
		if (i == 2)
			instance.leaf = -1;
		assert_int_equal(psd_instance_memory(&instance, &bytes,
				     &source),
		    0);
		assert_string_equal(source, "process");
		assert_true(bytes >= page && bytes % page == 0);
	}
}

static void
process_that_is_gone_has_none(void **state)
{
	const char *source;
	uint64_t bytes = 7;

	(void)state;
	instance.leaf = -1;
	instance.child.pid = 0x7ffffff0;
	assert_true(psd_instance_memory(&instance, &bytes, &source) < 0);
	assert_int_equal(bytes, 7);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(group_that_is_counted_is_asked,
		    begin, end),
		cmocka_unit_test_setup_teardown(else_the_process_is, begin,
		    end),
		cmocka_unit_test_setup_teardown(process_that_is_gone_has_none,
		    begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
