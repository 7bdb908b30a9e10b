/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/learn_fixture.h"

#include <stdio.h>
#include <sys/socket.h>

static void
what_was_opened_to_write_is_granted_so(void **state)
{
	(void)state;
	psd_learn_file(learn, "/srv/out/log", PSD_LEARN_WRITE);
	psd_learn_file(learn, "/srv/made/new", PSD_LEARN_CREATE);
	psd_learn_file(learn, "/srv/made/new", PSD_LEARN_READ);
	psd_learn_file(learn, "/usr/bin/tool", PSD_LEARN_WRITE);
	psd_learn_file(learn, "/srv/top", PSD_LEARN_CREATE);
	psd_learn_file(learn, "/dev/null", PSD_LEARN_WRITE);
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowOpen=read,write /srv/out/log");
	assert_line("AllowOpen=read,write,create /srv/made/**");
	assert_line("AllowOpen=read,write /dev/null");
	assert_line("# seen 2 times in 1 run");
	assert_line("#AllowOpen=read,write /usr/bin/tool");
	assert_line("#AllowOpen=read,write,create /srv/**");
}

static void
temporary_files_have_a_place_of_their_own(void **state)
{
	(void)state;
	psd_learn_file(learn, "/tmp/sort1", PSD_LEARN_CREATE);
	psd_learn_file(learn, "/tmp/sort1", PSD_LEARN_READ | PSD_LEARN_CHANGE);
	psd_learn_file(learn, "/tmp/input", PSD_LEARN_READ);
	write_page(PSD_TYPE_FILTER);
	assert_line("TemporaryFileSystem=/tmp:size=64M");
	assert_null(strstr(page, "AllowOpen=read,write"));
	assert_line("#AllowOpen=read /tmp/input");
	assert_non_null(strstr(told,
	    "-AllowOpen=read /tmp/input: TemporaryFileSystem= covers what is "
	    "there; put it elsewhere"));
}

static void
input_in_the_directory_of_temporary_files_is_input(void **state)
{
	(void)state;
	psd_learn_file(learn, "/tmp/input", PSD_LEARN_READ);
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowOpen=read /tmp/input");
	assert_no_line("TemporaryFileSystem=/tmp:size=64M");
}

static void
file_that_has_gone_may_be_missing(void **state)
{
	(void)state;
	missing = "/srv/prog/gone";
	psd_learn_file(learn, missing, PSD_LEARN_READ);
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowOpen=read -/srv/prog/gone");
}

static void
what_is_no_file_is_not_granted(void **state)
{
	(void)state;
	psd_learn_file(learn, "/run/prog/fifo",
	    PSD_LEARN_READ | PSD_LEARN_SPECIAL);
	write_page(PSD_TYPE_FILTER);
	assert_line("#AllowOpen=read /run/prog/fifo");
}

static void
file_that_only_its_owner_can_use_is_told(void **state)
{
	(void)state;
	private_path = "/srv/prog/mine";
	psd_learn_file(learn, private_path, PSD_LEARN_READ);
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowOpen=read /srv/prog/mine");
	assert_non_null(strstr(told, "+AllowOpen=read /srv/prog/mine: "));
}

static void
programs_that_it_started_are_named(void **state)
{
	(void)state;
	psd_learn_file(learn, "/usr/bin/sort", PSD_LEARN_EXEC);
	psd_learn_file(learn, "/usr/bin/sort", PSD_LEARN_READ);
	psd_learn_file(learn, "/usr/bin/prog", PSD_LEARN_READ);
	psd_learn_file(learn, "/root/evil", PSD_LEARN_EXEC);
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowExec=/usr/bin/sort");
	assert_line("#AllowExec=/root/evil");
	assert_null(strstr(page, "AllowOpen=read /usr/bin"));
}

static void
code_that_is_in_no_group_is_told(void **state)
{
	(void)state;
	psd_learn_file(learn, "/usr/lib/prog/libprog.so",
	    PSD_LEARN_READ | PSD_LEARN_MAP);
	psd_learn_file(learn, "/lib64/libc.so.6",
	    PSD_LEARN_READ | PSD_LEARN_MAP);
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowOpen=read /usr/lib/prog/libprog.so");
	assert_non_null(strstr(told,
	    "+AllowOpen=read /usr/lib/prog/libprog.so: code was "
	    "mapped from there"));
	assert_null(strstr(told, "/lib64"));
}

static void
ports_are_granted_at_any_address(void **state)
{
	(void)state;
	psd_learn_socket(learn, "AllowConnect=tcp 192.0.2.1:80");
	psd_learn_socket(learn, "AllowConnect=tcp [2001:db8::1]:80");
	psd_learn_socket(learn, "AllowListen=tcp 0.0.0.0:8080");
	see("socket", AF_INET, SOCK_STREAM, 0);
	see("connect", 0, 0, 0);
	see("bind", 0, 0, 0);
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowConnect=tcp *:80");
	assert_line("# seen 2 times in 1 run");
	assert_line("AllowBind=tcp *:8080");
	assert_null(strstr(page, "SystemCallFilter=socket"));
	assert_null(strstr(page, "SystemCallFilter=connect"));
	assert_null(strstr(page, "SystemCallFilter=bind"));
	assert_non_null(strstr(told, "+AllowConnect=tcp *:80: "));
}

static void
other_network_is_a_comment(void **state)
{
	(void)state;
	psd_learn_socket(learn, "AllowConnect=udp 192.0.2.1:53");
	psd_learn_socket(learn, "AllowListen=tcp 0.0.0.0:80");
	psd_learn_socket(learn, "AllowListen=tcp 0.0.0.0:0");
	psd_learn_socket(learn, "AllowConnectUnix=/run/docker.sock");
	see("socket", AF_INET, SOCK_DGRAM, 0);
	see("connect", 0, 0, 0);
	write_page(PSD_TYPE_FILTER);
	assert_line("#AllowConnect=udp 192.0.2.1:53");
	assert_line("#AllowListen=tcp 0.0.0.0:80");
	assert_line("#AllowListen=tcp 0.0.0.0:0");
	assert_line("#AllowConnectUnix=/run/docker.sock");
	assert_line("#SystemCallFilter=socket");
	assert_line("#SystemCallFilter=connect");
	assert_non_null(strstr(told, "-AllowConnect=udp 192.0.2.1:53: "));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_opened_to_write_is_granted_so),
		TEST(temporary_files_have_a_place_of_their_own),
		TEST(input_in_the_directory_of_temporary_files_is_input),
		TEST(file_that_has_gone_may_be_missing),
		TEST(what_is_no_file_is_not_granted),
		TEST(file_that_only_its_owner_can_use_is_told),
		TEST(programs_that_it_started_are_named),
		TEST(code_that_is_in_no_group_is_told),
		TEST(ports_are_granted_at_any_address),
		TEST(other_network_is_a_comment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
