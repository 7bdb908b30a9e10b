/* SPDX-License-Identifier: ISC */
/*
 * Names by way of the daemon and its resolver, in a network of the test's own
 * with a name server of the test's own.
 */
#include "common/mem.h"
#include "tests/helpers/found.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"
#include "tests/support/names_rig.h"

#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { TEXT_BYTES = 65536, LOOKUPS = 10000, STEP_MS = 20 };

/* What the C library says, in this process, with the same files and server. */
static const char *
own_answer(int family, int type, int flags, const char *node,
    const char *service)
{
	static char text[TEXT_BYTES];
	const struct addrinfo hints = {
		.ai_family = family,
		.ai_socktype = type,
		.ai_flags = flags,
	};
	struct addrinfo *list = NULL;
	const int r = getaddrinfo(strcmp(node, "-") == 0 ? NULL : node,
	    strcmp(service, "-") == 0 ? NULL : service, &hints, &list);

	found_print_hosts(text, sizeof(text), r, list);
	if (r == 0)
		freeaddrinfo(list);
	return text;
}

static void
an_answer_equals_that_of_the_c_library(void **state)
{
	static const struct {
		int family, type, flags;
		const char *node, *service;
	} cases[] = {
		{ 0, 0, 0, "some.test", "-" },
		{ 0, SOCK_STREAM, 0, "some.test", "443" },
		{ 0, 0, AI_CANONNAME, "Some.TEST", "http" },
		{ AF_INET, SOCK_DGRAM, 0, "seven.test", "53" },
		{ AF_INET6, 0, 0, "seven.test", "80" },
		{ AF_INET6, 0, AI_V4MAPPED, "some.test", "80" },
		{ 0, 0, AI_V4MAPPED | AI_ADDRCONFIG, "seven", "80" },
		{ 0, SOCK_STREAM, 0, "localhost", "ssh" },
		{ 0, SOCK_STREAM, 0, "some.test.", "ssh" },
		{ 0, SOCK_STREAM, 0, "none.test", "-" },
		{ 0, SOCK_STREAM, 0, "some.test", "no-such-service" },
		{ 0, SOCK_STREAM, AI_NUMERICSERV, "some.test", "http" },
		{ 0, SOCK_RAW, 0, "some.test", "http" },
		{ 0, SOCK_STREAM, AI_NUMERICHOST, "some.test", "80" },
		{ 0, SOCK_STREAM, 0, "many.test", "80" },
		/* No name, so nobody is asked. */
		{ 0, 0, 0, "192.0.2.5", "80" },
		{ 0, 0, AI_CANONNAME, "127.1", "-" },
		{ 0, 0, 0, "2001:db8::1", "80" },
		{ AF_INET6, 0, 0, "192.0.2.5", "80" },
		{ 0, 0, 0, "-", "80" },
		{ 0, SOCK_STREAM, AI_PASSIVE, "-", "80" },
		{ AF_INET, SOCK_STREAM, AI_PASSIVE, "-", "80" },
		{ 0, 0, 0, "-", "-" },
		{ 0, 0, AI_CANONNAME, "-", "80" },
	};
	int fd;

	(void)state;
	fd = names_rig_start("AllowResolve=**");
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		const char *said = daemon_rig_say(fd, "resolve %d %d %d %s %s",
		    cases[i].family, cases[i].type, cases[i].flags,
		    cases[i].node, cases[i].service);

		assert_string_equal(said,
		    own_answer(cases[i].family, cases[i].type, cases[i].flags,
			cases[i].node, cases[i].service));
	}
	assert_false(daemon_rig_has_logged(&names_rig, "refused"));
	(void)close(fd);
}

static void
a_name_outside_the_grant_does_not_reach_the_resolver(void **state)
{
	static const char *const names[] = { "some.test", "other.org", "test",
		"a.b.example.org", "none.test", "slow.test", "xexample.org" };
	const unsigned before = *names_dns.asked;
	int fd;

	(void)state;
	fd = names_rig_start(
	    "AllowResolve=*.example.org\nDenyResolve=bad.example.org");
	for (size_t i = 0; i < PSD_ELEMENTS(names); i++)
		assert_string_equal(daemon_rig_say(fd, "resolve 0 1 0 %s 80",
					names[i]),
		    "-11 errno 1");
	assert_string_equal(daemon_rig_say(fd,
				"resolve 0 1 0 bad.example.org 80"),
	    "-11 errno 1");
	assert_int_equal(*names_dns.asked, before);
	assert_true(daemon_rig_logs(&names_rig,
	    "to allow: AllowResolve=a.b.example.org"));
	assert_memory_equal(daemon_rig_say(fd,
				"resolve 0 1 0 www.example.org 80"),
	    "ok ", 3);
	assert_true(*names_dns.asked > before);
	(void)close(fd);
}

/* A granted name that does not exist is not looked for behind "search". */
static void
no_domain_is_put_behind_a_name(void **state)
{
	unsigned before;
	int fd;

	(void)state;
	fd = names_rig_start("AllowResolve=none.example.org");
	before = *names_dns.asked;
	assert_string_equal(daemon_rig_say(fd,
				"resolve 2 1 0 none.example.org 80"),
	    "-2 errno 0");
	assert_int_equal(*names_dns.asked, before + 1);
	(void)close(fd);
}

static bool
has_resolver(void)
{
	const char *text;

	assert_int_equal(daemon_rig_ctl(&names_rig, &text, "status", NULL), 0);
	return strstr(text, "(resolver)") != NULL;
}

static void
the_resolver_is_there_when_a_policy_needs_it(void **state)
{
	const char *text;

	(void)state;
	names_rig_write("one", "");
	daemon_rig_start(&names_rig);
	assert_false(has_resolver());
	names_rig_write("one", "DenyResolve=**");
	assert_int_equal(daemon_rig_ctl(&names_rig, &text, "reload", NULL), 0);
	assert_false(has_resolver());
	names_rig_write("one", "AllowResolve=a.test");
	assert_int_equal(daemon_rig_ctl(&names_rig, &text, "reload", NULL), 0);
	assert_true(has_resolver());
	names_rig_write("one", "");
	assert_int_equal(daemon_rig_ctl(&names_rig, &text, "reload", NULL), 0);
	assert_true(daemon_rig_logs(&names_rig, "(resolver)["));
	assert_true(daemon_rig_logs(&names_rig, "ended: orderly"));
	/* There are two of them, and this was the first. */
	for (int ms = 0; ms < TEST_DEADLINE && has_resolver(); ms += STEP_MS)
		(void)poll(NULL, 0, STEP_MS);
	assert_false(has_resolver());
}

static void
without_the_program_a_policy_that_needs_it_is_refused(void **state)
{
	(void)state;
	daemon_rig_write(&names_rig, "privsepd.conf",
	    "[Daemon]\nResolver=/no/such/resolver\n");
	names_rig_write("one", "AllowResolve=a.test");
	assert_int_equal(daemon_rig_start_fails(&names_rig), 78);
	assert_true(daemon_rig_logs(&names_rig,
	    "AllowResolve=a.test needs the "
	    "resolver /no/such/resolver"));
}

static void
a_resolver_has_a_uid_of_its_own_and_sees_few_files(void **state)
{
	char path[PATH_MAX], pid[16];
	int fd;

	(void)state;
	fd = names_rig_start("AllowResolve=**");
	(void)snprintf(pid, sizeof(pid), "%d", names_rig_resolver());
	assert_true(daemon_rig_uid_of(pid) >= 1900000000);
	(void)snprintf(path, sizeof(path), "/proc/%s/root/etc/hosts", pid);
	assert_int_equal(access(path, R_OK), 0);
	(void)snprintf(path, sizeof(path), "/proc/%s/root/etc/shadow", pid);
	assert_int_equal(access(path, F_OK), -1);
	(void)snprintf(path, sizeof(path), "/proc/%s/root/proc/self", pid);
	assert_int_equal(access(path, F_OK), -1);
	(void)close(fd);
}

/* The objects that the daemon has mapped, by name. */
static void
read_maps(char *ret, size_t size)
{
	char path[64], line[PATH_MAX];
	size_t len = 0;
	FILE *maps;

	(void)snprintf(path, sizeof(path), "/proc/%d/maps", names_rig.pid);
	maps = fopen(path, "re");
	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps) != NULL) {
		const char *name = strchr(line, '/');

		if (name != NULL)
			len +=
			    (size_t)snprintf(ret + len, size - len, "%s", name);
		assert_true(len < size);
	}
	(void)fclose(maps);
}

static void
ten_thousand_lookups_map_nothing_into_the_daemon(void **state)
{
	static char before[TEXT_BYTES], after[TEXT_BYTES];
	int fd;

	(void)state;
	fd = names_rig_start("AllowResolve=**\nLogVerdicts=none");
	read_maps(before, sizeof(before));
	assert_string_equal(daemon_rig_say(fd, "many %d seven.test", LOOKUPS),
	    "10000");
	assert_string_equal(daemon_rig_say(fd, "many 100 some.test"), "100");
	read_maps(after, sizeof(after));
	assert_string_equal(before, after);
	assert_null(strstr(after, "libnss"));
	assert_null(strstr(after, "libresolv"));
	(void)close(fd);
}

/* Files are replaced, not changed: /etc/hosts by another one. */
static void
a_replaced_file_is_seen_soon(void **state)
{
	char path[PATH_MAX];
	const char *said = "";
	int fd;

	(void)state;
	fd = names_rig_start("AllowResolve=**");
	assert_string_equal(daemon_rig_say(fd, "resolve 0 1 0 eight.test 80"),
	    own_answer(0, 1, 0, "eight.test", "80"));
	(void)snprintf(path, sizeof(path), "%s/hosts2", names_files);
	assert_int_equal(test_dir_write(names_files, "hosts2",
			     "192.0.2.8 eight.test\n"),
	    0);
	assert_int_equal(mount(path, "/etc/hosts", NULL, MS_BIND, NULL), 0);
	for (int ms = 0;
	     ms < TEST_DEADLINE && strstr(said, "192.0.2.8") == NULL;
	     ms += STEP_MS) {
		(void)poll(NULL, 0, STEP_MS);
		said = daemon_rig_say(fd, "resolve 0 1 0 eight.test 80");
	}
	assert_non_null(strstr(said, "192.0.2.8"));
	assert_int_equal(umount("/etc/hosts"), 0);
	(void)close(fd);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, names_rig_prepare, \
	    names_rig_clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_equals_that_of_the_c_library),
		TEST(a_name_outside_the_grant_does_not_reach_the_resolver),
		TEST(no_domain_is_put_behind_a_name),
		TEST(the_resolver_is_there_when_a_policy_needs_it),
		TEST(without_the_program_a_policy_that_needs_it_is_refused),
		TEST(a_resolver_has_a_uid_of_its_own_and_sees_few_files),
		TEST(ten_thousand_lookups_map_nothing_into_the_daemon),
		TEST(a_replaced_file_is_seen_soon),
	};

	if (geteuid() != 0) {
		printf("1..0 # SKIP only root has a network of its own\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, names_rig_enter, names_rig_leave);
}
