/* SPDX-License-Identifier: ISC */
#include "policy/advice_place.h"
#include "policy/glob.h"
#include "tests/unit/advice_fixture.h"

#define NEEDED "; cover only what the helper needs, or add "
#define OWN_PLACE "; give the helper a place of its own\n"

static void
line_that_reaches_secrets_is_told_once(void **state)
{
	static const struct advised cases[] = {
		{ "AllowOpen=read /etc/shadow",
		    "www.policy:5: warning: AllowOpen=read /etc/shadow reaches "
		    "/etc/shadow (the users' passwords)" OWN_PLACE },
		{ "AllowOpen=read /etc/sh*",
		    "www.policy:5: warning: AllowOpen=read /etc/sh* reaches "
		    "/etc/shadow (the users' passwords) and 1 other place like "
		    "it" NEEDED "DenyOpen=any /etc/shadow\n" },
		{ "AllowOpen=read /**",
		    "www.policy:5: warning: AllowOpen=read /** reaches "
		    "/etc/shadow (the users' passwords) and 19 other places "
		    "like it" NEEDED "DenyOpen=any /etc/shadow\n" },
		{ "AllowOpen=read /root/x",
		    "www.policy:5: warning: AllowOpen=read /root/x reaches "
		    "/root/** (root's own files)" OWN_PLACE },
		{ "AllowOpen=append /home/alice/.ssh/*",
		    "www.policy:5: warning: AllowOpen=append "
		    "/home/alice/.ssh/* reaches /home/*/.ssh/** (the users' "
		    "keys, and who may log in)" OWN_PLACE },
		{ "AllowOpen=read /home/alice/**\n"
		  "DenyOpen=any /home/*/.gnupg/**",
		    "www.policy:5: warning: AllowOpen=read /home/alice/** "
		    "reaches /home/alice/.ssh/** (the users' keys, and who may "
		    "log in)" NEEDED "DenyOpen=any /home/*/.ssh/**\n" },
		{ "AllowOpen=read /etc/ssh/*",
		    "www.policy:5: warning: AllowOpen=read /etc/ssh/* reaches "
		    "/etc/ssh/ssh_host_*_key (the keys that prove this "
		    "host)" NEEDED "DenyOpen=any /etc/ssh/ssh_host_*_key\n" },
		{ "AllowOpen=read /srv/key/id_rsa",
		    "www.policy:5: warning: AllowOpen=read /srv/key/id_rsa "
		    "reaches /**/id_rsa (a user's private key)" OWN_PLACE },
		{ "AllowStat=/etc/s[gh]adow",
		    "www.policy:5: warning: AllowStat=/etc/s[gh]adow reaches "
		    "/etc/shadow (the users' passwords)" NEEDED
		    "DenyStat=/etc/shadow\n" },
		{ "AllowReadDirectory=/*",
		    "www.policy:5: warning: AllowReadDirectory=/* reaches "
		    "/root/** (root's own files) and 1 other place like "
		    "it" NEEDED "DenyReadDirectory=/root/**\n" },
		/* Only reading is refused. */
		{ "AllowOpen=read,write /srv/**/id_rsa\n"
		  "DenyOpen=read /srv/**",
		    "www.policy:5: warning: AllowOpen=read,write "
		    "/srv/**/id_rsa reaches /**/id_rsa (a user's private "
		    "key)" OWN_PLACE },
		{ "AllowOpen=read /proc/**",
		    "www.policy:5: warning: AllowOpen=read /proc/** reaches "
		    "/proc/kcore (the kernel's memory) and 3 other places like "
		    "it" NEEDED "DenyOpen=any /proc/kcore\n" },
		{ "AllowOpen=read /p*/kcore xdev",
		    "www.policy:5: warning: AllowOpen=read /p*/kcore xdev "
		    "reaches /proc/kcore (the kernel's memory)" NEEDED
		    "DenyOpen=any /proc/kcore\n" },
		{ "AllowOpen=read /dev/sd*",
		    "www.policy:5: warning: AllowOpen=read /dev/sd* reaches "
		    "/dev/** (devices, which are never opened, and memory that "
		    "programs share)" OWN_PLACE },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		expect(cases[i].lines, cases[i].warnings);
}

static void
line_that_changes_what_is_trusted_is_told(void **state)
{
	static const struct advised cases[] = {
		{ "AllowOpen=write /etc/privsepd/www.policy",
		    "www.policy:5: warning: AllowOpen=write "
		    "/etc/privsepd/www.policy lets the helper change "
		    "/etc/privsepd/** (policies, which say what helpers may "
		    "do) and 1 other place like it" OWN_PLACE },
		{ "AllowOpen=append,create /etc/www/*",
		    "www.policy:5: warning: AllowOpen=append,create "
		    "/etc/www/* lets the helper change /etc/** (the settings "
		    "of the whole system)" OWN_PLACE },
		{ "AllowOpen=write /run/**",
		    "www.policy:5: warning: AllowOpen=write /run/** lets the "
		    "helper change /run/privsepd/** (policies, which say what "
		    "helpers may do) and 1 other place like it" NEEDED
		    "DenyOpen=write /run/privsepd/**\n" },
		{ "AllowOpen=write /run/**\nDenyOpen=any /run/*/**", "" },
		/* Two dangers are two things to tell. */
		{ "AllowOpen=read,write /etc/sudoers",
		    "www.policy:5: warning: AllowOpen=read,write /etc/sudoers "
		    "reaches /etc/sudoers (who may act as root)" OWN_PLACE
		    "www.policy:5: warning: AllowOpen=read,write /etc/sudoers "
		    "lets the helper change /etc/** (the settings of the whole "
		    "system)" OWN_PLACE },
		{ "AllowOpen=write /bin/*",
		    "www.policy:5: warning: AllowOpen=write /bin/* lets the "
		    "helper change /bin/true (the helper's own program)" NEEDED
		    "DenyOpen=write /bin/true\n" },
		{ "AllowUnlink=/etc/www/*",
		    "www.policy:5: warning: AllowUnlink=/etc/www/* lets the "
		    "helper change /etc/** (the settings of the whole "
		    "system)" OWN_PLACE },
		{ "AllowRename=/usr/**\nDenyRename=/usr/l*/**\n"
		  "DenyRename=/usr/bin/**",
		    "www.policy:5: warning: AllowRename=/usr/** lets the "
		    "helper change /usr/sbin/** (programs that root "
		    "runs)" NEEDED "DenyRename=/usr/sbin/**\n" },
		{ "AllowOpen=write /proc/sys/**",
		    "www.policy:5: warning: AllowOpen=write /proc/sys/** lets "
		    "the helper change /proc/** (the kernel's "
		    "settings)" OWN_PLACE },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		expect(cases[i].lines, cases[i].warnings);
}

static void
harmless_line_is_not_warned_of(void **state)
{
	static const char *const cases[] = {
		"AllowOpen=read /etc/passwd\nAllowStat=/etc/passwd",
		("AllowOpen=read /etc/*\nDenyOpen=any /etc/*shadow*\n"
		 "DenyOpen=read /etc/sudoers\nDenyOpen=read /etc/krb5.keytab"),
		"AllowOpen=read /home/**\nDenyOpen=any /home/**/.*/**",
		("AllowOpen=read /home/alice/**\n"
		 "DenyOpen=any /home/alice/.[sg]*/**"),
		"AllowOpen=read /home/*/public_html/**",
		/* Some names in any directory are not about one directory. */
		"AllowOpen=read /**/index.html",
		"AllowOpen=read /**/*.html",
		"AllowOpen=read /etc/ssh/ssh_config",
		"AllowOpen=read /etc/ssh/ssh_host_*.pub",
		"AllowStat=/root\nAllowStat=/home/*",
		"AllowReadDirectory=/etc/shadow\nAllowReadDirectory=/srv/**",
		"AllowOpen=read /proc/loadavg\nAllowOpen=read /proc/*/status",
		"AllowOpen=read /sys/class/net/*/address",
		"AllowStat=/proc/**\nAllowStat=/dev/**",
		/* /proc is a mount, which this does not enter. */
		"AllowOpen=read /p*/kcore",
		"AllowOpen=read /usr/**\nAllowOpen=append /var/log/www",
		"AllowOpen=write,create /var/lib/www/** links=1",
		"AllowOpen=read,write /bin/*\nDenyOpen=write /bin/true",
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		expect(cases[i], "");
}

/* Policies are where they were found, wherever that is. */
static void
directory_of_the_policy_is_trusted(void **state)
{
	char line[4200];
	struct test_policy policy;

	(void)state;
	test_policy_lines(&policy, "AllowOpen=write /tmp/*/*.policy");
	assert_int_equal(policy.diag.warnings, 0);
	test_policy_free(&policy);
	test_policy_lines(&policy, "AllowOpen=write /**");
	(void)snprintf(line, sizeof(line),
	    "lets the helper change %s/** (policies, which say", policy.dir);
	assert_non_null(strstr(policy.diag.text, line));
	test_policy_free(&policy);
}

/* Copies text with to in the place of each from. */
static void
fill_in(const char *text, const char *from, const char *to, char *ret,
    size_t size)
{
	size_t len = 0;

	for (const char *at; (at = strstr(text, from)) != NULL;
	     text = at + strlen(from))
		len += (size_t)snprintf(ret + len, size - len, "%.*s%s",
		    (int)(at - text), text, to);
	(void)snprintf(ret + len, size - len, "%s", text);
}

/* As its script fills it in. */
static void
policy_of_the_demonstration_is_not_warned_of(void **state)
{
	FILE *file = fopen("demo/www.policy.in", "re");
	char one[4096], other[4096];
	struct test_policy policy;
	size_t n;

	(void)state;
	if (file == NULL) {
		print_message("# SKIP: not run from the top of the sources\n");
		skip();
		return;
	}
	n = fread(one, 1, sizeof(one) - 1, file);
	assert_int_equal(fclose(file), 0);
	one[n] = '\0';
	fill_in(one, "@HTTPD@", "/bin/true", other, sizeof(other));
	fill_in(other, "@SITE@", "/srv/site", one, sizeof(one));
	fill_in(one, "@PORT@", "8080", other, sizeof(other));
	test_policy_load(&policy, other, 0);
	if (policy.policy == NULL || policy.diag.text != NULL)
		fail_msg("%s", policy.diag.text);
	test_policy_free(&policy);
}

/* A row that is wrong would be passed over in silence. */
static void
tables_are_well_formed(void **state)
{
	const struct psd_advice_place *place = psd_advice_secrets;

	(void)state;
	for (size_t i = 0; i < psd_advice_secret_count; i++, place++) {
		assert_null(psd_glob_wrong(place->glob));
		assert_null(strpbrk(place->glob, "?["));
		assert_true(place->uses != 0);
	}
	place = psd_advice_trusted;
	for (size_t i = 0; i < psd_advice_trusted_count; i++, place++) {
		assert_null(psd_glob_wrong(place->glob));
		assert_null(strpbrk(place->glob, "?["));
		assert_int_equal(place->uses, PSD_USE_CHANGE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_that_reaches_secrets_is_told_once),
		cmocka_unit_test(line_that_changes_what_is_trusted_is_told),
		cmocka_unit_test(harmless_line_is_not_warned_of),
		cmocka_unit_test(directory_of_the_policy_is_trusted),
		cmocka_unit_test(policy_of_the_demonstration_is_not_warned_of),
		cmocka_unit_test(tables_are_well_formed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
