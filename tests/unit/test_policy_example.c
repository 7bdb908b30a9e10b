/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char example[] = "tests/policies/www.policy";

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
	if (access(example, F_OK) < 0) {
		print_message("# SKIP: not run from the top of the sources\n");
		skip();
	}
	psd_diag_init(&diag);
	policy = psd_policy_load_file(example, PSD_LOAD_TRUST, &diag);
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

/* Each line of the file, but for comments, stands in the manual. */
static void
example_is_the_manuals(void **state)
{
	static char manual[131072];
	FILE *page = fopen("man/privsepd.policy.5", "re");
	FILE *policy = fopen(example, "re");
	char line[256];
	size_t n;

	(void)state;
	if (page == NULL || policy == NULL) {
		print_message("# SKIP: not run from the top of the sources\n");
		skip();
		return;
	}
	n = fread(manual, 1, sizeof(manual) - 1, page);
	manual[n] = '\0';
	while (fgets(line, sizeof(line), policy) != NULL)
		if (line[0] != '#' && strstr(manual, line) == NULL)
			fail_msg("%s", line);
	assert_int_equal(fclose(page), 0);
	assert_int_equal(fclose(policy), 0);
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
