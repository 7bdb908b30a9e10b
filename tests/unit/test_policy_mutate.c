/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * What must be damaged without becoming wider.  Its patterns and numbers are
 * left alone, since other ones would be another policy, and no line becomes a
 * comment, since that is how a line is taken out on purpose.
 */
static const char good[] = "# www\n"
			   "[Helper]\n"
			   "ExecStart=/bin/true\n"
			   "ListenStream=80\n"
			   "Instances=2..4\n"
			   "Require=landlock filter\n"
			   "\n"
			   "[Policy]\n"
			   "SystemCallFilter=@helper @loader\n"
			   "OnViolation=kill\n"
			   "DenyOpen=any /srv/www/**/.*/**\n"
			   "DenyOpen=write /srv/www/read-only/**\n"
			   "DenyReadDirectory=/srv/www/hidden\n"
			   "AllowOpen=read,write \\\n"
			   "    /srv/www/** links=1 once\n"
			   "AllowStat=/srv/www/** owner=root\n"
			   "AllowReadDirectory=\"/srv/www/**\"\n"
			   "AllowLog=info\n";

/* All of them are refused by it. */
static const char *const requests[] = { "open read /etc/shadow",
	"open append /srv/www/a", "open write,create /srv/www/new",
	"open read,write,truncate /srv/www/a", "open read /srv/www/.git/config",
	"open write /srv/www/read-only/a", "open read /srv/www2/a",
	"open read /srv", "open read /", "stat /", "stat /etc/passwd",
	"stat /srv/www2", "read_directory /srv/www/hidden", "read_directory /",
	"read_directory /root", "log debug x", "accept" };

/* xorshift32: the same mutations on each machine. */
static uint32_t
draw(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* The end of what may be damaged in the line that begins at text. */
static size_t
breakable_len(const char *text)
{
	const size_t line = strcspn(text, "\n");
	const char *slash = memchr(text, '/', line);

	return slash == NULL ? line : (size_t)(slash - text);
}

/* A place in a line's key, section or words, but in no pattern. */
static size_t
choose_place(uint32_t *seed)
{
	for (;;) {
		const size_t at = draw(seed) % (sizeof(good) - 1);
		size_t begin = at;

		while (begin > 0 && good[begin - 1] != '\n')
			begin--;
		if (good[begin] != '#' && good[begin] != '\n' &&
		    at - begin < breakable_len(good + begin))
			return at;
	}
}

/* No number is made another one, and nothing is commented out. */
static bool
is_fair(char old, char new)
{
	return new != '#' && new != ';' && new != old &&
	    !(old >= '0' && old <= '9');
}

/* Damages a copy of the good policy in one place.  Returns its length. */
static size_t
mutate(char *text, uint32_t *seed)
{
	const size_t len = sizeof(good) - 1;
	const size_t at = choose_place(seed);
	char new = (char)draw(seed);

	memcpy(text, good, len);
	while (!is_fair(good[at], new)) {
		if (good[at] >= '0' && good[at] <= '9')
			return len;
		new = (char)draw(seed);
	}
	switch (draw(seed) % 5) {
	case 0: /* another character */
		text[at] = new;
		return len;
	case 1: /* one missing */
		memmove(text + at, text + at + 1, len - at - 1);
		return len - 1;
	case 2: /* one more */
		memmove(text + at + 1, text + at, len - at);
		text[at] = new;
		return len + 1;
	case 3: /* one twice */
		memmove(text + at + 1, text + at, len - at);
		return len + 1;
	default: /* one bit */
		if (!is_fair(good[at], (char)(good[at] ^ 1)))
			return len;
		text[at] ^= 1;
		return len;
	}
}

static void
check_is_not_wider(const struct test_policy *policy, const char *text)
{
	for (size_t i = 0; i < PSD_ELEMENTS(requests); i++)
		if (test_policy_ask(policy->policy, NULL, requests[i])
			.is_allowed)
			fail_msg("%s is allowed by\n%s", requests[i], text);
}

static void
damaged_policy_is_refused_or_as_narrow(void **state)
{
	uint32_t seed = 20240229;
	unsigned int refused = 0, loaded = 0;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		char text[sizeof(good) + 2] = "";
		const size_t len = mutate(text, &seed);
		struct test_policy policy;

		test_policy_load_bytes(&policy, text, len, 0);
		if (policy.policy == NULL) {
			refused++;
			assert_true(policy.diag.errors > 0);
		} else {
			loaded++;
			check_is_not_wider(&policy, text);
			assert_int_equal(policy.policy->on_violation,
			    PSD_VIOLATION_KILL);
		}
		test_policy_free(&policy);
	}
	/* Both happened, and most damage is seen. */
	assert_true(loaded > 0);
	assert_true(refused > 1500);
}

static void
policy_that_was_cut_is_refused_or_as_narrow(void **state)
{
	(void)state;
	for (size_t len = 1; len < sizeof(good); len++) {
		struct test_policy policy;

		test_policy_load_bytes(&policy, good, len, 0);
		if (policy.policy != NULL &&
		    /* "/srv" alone may be left of a pattern. */
		    good[len - 1] == '\n')
			check_is_not_wider(&policy, good);
		test_policy_free(&policy);
	}
}

static void
lines_that_run_together_are_refused(void **state)
{
	unsigned int joined = 0;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(good) - 1; i++) {
		char text[sizeof(good)] = "";
		struct test_policy policy;

		if (good[i] != '\n' || good[i + 1] == '\n' ||
		    good[i - 1] == '\n')
			continue;
		memcpy(text, good, i);
		memcpy(text + i, good + i + 1, sizeof(good) - i - 1);
		test_policy_load(&policy, text, 0);
		if (policy.policy != NULL)
			check_is_not_wider(&policy, text);
		joined += policy.policy == NULL;
		test_policy_free(&policy);
	}
	assert_true(joined > 10);
}

static void
good_policy_is_good(void **state)
{
	struct test_policy policy;

	(void)state;
	test_policy_load(&policy, good, 0);
	assert_non_null(policy.policy);
	check_is_not_wider(&policy, good);
	assert_true(
	    test_policy_ask(policy.policy, NULL, "open read,write /srv/www/a")
		.is_allowed);
	assert_true(
	    test_policy_ask(policy.policy, NULL, "stat /srv/www").is_allowed);
	test_policy_free(&policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_policy_is_good),
		cmocka_unit_test(damaged_policy_is_refused_or_as_narrow),
		cmocka_unit_test(policy_that_was_cut_is_refused_or_as_narrow),
		cmocka_unit_test(lines_that_run_together_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
