/* SPDX-License-Identifier: ISC */
/* Lines about the network: what is wrong with them, and what is said of them. */
#include "tests/unit/advice_fixture.h"

static void
malformed_lines_are_refused_with_what_is_wanted(void **state)
{
	static const struct {
		const char *line, *told;
	} cases[] = {
		{ "AllowListen=udp 0.0.0.0:80", "one protocol there is here" },
		{ "AllowListen=tcp,udp 0.0.0.0:80", "one protocol there is" },
		{ "AllowListen=0.0.0.0:80", "one protocol there is here" },
		{ "AllowListen=tcp", "a word is missing" },
		{ "AllowBind=tcp 0.0.0.0:80", "there is here is udp" },
		{ "AllowBind=udp 0.0.0.0:65558", "ports are *" },
		{ "AllowBind=udp 0.0.0.0:-1", "ports are *" },
		{ "AllowJoinMulticast=eth0", "a word is missing" },
		{ "AllowJoinMulticast=239.255.0.1:1900", "a word is missing" },
		{ "AllowJoinMulticast=e/0 239.255.0.1:1900", "names have" },
		{ "AllowConnect=192.0.2.1:443", "there is tcp and udp" },
		{ "AllowConnect=unix 192.0.2.1:443", "there is tcp and udp" },
		{ "AllowConnect=tcp,unix 192.0.2.1:443", "there is tcp and" },
		{ "AllowConnect=tcp, 192.0.2.1:443", "there is tcp and udp" },
		{ "AllowConnect=TCP 192.0.2.1:443", "there is tcp and udp" },
		{ "AllowConnect=* 192.0.2.1:443", "there is tcp and udp" },
		{ "AllowConnect=tcp 192.0.2.1", "ports must follow" },
		{ "AllowConnect=tcp example.org:443", "names are not looked" },
		{ "AllowConnect=tcp 192.0.2.1:443 follow",
		    "belongs to a path" },
		{ "AllowConnect=tcp 192.0.2.1:65536", "ports are *" },
		{ "DenyConnect=tcp *:443 once", "may follow in a Deny line" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;
		char text[512];

		(void)snprintf(text, sizeof(text), TEST_POLICY_HEAD "%s\n",
		    cases[i].line);
		test_policy_load(&policy, text, 0);
		if (policy.policy != NULL)
			fail_msg("%s", cases[i].line);
		assert_int_equal(policy.diag.errors, 1);
		if (strstr(policy.diag.text, cases[i].told) == NULL)
			fail_msg("%s: %s", cases[i].line, policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
line_that_adds_or_allows_nothing_is_told(void **state)
{
	static const struct advised cases[] = {
		{ "AllowConnect=tcp,udp 10.0.0.0/8:*\n"
		  "AllowConnect=tcp 10.1.0.0/16:80-90",
		    "www.policy:6: warning: AllowConnect=tcp "
		    "10.1.0.0/16:80-90 adds nothing to AllowConnect=tcp,udp "
		    "10.0.0.0/8:* (www.policy:5), which allows as much or "
		    "more; leave it out\n" },
		{ "AllowListen=tcp 192.0.2.1:80\nDenyListen=tcp *:80",
		    "www.policy:5: warning: AllowListen=tcp 192.0.2.1:80 "
		    "allows nothing: DenyListen=tcp *:80 (www.policy:6) "
		    "refuses all of it; leave one of the two out\n" },
		/* Each says something that the other does not. */
		{ "AllowConnect=tcp *:443\nAllowConnect=udp *:443", "" },
		{ "AllowConnect=tcp *:443\nAllowConnect=tcp 127.0.0.1:443",
		    "" },
		{ "AllowConnect=tcp 10.0.0.0/8:443\n"
		  "AllowConnect=tcp 10.0.0.0/8:443-444",
		    "www.policy:5: warning: AllowConnect=tcp 10.0.0.0/8:443 "
		    "adds nothing to AllowConnect=tcp 10.0.0.0/8:443-444 "
		    "(www.policy:6), which allows as much or more; leave it "
		    "out\n" },
		{ "AllowConnect=tcp 10.0.0.0/8:443\n"
		  "DenyConnect=udp 10.0.0.0/8:*",
		    "" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		expect(cases[i].lines, cases[i].warnings);
}

static void
socket_that_sends_where_no_line_says_is_told(void **state)
{
	static const char *const filters[] = { "@datagrams", "sendto",
		"@send-descriptors", "sendmsg", "connect" };
	static const struct {
		const char *line, *told;
	} cases[] = {
		{ "AllowConnect=udp 192.0.2.1:53",
		    "the socket sends anywhere" },
		{ "AllowConnect=tcp,udp 192.0.2.1:53", "sends anywhere" },
		{ "AllowPacketSocket=eth0:0x88cc", "socket sends any frame" },
		{ "AllowIcmpSocket=192.0.2.1:0", "socket asks any address" },
		{ "AllowConnect=tcp 192.0.2.1:53", NULL },
		{ "AllowBind=udp 192.0.2.1:53", NULL },
		/* One who answers anyone sends anywhere as it is. */
		{ "AllowBind=udp 127.0.0.1:53\nAllowConnect=udp 192.0.2.1:53",
		    NULL },
		{ "DenyBind=udp 127.0.0.1:53\nAllowConnect=udp 192.0.2.1:53",
		    "the socket sends anywhere" },
		{ "DenyPacketSocket=eth0:0x88cc", NULL },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(filters); i++)
		for (size_t k = 0; k < PSD_ELEMENTS(cases); k++) {
			struct test_policy policy;
			char text[512];
			bool is_told;

			(void)snprintf(text, sizeof(text),
			    "SystemCallFilter=%s\n%s", filters[i],
			    cases[k].line);
			test_policy_lines(&policy, text);
			is_told = policy.diag.text != NULL &&
			    strstr(policy.diag.text, ": the socket ") != NULL;
			if (is_told != (cases[k].told != NULL) ||
			    (is_told &&
				strstr(policy.diag.text, cases[k].told) ==
				    NULL))
				fail_msg("%s: %s", text, policy.diag.text);
			test_policy_free(&policy);
		}
	expect("AllowConnect=udp 192.0.2.1:53", "");
}

static void
line_that_reaches_a_server_of_root_is_told(void **state)
{
	static const struct advised cases[] = {
		{ "AllowConnectUnix=/run/docker.sock",
		    "www.policy:5: warning: AllowConnectUnix=/run/docker.sock "
		    "reaches /run/docker.sock (Docker, which starts anything "
		    "as root); give the helper a place of its own\n" },
		{ "AllowConnectUnix=/run/*.sock",
		    "www.policy:5: warning: AllowConnectUnix=/run/*.sock "
		    "reaches /run/docker.sock (Docker, which starts anything "
		    "as root); cover only what the helper needs, or add "
		    "DenyConnectUnix=/run/docker.sock\n" },
		{ "AllowConnectUnix=/run/*.sock\n"
		  "DenyConnectUnix=/run/docker.sock",
		    "" },
		{ "AllowConnectUnix=/run/mysqld/*.sock", "" },
		{ "AllowListenUnix=/run/www.sock", "" },
		{ "AllowListenUnix=/run/systemd/private",
		    "www.policy:5: warning: "
		    "AllowListenUnix=/run/systemd/private lets the helper "
		    "change /run/systemd/** (what systemd acts upon); "
		    "give the helper a place of its own\n" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		expect(cases[i].lines, cases[i].warnings);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    malformed_lines_are_refused_with_what_is_wanted),
		cmocka_unit_test(line_that_adds_or_allows_nothing_is_told),
		cmocka_unit_test(socket_that_sends_where_no_line_says_is_told),
		cmocka_unit_test(line_that_reaches_a_server_of_root_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
