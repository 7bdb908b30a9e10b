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
link_to_what_many_share_is_never_granted_whole(void **state)
{
	(void)state;
	links[0][0] = "/srv/prog/settings";
	links[0][1] = "/etc";
	psd_learn_file(learn, "/srv/prog/settings", PSD_LEARN_LIST);
	write_page(PSD_TYPE_FILTER);
	assert_line("#AllowOpen=read /srv/prog/settings/**");
	assert_no_line("AllowOpen=read /srv/prog/settings/**");
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
names_are_quoted_so_that_they_read_back(void **state)
{
	(void)state;
	psd_learn_file(learn, "/srv/a b/100%\n\"x\\", PSD_LEARN_READ);
	psd_learn_file(learn, "/srv/*", PSD_LEARN_READ);
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowOpen=read \"/srv/a b/100%%\\x0a\\\"x\\\\\"");
	/* To a view a pattern is none, even one of a single name. */
	assert_line("#AllowOpen=read /srv/[*]");
}

static void
no_more_is_named_than_can_be(void **state)
{
	char path[64];

	(void)state;
	for (int i = 0; i < 70; i++) {
		snprintf(path, sizeof(path), "/usr/bin/tool%02d", i);
		psd_learn_file(learn, path, PSD_LEARN_EXEC);
	}
	read_files("/home", 300);
	write_page(PSD_TYPE_FILTER);
	assert_line("AllowExec=/usr/bin/tool63");
	assert_line("#AllowExec=/usr/bin/tool64");
	assert_non_null(strstr(page, "\n#AllowOpen=read /home/file"));
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
		TEST(link_to_what_many_share_is_never_granted_whole),
		TEST(where_a_link_in_a_whole_directory_leads_is_named),
		TEST(libraries_are_the_group_of_files),
		TEST(names_are_quoted_so_that_they_read_back),
		TEST(no_more_is_named_than_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
