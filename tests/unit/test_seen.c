/* SPDX-License-Identifier: ISC */
/* What a watcher's answer comes to: a line of the log, and nothing else. */
#include "common/arch.h"
#include "common/mem.h"
#include "policy/seen.h"
#include "tests/support/policy.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <cmocka.h>

static const char filter_text[] = "[Helper]\nType=filter\nExecStart=/bin/true\n"
				  "[Policy]\nSystemCallFilter=@filter\n"
				  "AllowExec=/bin/true\n"
				  "AllowOpen=read /srv/www/**\n"
				  "AllowOpen=read,write,create /srv/up/**\n"
				  "AllowOpen=read /etc/hostname\n";

static const char native_text[] = "[Helper]\nExecStart=/bin/true\n"
				  "[Policy]\nSystemCallFilter=@helper\n";

static struct psd_seen seen;

/* Reads an answer about openat(AT_FDCWD, ..., flags). */
static void
read_open(const char *name, uint32_t len, uint32_t seen_flags, int flags)
{
	const uint64_t args[6] = { (uint64_t)AT_FDCWD, 0x1000,
		(uint64_t)flags };
	const struct psd_observe_rep rep = {
		.flags = seen_flags,
		.first = { (const unsigned char *)name, len },
	};

	psd_seen_read(&seen, SYS_openat, args, &rep);
}

static void
read_path(const char *name, int flags)
{
	read_open(name, (uint32_t)strlen(name), 0, flags);
}

static bool
fits(const struct psd_policy *policy)
{
	return psd_seen_fits(&seen, policy, &policy->view, PSD_LAYER_ALL);
}

static void
names_are_made_normal_without_a_look(void **state)
{
	static const struct {
		const char *name, *path;
	} cases[] = {
		{ "/etc/shadow", "/etc/shadow" },
		{ "//etc///shadow/", "/etc/shadow" },
		{ "/etc/./x/../shadow", "/etc/shadow" },
		{ "/../../..", "/" },
		{ "/", "/" },
		{ "/a/b/../..", "/" },
		{ "/.../..a/b..", "/.../..a/b.." },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		read_path(cases[i].name, O_RDONLY);
		assert_true(seen.has_path);
		assert_string_equal(seen.path, cases[i].path);
		assert_int_equal(seen.path_len, strlen(cases[i].path));
	}
}

static void
what_is_no_whole_path_is_none(void **state)
{
	static char many[PSD_BYTES_MAX];

	(void)state;
	read_open("", 0, 0, 0);
	assert_false(seen.has_path);
	read_open("relative", 8, 0, 0);
	assert_false(seen.has_path);
	read_open("/x", 2, PSD_SEEN_RELATIVE, 0);
	assert_false(seen.has_path);
	read_open("/x", 2, PSD_SEEN_CUT, 0);
	assert_false(seen.has_path);
	assert_string_equal(seen.texts[0], "\"/x\"...");
	read_open("/x", 2, PSD_SEEN_UNREADABLE, 0);
	assert_false(seen.has_path);
	read_open("/x", 2, UINT32_MAX, 0);
	assert_false(seen.has_path || seen.has_endpoint);
	/* Behind a NUL nothing counts. */
	read_open("/a\0b", 4, 0, 0);
	assert_string_equal(seen.path, "/a");
	memset(many, '/', sizeof(many));
	read_open(many, sizeof(many), 0, 0);
	assert_string_equal(seen.path, "/");
	memset(many, 'a', sizeof(many));
	many[0] = '/';
	read_open(many, sizeof(many), 0, 0);
	assert_true(strlen(seen.path) < sizeof(many));
	assert_true(strlen(seen.texts[0]) <= PSD_SEEN_TEXT_MAX);
}

static void
calls_are_printed_with_what_they_name(void **state)
{
	const uint64_t args[6] = { (uint64_t)AT_FDCWD, 0x1000, O_RDONLY };
	char text[PSD_SEEN_CALL_MAX + 1];

	(void)state;
	read_path("/a\n\033\"\\\xff", O_RDONLY);
	psd_seen_print(&seen, text, sizeof(text), PSD_AUDIT_ARCH, SYS_openat,
	    args);
	assert_string_equal(text,
	    "openat(AT_FDCWD, \"/a\\x0a\\x1b\\\"\\\\\\xff\", O_RDONLY, 0)");
	read_open("", 0, PSD_SEEN_UNREADABLE, 0);
	psd_seen_print(&seen, text, sizeof(text), PSD_AUDIT_ARCH, SYS_openat,
	    args);
	assert_string_equal(text, "openat(AT_FDCWD, 0x1000, O_RDONLY, 0)");
}

static void
view_decides_whether_an_open_fits(void **state)
{
	static const struct {
		const char *name;
		int flags;
		bool fits;
		const char *line;
	} cases[] = {
		{ "/srv/www/a/b", O_RDONLY, true, "" },
		{ "/srv/www/../secret", O_RDONLY, false,
		    "AllowOpen=read /srv/secret" },
		{ "/srv/www/a", O_RDWR, false,
		    "AllowOpen=read,write /srv/www/a" },
		{ "/srv/wwwx", O_RDONLY, false, "AllowOpen=read /srv/wwwx" },
		{ "/srv/x", O_RDONLY | O_DIRECTORY, false,
		    "AllowOpen=read /srv/x/**" },
		{ "/", O_RDONLY | O_DIRECTORY, false,
		    "# no line can allow it: the whole file system cannot be "
		    "shown" },
		{ "/srv/x", O_RDWR | O_TMPFILE, false,
		    "AllowOpen=read,write,create /srv/x/**" },
		{ "/srv/up/a", O_WRONLY | O_CREAT | O_EXCL, true, "" },
		{ "/srv/a", O_WRONLY | O_CREAT, false,
		    "AllowOpen=read,write,create /srv/**" },
		{ "/a", O_WRONLY | O_CREAT, false,
		    "# no line can allow it: the whole file system cannot be "
		    "shown" },
		{ "/etc/hostname", O_RDONLY, true, "" },
		{ "/etc/hostname/x", O_RDONLY, false,
		    "AllowOpen=read /etc/hostname/x" },
		{ "/tmp/x", O_WRONLY | O_CREAT, false,
		    "TemporaryFileSystem=/tmp:size=64M" },
		{ "/proc/self/mem", O_RDONLY, false,
		    "# no line can allow it: /proc is not shown" },
		{ "/x y%\"", O_RDONLY, false, "AllowOpen=read \"/x y%%\\\"\"" },
	};
	struct test_policy policy;
	char line[PSD_TEXT_MAX + 1];

	(void)state;
	test_policy_load(&policy, filter_text, 0);
	assert_non_null(policy.policy);
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		read_path(cases[i].name, cases[i].flags);
		assert_int_equal(fits(policy.policy), cases[i].fits);
		psd_seen_suggest(&seen, policy.policy, line, sizeof(line));
		if (!cases[i].fits)
			assert_string_equal(line, cases[i].line);
	}
	/* Where nothing holds the program, nothing refuses it. */
	read_path("/etc/shadow", O_RDONLY);
	assert_true(
	    psd_seen_fits(&seen, policy.policy, &policy.policy->view, 0));
	test_policy_free(&policy);
}

static void
programs_fit_by_their_line_alone(void **state)
{
	const uint64_t args[6] = { 0x1000 };
	struct psd_observe_rep rep = {
		.first = { (const unsigned char *)"/bin/true", 9 },
	};
	char line[PSD_TEXT_MAX + 1];
	struct test_policy policy;

	(void)state;
	test_policy_load(&policy, filter_text, 0);
	psd_seen_read(&seen, SYS_execve, args, &rep);
	assert_true(fits(policy.policy));
	rep.first.at = (const unsigned char *)"/srv/www/";
	psd_seen_read(&seen, SYS_execve, args, &rep);
	assert_false(fits(policy.policy));
	psd_seen_suggest(&seen, policy.policy, line, sizeof(line));
	assert_string_equal(line, "AllowExec=/srv/www");
	test_policy_free(&policy);
}

static void
read_address(const void *address, size_t len)
{
	const uint64_t args[6] = { 3, 0x1000, len };
	const struct psd_observe_rep rep = {
		.flags = PSD_SEEN_ADDRESS,
		.first = { address, (uint32_t)len },
	};

	psd_seen_read(&seen, SYS_connect, args, &rep);
}

static void
addresses_are_read_as_far_as_they_are_whole(void **state)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons(80),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_un sun = { .sun_family = AF_UNIX, .sun_path = "/a\n" };
	char line[PSD_TEXT_MAX + 1];
	struct test_policy policy, native;

	(void)state;
	test_policy_load(&policy, filter_text, 0);
	test_policy_load(&native, native_text, 0);
	for (size_t len = 0; len < 8; len++) {
		read_address(&sin, len);
		assert_false(seen.has_endpoint);
		assert_true(fits(policy.policy));
	}
	read_address(&sin, sizeof(sin));
	assert_string_equal(seen.texts[0], "127.0.0.1:80");
	assert_false(fits(policy.policy));
	psd_seen_suggest(&seen, policy.policy, line, sizeof(line));
	assert_string_equal(line, "AllowConnect=tcp *:80");
	psd_seen_suggest(&seen, native.policy, line, sizeof(line));
	assert_string_equal(line, "AllowConnect=tcp 127.0.0.1:80");
	read_address(&sun, sizeof(sun));
	assert_string_equal(seen.texts[0], "\"/a\\x0a\"");
	psd_seen_suggest(&seen, policy.policy, line, sizeof(line));
	assert_string_equal(line,
	    "# no line can allow it: a program has no local sockets");
	psd_seen_suggest(&seen, native.policy, line, sizeof(line));
	assert_string_equal(line, "AllowConnectUnix=\"/a\\x0a\"");
	sun.sun_path[0] = '\0';
	read_address(&sun, offsetof(struct sockaddr_un, sun_path) + 3);
	assert_string_equal(seen.texts[0], "@a\\x0a");
	read_address(&sun, offsetof(struct sockaddr_un, sun_path));
	assert_false(seen.has_path || seen.has_endpoint);
	psd_seen_suggest(&seen, policy.policy, line, sizeof(line));
	assert_string_equal(line, "");
	sun.sun_family = 4711;
	read_address(&sun, sizeof(sun));
	assert_false(seen.has_path || seen.has_endpoint);
	test_policy_free(&native);
	test_policy_free(&policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_made_normal_without_a_look),
		cmocka_unit_test(what_is_no_whole_path_is_none),
		cmocka_unit_test(calls_are_printed_with_what_they_name),
		cmocka_unit_test(view_decides_whether_an_open_fits),
		cmocka_unit_test(programs_fit_by_their_line_alone),
		cmocka_unit_test(addresses_are_read_as_far_as_they_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
