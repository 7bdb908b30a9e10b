/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/dir.h"
#include "tests/support/policy.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char example[] = "policy/examples/www.policy";

/* The drop-in that the manual shows beside it. */
static const char drop_in[] =
    "[Policy]\n"
    "AllowOpen=append,create /var/lib/www/visits owner=www-data links=1\n";

static char text[16384];

/* Not there when this is not run from the top of the sources. */
static void
read_or_skip(const char *path, char *ret, size_t size)
{
	FILE *file = fopen(path, "re");

	if (file == NULL) {
		print_message("# SKIP: not run from the top of the sources\n");
		skip();
		return;
	}
	ret[fread(ret, 1, size - 1, file)] = '\0';
	assert_int_equal(fclose(file), 0);
}

/* The policy with the drop-in. */
static struct psd_policy *
load_example(struct psd_diag *diag)
{
	char *dir = test_dir_make();
	char path[PATH_MAX];
	struct psd_policy *policy;

	assert_non_null(dir);
	read_or_skip(example, text, sizeof(text));
	(void)snprintf(path, sizeof(path), "%s/www.policy.d", dir);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(test_dir_write(dir, "www.policy", text), 0);
	assert_int_equal(test_dir_write(path, "visits.conf", drop_in), 0);
	(void)snprintf(path, sizeof(path), "%s/www.policy", dir);
	policy = psd_policy_load_file(path, PSD_LOAD_TRUST, diag);
	test_dir_remove(dir);
	return policy;
}

struct judged {
	const char *request;
	bool is_allowed;
};

/* The manual shows it, so it has to do what the manual says of it. */
static void
example_of_the_manual_means_what_the_manual_says(void **state)
{
	static const struct judged cases[] = {
		{ "open read /srv/www/index.html", true },
		{ "open read /srv/www", true },
		{ "open read /srv/www/a/b/c", true },
		{ "open read /srv/www/.htpasswd", false },
		{ "open read /srv/www/.git/config", false },
		{ "open read /srv/www/a/.git/objects/00/1", false },
		{ "stat /srv/www/.git/config", false },
		{ "stat /srv/www/a", true },
		{ "open write /srv/www/index.html", false },
		{ "open read /etc/passwd", false },
		{ "open append /var/lib/www/visits", true },
		{ "open append,create /var/lib/www/visits", true },
		{ "open write /var/lib/www/visits", false },
		{ "open append /var/lib/www/visits2", false },
		{ "read_directory /srv/www", false },
		{ "accept", true },
		{ "log info x", true },
		{ "log debug x", false },
	};
	struct psd_policy *policy;
	struct psd_diag diag;

	(void)state;
	psd_diag_init(&diag);
	policy = load_example(&diag);
	if (policy == NULL) {
		fail_msg("%s", diag.text);
		return;
	}
	assert_null(diag.text);
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		if (test_policy_ask(policy, NULL, cases[i].request)
			.is_allowed != cases[i].is_allowed)
			fail_msg("%s", cases[i].request);
	psd_policy_free(policy);
	psd_diag_free(&diag);
}

/* Each line of both, but for comments, stands in the manual. */
static void
example_is_the_manuals(void **state)
{
	static char manual[262144];
	char *at = NULL;

	(void)state;
	read_or_skip("man/privsepd.policy.5", manual, sizeof(manual));
	read_or_skip(example, text, sizeof(text));
	for (const char *line = strtok_r(text, "\n", &at); line != NULL;
	     line = strtok_r(NULL, "\n", &at))
		if (line[0] != '#' && strstr(manual, line) == NULL)
			fail_msg("%s", line);
	assert_non_null(strstr(manual, drop_in));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    example_of_the_manual_means_what_the_manual_says),
		cmocka_unit_test(example_is_the_manuals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
