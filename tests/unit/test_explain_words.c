/* SPDX-License-Identifier: ISC */
#include "tests/unit/explain_rig.h"

static void
words_that_make_no_request_are_unclear(void **state)
{
	static const struct {
		const char *request;
		const char *told;
	} cases[] = {
		{ "frobnicate /x", "no such operation: \"frobnicate\"" },
		{ "ctl_reload 1", "no such operation" },
		{ "OPEN read /x", "no such operation" },
		{ "open", "open takes ACCESS PATH [MODE]" },
		{ "open read", "open takes ACCESS PATH [MODE]" },
		{ "open read /x 0644 more", "open takes" },
		{ "open reed /x", "access must be" },
		{ "open read,reed /x", "access must be" },
		{ "open read x", "path must be an absolute path" },
		{ "open read /x 0999", "mode must be" },
		{ "open read /x 1000", "mode must be" },
		{ "open read /x -1", "mode must be" },
		{ "log loud", "priority must be" },
		{ "log", "log takes PRIORITY [MESSAGE]" },
		{ "accept now", "accept takes no arguments" },
		{ "restrict nothing", "operation must be" },
		{ "ping 18446744073709551616", "cookie must be" },
		{ "ping -1", "cookie must be" },
		{ "ping 1x", "cookie must be" },
		{ "hello 4294967296 1", "oldest must be" },
		{ "set_times /x now 1", "accessed must be nanoseconds since" },
		{ "set_times /x -1 1", "accessed must be nanoseconds since" },
		{ "adjust_clock 1x", "offset must be a span of time such as" },
		{ "adjust_clock 292471209y", "offset must be a span of time" },
		{ "resolve www dns ipx", "family must be any, ipv4 or ipv6" },
		{ "change_owner ali:ce:x /x", "owner must be an owner such" },
		{ "connect tcpp 127.0.0.1:1", "must be tcp, udp or unix" },
		{ "connect tcp localhost:1", "endpoint must be an address" },
		{ "connect_name tcp www", "site must be a host's name and a" },
		{ "resolve 127.0.0.1", "host must be a host's name, not its" },
		{ "get_user a/b", "user must be a name of letters, digits" },
		{ "read_sysctl /net", "must be a setting's name such as" },
	};
	struct psd_policy *policy = load("");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ask(policy, cases[i].request),
		    PSD_ANSWER_UNCLEAR);
		if (strstr(text, cases[i].told) == NULL)
			fail_msg("%s: %s", cases[i].request, text);
	}
	psd_policy_free(policy);
}

static void
words_that_are_too_long_are_unclear(void **state)
{
	static const struct {
		const char *request;
		size_t len;
		const char *told;
	} cases[] = {
		{ "set_hostname ", PSD_NAME_MAX + 1, "at most 255 bytes" },
		{ "log info ", PSD_TEXT_MAX + 1, "at most 4096 bytes" },
		{ "send_frame lo 1 ", PSD_TEXT_MAX + 1, "at most 4096 bytes" },
	};
	struct psd_policy *policy = load("");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char request[PSD_TEXT_MAX + 64];
		size_t len = strlen(cases[i].request);

		memcpy(request, cases[i].request, len);
		memset(request + len, 'x', cases[i].len);
		request[len + cases[i].len] = '\0';
		assert_int_equal(ask(policy, request), PSD_ANSWER_UNCLEAR);
		if (strstr(text, cases[i].told) == NULL)
			fail_msg("%s: %s", cases[i].request, text);
		request[len + cases[i].len - 1] = '\0';
		assert_int_equal(ask(policy, request), PSD_ANSWER_REFUSED);
	}
	psd_policy_free(policy);
}

static void
bytes_that_are_no_words_are_unclear(void **state)
{
	static const unsigned char open_ended[] = { 'r', 'e', 'a', 'd' };
	static const unsigned char many[PSD_EXPLAIN_WORDS_MAX + 1];
	const struct psd_bytes cases[] = {
		{ open_ended, sizeof(open_ended) },
		{ many, sizeof(many) },
	};
	const struct psd_str operation = psd_str_of("open");
	struct psd_policy *policy = load("");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(psd_explain(policy, &operation, &cases[i], "",
				     text, sizeof(text)),
		    PSD_ANSWER_UNCLEAR);
	psd_policy_free(policy);
}

static void
what_was_asked_cannot_steer_a_terminal(void **state)
{
	static const char *const requests[] = { "op\033[31m\n /x",
		"open re\033ad /x", "open read /x\033[2J\n\xff" };
	struct psd_policy *policy = load("");

	(void)state;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		(void)ask(policy, requests[i]);
		assert_null(strchr(text, '\033'));
		assert_null(strchr(text, '\xff'));
	}
	psd_policy_free(policy);
}

static void
longest_path_still_gets_an_answer(void **state)
{
	static char request[PSD_PATH_MAX + 32];
	struct psd_policy *policy = load("");
	size_t len;

	(void)state;
	len = (size_t)snprintf(request, sizeof(request), "open read /");
	memset(request + len, 'x', PSD_PATH_MAX - 1);
	assert_int_equal(ask(policy, request), PSD_ANSWER_REFUSED);
	assert_non_null(strstr(text, "to allow: "));
	assert_true(strlen(text) <= PSD_TEXT_MAX);
	request[len + PSD_PATH_MAX - 1] = 'x';
	assert_int_equal(ask(policy, request), PSD_ANSWER_UNCLEAR);
	psd_policy_free(policy);
}

static void
answer_is_cut_to_its_room(void **state)
{
	const struct psd_str operation = psd_str_of("accept");
	const struct psd_bytes none = { NULL, 0 };
	struct psd_policy *policy = load("");
	char small[12];

	(void)state;
	for (size_t size = 1; size <= sizeof(small); size++) {
		memset(small, '!', sizeof(small));
		assert_int_equal(psd_explain(policy, &operation, &none, "",
				     small, size),
		    PSD_ANSWER_REFUSED);
		assert_int_equal(strnlen(small, size), size - 1);
		for (size_t i = size; i < sizeof(small); i++)
			assert_int_equal(small[i], '!');
	}
	psd_policy_free(policy);
}

static void
too_many_or_too_long_words_are_not_packed(void **state)
{
	static char word[] = "x";
	char *words[PSD_EXPLAIN_WORDS_MAX + 1];
	unsigned char packed[64];
	struct psd_bytes ret;

	(void)state;
	for (size_t i = 0; i < PSD_EXPLAIN_WORDS_MAX + 1; i++)
		words[i] = word;
	assert_int_equal(psd_explain_pack(words, PSD_EXPLAIN_WORDS_MAX, packed,
			     sizeof(packed), &ret),
	    0);
	assert_int_equal(ret.len, 2 * PSD_EXPLAIN_WORDS_MAX);
	assert_true(psd_explain_pack(words, PSD_EXPLAIN_WORDS_MAX + 1, packed,
			sizeof(packed), &ret) < 0);
	assert_true(psd_explain_pack(words, 2, packed, 3, &ret) < 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_that_make_no_request_are_unclear),
		cmocka_unit_test(words_that_are_too_long_are_unclear),
		cmocka_unit_test(bytes_that_are_no_words_are_unclear),
		cmocka_unit_test(what_was_asked_cannot_steer_a_terminal),
		cmocka_unit_test(longest_path_still_gets_an_answer),
		cmocka_unit_test(answer_is_cut_to_its_room),
		cmocka_unit_test(too_many_or_too_long_words_are_not_packed),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
