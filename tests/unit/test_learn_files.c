/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/learn_fixture.h"

#include <stdio.h>

/* So many files of a directory, read. */
static void
read_files(const char *dir, int n)
{
	char path[256];

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/file%d", dir, i);
		psd_learn_file(learn, path, PSD_LEARN_READ);
	}
}

static void
few_files_are_named_one_by_one(void **state)
{
	(void)state;
	read_files("/usr/share/prog", 4);
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowOpen=read /usr/share/prog/file0");
	assert_line("AllowOpen=read /usr/share/prog/file3");
	assert_no_line("AllowOpen=read /usr/share/prog/**");
}

static void
many_files_become_their_directory(void **state)
{
	(void)state;
	read_files("/usr/share/prog", 5);
	read_files("/etc/prog", 9);
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowOpen=read /usr/share/prog/**");
	assert_line("AllowOpen=read /etc/prog/**");
	assert_line("# seen 5 times in 1 run");
	assert_no_line("AllowOpen=read /usr/share/prog/file0");
}

static void
many_directories_become_the_one_above(void **state)
{
	char dir[64];

	(void)state;
	for (int i = 0; i < 6; i++) {
		snprintf(dir, sizeof(dir), "/usr/share/prog/sub%d", i);
		read_files(dir, 3);
	}
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowOpen=read /usr/share/prog/**");
	assert_line("# seen 18 times in 1 run");
	assert_null(strstr(page, "AllowOpen=read /usr/share/prog/sub"));
}

static void
what_many_share_is_never_granted_whole(void **state)
{
	static const char *const dirs[] = { "", "/etc", "/home", "/home/anna",
		"/usr", "/usr/share", "/var", "/var/lib", "/srv", "/opt",
		"/usr/local/share", "/var/cache" };
	char line[128];

	(void)state;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		read_files(dirs[i], 20);
	write_page(PSD_TYPE_FILTER);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(line, sizeof(line), "AllowOpen=read %s/**", dirs[i]);
		assert_no_line(line);
		snprintf(line, sizeof(line), "AllowOpen=read %s/file7",
		    dirs[i]);
		assert_line(line);
	}
}

static void
directory_with_a_secret_in_it_is_never_granted_whole(void **state)
{
	(void)state;
	read_files("/etc/ssl", 20);
	psd_learn_file(learn, "/etc/ssl", PSD_LEARN_LIST);
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowOpen=read /etc/ssl/file7");
	assert_line("#AllowOpen=read /etc/ssl/**");
	assert_no_line("AllowOpen=read /etc/ssl/**");
}

static void
secrets_are_written_as_comments_and_told(void **state)
{
	static const char *const paths[] = { "/etc/shadow", "/etc/gshadow",
		"/proc/self/mem", "/proc/meminfo", "/sys/kernel/x", "/dev/sda",
		"/dev/tty", "/root/x", "/etc/ssh/ssh_host_rsa_key",
		"/srv/backup/id_rsa", "/home/anna/.ssh/known_hosts" };
	char line[256];

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		psd_learn_file(learn, paths[i],
		    i % 2 == 0 ? PSD_LEARN_READ : PSD_LEARN_LOOK);
	write_page(PSD_TYPE_FILTER);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		snprintf(line, sizeof(line), "AllowOpen=read %s", paths[i]);
		assert_no_line(line);
		snprintf(line, sizeof(line), "#AllowOpen=read %s", paths[i]);
		assert_line(line);
		snprintf(line, sizeof(line), "-AllowOpen=read %s: ", paths[i]);
		assert_non_null(strstr(told, line));
	}
	assert_line("# Not granted: the users' passwords.");
}

static void
link_to_a_secret_is_the_secret(void **state)
{
	(void)state;
	links[0][0] = "/srv/prog/data";
	links[0][1] = "/srv/prog/more";
	links[1][0] = "/srv/prog/more";
	links[1][1] = "/etc/shadow";
	psd_learn_file(learn, "/srv/prog/data", PSD_LEARN_READ);
	write_page(PSD_TYPE_FILTER);
	assert_line("#AllowOpen=read /srv/prog/data");
	assert_no_line("AllowOpen=read /srv/prog/data");
}

static void
where_a_link_in_a_whole_directory_leads_is_named(void **state)
{
	(void)state;
	read_files("/usr/share/prog", 6);
	links[0][0] = "/usr/share/prog/file2";
	links[0][1] = "/etc/alternatives/prog";
	links[1][0] = "/etc/alternatives/prog";
	links[1][1] = "/var/lib/prog/data";
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowOpen=read /usr/share/prog/**");
	assert_line("AllowOpen=read /etc/alternatives/prog");
	assert_no_line("AllowOpen=read /var/lib/prog/data");
}

static void
libraries_are_the_group_of_files(void **state)
{
	(void)state;
	psd_learn_file(learn, "/etc/ld.so.cache", PSD_LEARN_READ);
	psd_learn_file(learn, "/lib64/libc.so.6", PSD_LEARN_READ);
	psd_learn_file(learn, "/etc/passwd", PSD_LEARN_READ);
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowOpen=@runtime");
	assert_line("# seen 2 times in 1 run");
	assert_null(strstr(page, "AllowOpen=read /lib64"));
	assert_line("AllowOpen=read /etc/passwd");
	assert_no_line("AllowOpen=@names");
	psd_learn_file(learn, "/etc/group", PSD_LEARN_READ);
	psd_learn_file(learn, "/etc/nsswitch.conf", PSD_LEARN_READ);
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowOpen=@names");
	assert_no_line("AllowOpen=read /etc/passwd");
}

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
names_are_quoted_so_that_they_read_back(void **state)
{
	(void)state;
	psd_learn_file(learn, "/srv/a b/100%\n*\"x\\", PSD_LEARN_READ);
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowOpen=read \"/srv/a b/100%%\\x0a[*]\\\"x\\\\\"");
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
network_is_written_as_a_comment(void **state)
{
	(void)state;
	psd_learn_socket(learn, "AllowConnect=tcp 192.0.2.1:80");
	write_page(PSD_TYPE_FILTER);
	assert_line("#AllowConnect=tcp 192.0.2.1:80");
	assert_non_null(strstr(told, "-AllowConnect=tcp 192.0.2.1:80: "));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(few_files_are_named_one_by_one),
		TEST(many_files_become_their_directory),
		TEST(many_directories_become_the_one_above),
		TEST(what_many_share_is_never_granted_whole),
		TEST(directory_with_a_secret_in_it_is_never_granted_whole),
		TEST(secrets_are_written_as_comments_and_told),
		TEST(link_to_a_secret_is_the_secret),
		TEST(where_a_link_in_a_whole_directory_leads_is_named),
		TEST(libraries_are_the_group_of_files),
		TEST(what_was_opened_to_write_is_granted_so),
		TEST(temporary_files_have_a_place_of_their_own),
		TEST(input_in_the_directory_of_temporary_files_is_input),
		TEST(file_that_has_gone_may_be_missing),
		TEST(what_is_no_file_is_not_granted),
		TEST(names_are_quoted_so_that_they_read_back),
		TEST(programs_that_it_started_are_named),
		TEST(network_is_written_as_a_comment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
