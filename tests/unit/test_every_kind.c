/* SPDX-License-Identifier: ISC */
/*
 * What policies and requests have to do with each kind of field, whether an
 * operation has such a field or not.
 */
#include "common/mem.h"
#include "policy/contain.h"
#include "policy/match.h"
#include "policy/policy.h"
#include "policy/reach.h"
#include "policy/request.h"
#include "policy/request_word.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Of an operation that has one such field, or two. */
struct layout {
	struct psd_field fields[3];
	struct psd_op_row row;
};

static const struct psd_op_row *
lay_out(struct layout *layout, enum psd_kind kind, bool is_two)
{
	const struct psd_field field = { kind, 0, "field" };

	*layout = (struct layout){ .fields = { field } };
	if (is_two)
		layout->fields[1] = field;
	layout->row = (struct psd_op_row){
		.name = "test",
		.req = layout->fields,
	};
	return &layout->row;
}

/* Lines, words and what is left out, of each kind. */
static const struct kind_case {
	enum psd_kind kind;
	bool is_granted, may_be_left_out;
	const char *word, *wrong, *wants;
} kinds[] = {
	{ PSD_KIND_number, false, true, "7", "x", "a number" },
	{ PSD_KIND_wide, false, true, "18446744073709551615",
	    "18446744073709551616", "a number" },
	{ PSD_KIND_moment, false, false, "1", "9223372036854775808",
	    "nanoseconds since 1970" },
	{ PSD_KIND_offset, false, false, "-1.5s", "400y",
	    "a span of time such as 500ms or -1.5s" },
	{ PSD_KIND_mode, false, true, "0640", "8", "an octal mode up to 0777" },
	{ PSD_KIND_family, false, true, "ipv6", "ipv5", "any, ipv4 or ipv6" },
	{ PSD_KIND_permissions, true, false, "0777", "01000",
	    "an octal mode up to 0777" },
	{ PSD_KIND_owner, true, false, "33:33", "33:33:33",
	    "an owner such as alice:www-data, 33, or :www-data" },
	{ PSD_KIND_access, true, false, "read", "eat",
	    "words such as read or write,create (also append, exclusive, "
	    "truncate)" },
	{ PSD_KIND_priority, true, false, "info", "loud",
	    "a level from emerg to debug" },
	{ PSD_KIND_operation, false, false, "open", "close",
	    "the name of an operation" },
	{ PSD_KIND_protocol, true, false, "udp", "sctp", "tcp, udp or unix" },
	{ PSD_KIND_endpoint, true, false, "192.0.2.1:443", "192.0.2.1",
	    "an address and a port, as in 192.0.2.1:443 or "
	    "[2001:db8::1]:443" },
	{ PSD_KIND_path, true, false, "/a", "a",
	    "an absolute path of at most 4095 bytes" },
	{ PSD_KIND_setting, true, false, "net.a", "",
	    "a setting's name such as net.ipv4.ip_forward" },
	{ PSD_KIND_label, true, false, "alice", "a b",
	    "a name of letters, digits and _ - . : @ + $ ~" },
	{ PSD_KIND_host, true, false, "www.example.org", "192.0.2.1",
	    "a host's name, not its address" },
	{ PSD_KIND_site, true, false, "a.org:443", "a.org",
	    "a host's name and a port, as in www.example.org:443" },
	{ PSD_KIND_name, false, true, "x", NULL,
	    "a name of at most 255 bytes" },
	{ PSD_KIND_text, false, true, "x", NULL,
	    "a text of at most 4096 bytes" },
	{ PSD_KIND_bytes, false, true, "x", NULL,
	    "a text of at most 4096 bytes" },
	{ PSD_KIND_targets, false, true, NULL, "x", "nothing" },
	{ PSD_KIND_names, false, true, NULL, "x", "nothing" },
	{ PSD_KIND_ids, false, true, NULL, "x", "nothing" },
	{ PSD_KIND_fd, false, true, NULL, "x", "nothing" },
	{ PSD_KIND_fds, false, true, NULL, "x", "nothing" },
};

static void
no_kind_is_forgotten_here(void **state)
{
	(void)state;
	assert_int_equal(PSD_ELEMENTS(kinds), PSD_KIND_fds);
	for (size_t i = 0; i < PSD_ELEMENTS(kinds); i++)
		assert_int_equal(kinds[i].kind, i + 1);
}

static void
lines_speak_of_these_kinds_only(void **state)
{
	(void)state;
	assert_false(psd_match_is_grantable(PSD_KIND_end));
	for (size_t i = 0; i < PSD_ELEMENTS(kinds); i++)
		assert_int_equal(psd_match_is_grantable(kinds[i].kind),
		    kinds[i].is_granted);
}

/* Then nobody needs to write down what no line asks about. */
static void
what_no_line_asks_about_may_be_left_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(kinds); i++) {
		union psd_any_req req;
		struct layout layout;
		char wrong[256] = "";
		const int r =
		    psd_request_parse(lay_out(&layout, kinds[i].kind, false),
			NULL, 0, &req, wrong, sizeof(wrong));

		assert_int_equal(r, kinds[i].may_be_left_out ? 0 : -EINVAL);
		assert_string_equal(wrong,
		    kinds[i].may_be_left_out ? "" : "test takes FIELD");
	}
}

static void
a_word_of_each_kind_is_read_and_another_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(kinds); i++) {
		const struct kind_case *one = &kinds[i];
		union psd_any_req req;
		struct layout layout;
		const struct psd_op_row *row =
		    lay_out(&layout, one->kind, false);
		char wrong[512], expected[512];

		assert_string_equal(psd_request_wants(one->kind), one->wants);
		if (one->word != NULL)
			assert_int_equal(psd_request_parse(row, &one->word, 1,
					     &req, wrong, sizeof(wrong)),
			    0);
		if (one->wrong == NULL)
			continue;
		assert_int_equal(psd_request_parse(row, &one->wrong, 1, &req,
				     wrong, sizeof(wrong)),
		    -EINVAL);
		(void)snprintf(expected, sizeof(expected),
		    "field must be %s, not \"%s\"", one->wants, one->wrong);
		assert_string_equal(wrong, expected);
	}
}

/* A line could speak of one of them, and the other would go unseen. */
static void
two_fields_that_one_line_would_speak_of_are_never_covered(void **state)
{
	static const enum psd_kind once[] = { PSD_KIND_setting, PSD_KIND_label,
		PSD_KIND_site, PSD_KIND_host, PSD_KIND_owner,
		PSD_KIND_permissions, PSD_KIND_endpoint };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(once); i++) {
		const struct kind_case *one = &kinds[once[i] - 1];
		struct psd_question question;
		struct layout layout;
		union psd_any_req req;

		memset(&req, 0, sizeof(req));
		assert_true(psd_request_word(one->kind, one->word, &req));
		assert_true(psd_match_ask(lay_out(&layout, one->kind, false),
		    &req, &question));
		assert_false(psd_match_ask(lay_out(&layout, one->kind, true),
		    &req, &question));
	}
}

static void
a_value_that_is_none_of_its_kind_is_never_covered(void **state)
{
	static const enum psd_kind numbers[] = { PSD_KIND_access,
		PSD_KIND_priority, PSD_KIND_family, PSD_KIND_protocol,
		PSD_KIND_permissions };
	union psd_any_req req;
	struct psd_question question;
	struct layout layout;

	(void)state;
	memset(&req, 0xff, sizeof(req));
	for (size_t i = 0; i < PSD_ELEMENTS(numbers); i++)
		assert_false(psd_match_ask(lay_out(&layout, numbers[i], false),
		    &req, &question));
	assert_false(psd_match_ask(lay_out(&layout, PSD_KIND_endpoint, false),
	    &req, &question));
	memset(&req, 0, sizeof(req));
	assert_false(psd_match_ask(lay_out(&layout, PSD_KIND_path, false), &req,
	    &question));
}

static void
three_paths_are_never_covered(void **state)
{
	static const struct psd_field fields[] = {
		{ PSD_KIND_path, 0, "one" },
		{ PSD_KIND_path, 0, "two" },
		{ PSD_KIND_path, 0, "three" },
		{ PSD_KIND_end, 0, NULL },
	};
	const struct psd_op_row two = { .req = &fields[1] },
				three = { .req = fields };
	struct psd_question question;
	union psd_any_req req;

	(void)state;
	memset(&req, 0, sizeof(req));
	assert_true(psd_request_word(PSD_KIND_path, "/a", &req));
	assert_true(psd_match_ask(&two, &req, &question));
	assert_false(psd_match_ask(&three, &req, &question));
}

/* As of a line of another operation, which says nothing of such a field. */
static void
a_line_that_does_not_speak_of_a_field_allows_none(void **state)
{
	static const enum psd_kind texts[] = { PSD_KIND_path, PSD_KIND_setting,
		PSD_KIND_label, PSD_KIND_host, PSD_KIND_site,
		PSD_KIND_endpoint };
	const struct psd_grant grant = { .dir_fd = -1 };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(texts); i++) {
		const struct kind_case *one = &kinds[texts[i] - 1];
		struct psd_question question;
		struct layout layout;
		union psd_any_req req;

		memset(&req, 0, sizeof(req));
		assert_true(psd_request_word(one->kind, one->word, &req));
		assert_true(psd_match_ask(lay_out(&layout, one->kind, false),
		    &req, &question));
		assert_false(psd_match_allows(&grant, &question));
		assert_false(psd_match_denies(&grant, &question));
	}
}

/* Two lines, of which one says something of the field and one nothing. */
static void
lines_are_compared_in_each_kind_that_they_speak_of(void **state)
{
	static char path[] = "/a", setting[] = "a", label[] = "a",
		    host[] = "a.org";
	struct psd_reach reach = { .is_any = true, .is_any_port = true };
	const struct psd_grant none = { .dir_fd = -1 },
			       all = {
				       .dir_fd = -1,
				       .glob = path,
				       .setting = setting,
				       .labels = label,
				       .host = host,
				       .reach = &reach,
				       .access = PSD_ACCESS_READ,
				       .priority = 7,
				       .protocols = 1 << PSD_PROTOCOL_UDP,
			       };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(kinds); i++) {
		const struct kind_case *one = &kinds[i];
		const bool is_about =
		    one->is_granted && one->kind != PSD_KIND_access;
		struct layout layout;
		const struct psd_op_row *row =
		    lay_out(&layout, one->kind, false);

		assert_true(psd_grant_is_about(row, &none, &none));
		assert_true(psd_grant_is_about(row, &all, &all));
		if (is_about)
			assert_false(psd_grant_is_about(row, &none, &all));
		else
			assert_true(psd_grant_is_about(row, &none, &all));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_kind_is_forgotten_here),
		cmocka_unit_test(lines_speak_of_these_kinds_only),
		cmocka_unit_test(what_no_line_asks_about_may_be_left_out),
		cmocka_unit_test(
		    a_word_of_each_kind_is_read_and_another_refused),
		cmocka_unit_test(
		    two_fields_that_one_line_would_speak_of_are_never_covered),
		cmocka_unit_test(
		    a_value_that_is_none_of_its_kind_is_never_covered),
		cmocka_unit_test(three_paths_are_never_covered),
		cmocka_unit_test(
		    a_line_that_does_not_speak_of_a_field_allows_none),
		cmocka_unit_test(
		    lines_are_compared_in_each_kind_that_they_speak_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
