/* SPDX-License-Identifier: ISC */
/* Denied calls as a reader knows them, and the list of what passes. */
#include "tests/support/filter.h"

#include "common/arch.h"
#include "common/mem.h"
#include "policy/callname.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <cmocka.h>

enum { LINES_MAX = 512 };

static void
expect(const char *call, const uint64_t args[6], const char *printed)
{
	char text[256];

	psd_filter_print_call(text, sizeof(text), AUDIT_ARCH_X86_64,
	    psd_call_number(AUDIT_ARCH_X86_64, call), args);
	assert_string_equal(text, printed);
}

#define ARGS(...) \
	(const uint64_t[6]) \
	{ \
		__VA_ARGS__ \
	}

static void
common_calls_are_printed_by_their_names(void **state)
{
	(void)state;
	expect("socket", ARGS(AF_INET, SOCK_STREAM, 0),
	    "socket(AF_INET, SOCK_STREAM, 0)");
	expect("socket", ARGS(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, 15),
	    "socket(AF_NETLINK, SOCK_RAW|SOCK_NONBLOCK, 15)");
	expect("openat",
	    ARGS((uint64_t)AT_FDCWD, 0x7ffc1234, O_RDWR | O_CREAT | O_CLOEXEC,
		0640),
	    "openat(AT_FDCWD, 0x7ffc1234, O_RDWR|O_CREAT|O_CLOEXEC, 0640)");
	expect("openat", ARGS(5, 1, O_RDONLY, 0),
	    "openat(5, 0x1, O_RDONLY, 0)");
	expect("mmap",
	    ARGS(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS, UINT32_MAX, 0),
	    "mmap(0x0, 4096, PROT_READ|PROT_WRITE|PROT_EXEC, "
	    "MAP_PRIVATE|MAP_ANONYMOUS, -1, 0x0)");
	expect("mprotect", ARGS(0x1000, 4096, PROT_NONE),
	    "mprotect(0x1000, 4096, PROT_NONE)");
	expect("prctl", ARGS(PR_SET_DUMPABLE, 1),
	    "prctl(PR_SET_DUMPABLE, 0x1, 0x0, 0x0, 0x0)");
	expect("clone", ARGS(CLONE_NEWUSER | SIGCHLD),
	    "clone(CLONE_NEWUSER|SIGCHLD, 0x0, 0x0, 0x0, 0x0)");
	expect("kill", ARGS(UINT64_MAX, SIGKILL), "kill(-1, SIGKILL)");
	expect("ioctl", ARGS(0, 0x5412, 0xabc), "ioctl(0, 0x5412, 0xabc)");
	expect("fcntl", ARGS(3, F_SETFL, 0x800), "fcntl(3, F_SETFL, 0x800)");
	expect("setsockopt", ARGS(3, SOL_SOCKET, 2, 0x1000, 4),
	    "setsockopt(3, SOL_SOCKET, 2, 0x1000, 4)");
	expect("unshare", ARGS(CLONE_NEWUSER), "unshare(CLONE_NEWUSER)");
	expect("fork", ARGS(1, 2, 3), "fork()");
}

static void
unknown_constants_are_printed_in_hex(void **state)
{
	(void)state;
	expect("socket", ARGS(999, 0xf, 0), "socket(0x3e7, 0xf, 0)");
	expect("prctl", ARGS(0x4d42), "prctl(0x4d42, 0x0, 0x0, 0x0, 0x0)");
	expect("mprotect", ARGS(0, 1, UINT64_C(1) << 40 | PROT_READ),
	    "mprotect(0x0, 1, PROT_READ|0x10000000000)");
	expect("kill", ARGS(1, 77), "kill(1, 0x4d)");
	expect("clone", ARGS(0), "clone(0x0, 0x0, 0x0, 0x0, 0x0)");
}

static void
unknown_calls_are_printed_with_all_registers(void **state)
{
	char text[256];

	(void)state;
	expect("vmsplice", ARGS(1, 2, 3, 4, 5, UINT64_MAX),
	    "vmsplice(0x1, 0x2, 0x3, 0x4, 0x5, 0xffffffffffffffff)");
	psd_filter_print_call(text, sizeof(text), PSD_AUDIT_ARCH, 1000,
	    ARGS(1));
	assert_string_equal(text, "call 1000(0x1, 0x0, 0x0, 0x0, 0x0, 0x0)");
	psd_filter_print_call(text, sizeof(text), 0xffffffff, -5, ARGS(0));
	assert_string_equal(text, "call -5(0x0, 0x0, 0x0, 0x0, 0x0, 0x0)");
}

static void
name_is_of_the_architecture_of_the_call(void **state)
{
	char name[64];

	(void)state;
	psd_filter_call_name(name, sizeof(name), AUDIT_ARCH_X86_64, 41);
	assert_string_equal(name, "socket");
	psd_filter_call_name(name, sizeof(name), AUDIT_ARCH_AARCH64, 198);
	assert_string_equal(name, "socket");
	psd_filter_call_name(name, sizeof(name), AUDIT_ARCH_I386, 20);
	assert_string_equal(name, "getpid");
	psd_filter_call_name(name, sizeof(name), PSD_AUDIT_ARCH, 512 * 1024);
	assert_string_equal(name, "call 524288");
}

static void
text_is_cut_where_there_is_no_room(void **state)
{
	char whole[256];
	char cut[64];
	size_t size;

	(void)state;
	psd_filter_print_call(whole, sizeof(whole), AUDIT_ARCH_X86_64, 9,
	    ARGS(UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX));
	for (size = 1; size <= sizeof(cut); size++) {
		psd_filter_print_call(cut, size, AUDIT_ARCH_X86_64, 9,
		    ARGS(UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX));
		assert_int_equal(strlen(cut), size - 1);
		assert_memory_equal(cut, whole, size - 1);
	}
}

struct list {
	char lines[LINES_MAX][256];
	size_t n;
};

static void
keep_line(void *cookie, const char *call, const char *rule, const char *group)
{
	struct list *list = cookie;

	assert_true(list->n < LINES_MAX);
	(void)snprintf(list->lines[list->n], sizeof(list->lines[0]),
	    "%s | %s | %s", call, rule, group);
	list->n++;
}

static struct list *
list_of(const char *words)
{
	static struct list list;
	struct test_filter_policy policy;

	list.n = 0;
	test_filter_policy_init(&policy, words, PSD_VIOLATION_KILL);
	assert_int_equal(psd_filter_list(&policy.policy, keep_line, &list), 0);
	test_filter_policy_free(&policy);
	return &list;
}

static unsigned
count(const struct list *list, const char *begin)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < list->n; i++)
		n += strncmp(list->lines[i], begin, strlen(begin)) == 0;
	return n;
}

static void
list_has_every_call_in_order_with_its_reason(void **state)
{
	const struct list *list = list_of("@network-io @helper");
	size_t i;

	(void)state;
	assert_true(list->n > 50);
	for (i = 1; i < list->n; i++) {
		const char *before = list->lines[i - 1];
		const char *here = list->lines[i];
		const size_t len = strcspn(before, " ");

		assert_true(strncmp(before, here, len) <= 0);
	}
	assert_int_equal(count(list,
			     "prctl | option = PR_SET_NAME: names its thread | "
			     "@helper"),
	    1);
	assert_int_equal(count(list, "read | "), 1);
	assert_int_equal(count(list, "fcntl | cmd = F_GETFD"), 1);
	assert_int_equal(count(list, "clone3 | "), 0);
	assert_int_equal(count(list, "execveat | "), 0);
}

static void
list_names_a_call_once_when_nothing_holds_it_back(void **state)
{
	const struct list *list =
	    list_of("@helper @loader @helper mmap socket socket");

	(void)state;
	assert_int_equal(count(list, "mmap | "), 1);
	assert_int_equal(count(list, "mmap | named by the policy"), 1);
	assert_int_equal(count(list, "socket | named by the policy"), 1);
	assert_int_equal(count(list, "mprotect | "), 1);
	assert_int_equal(count(list, "read | "), 1);
}

static void
list_of_nothing_is_empty(void **state)
{
	(void)state;
	assert_int_equal(list_of("")->n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(common_calls_are_printed_by_their_names),
		cmocka_unit_test(unknown_constants_are_printed_in_hex),
		cmocka_unit_test(unknown_calls_are_printed_with_all_registers),
		cmocka_unit_test(name_is_of_the_architecture_of_the_call),
		cmocka_unit_test(text_is_cut_where_there_is_no_room),
		cmocka_unit_test(list_has_every_call_in_order_with_its_reason),
		cmocka_unit_test(
		    list_names_a_call_once_when_nothing_holds_it_back),
		cmocka_unit_test(list_of_nothing_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
