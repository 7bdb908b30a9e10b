/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/list.h"
#include "common/mem.h"
#include "common/print.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct escape {
	const char *text;
	const char *escaped;
};

static void
text_is_escaped_unless_it_can_be_read(void **state)
{
	static const struct escape cases[] = {
		{ "", "" },
		{ "plain text ~", "plain text ~" },
		{ "a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd" },
		{ "\x1b[2J", "\\x1b[2J" },
		{ "\x7f", "\\x7f" },
		{ "back\\slash \"quote\"", "back\\\\slash \\\"quote\\\"" },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7",
		    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7" },
		/* Controls beyond ASCII, and what turns the text round. */
		{ "\xc2\x9b", "\\xc2\\x9b" },
		{ "\xe2\x80\xae", "\\xe2\\x80\\xae" },
		{ "\xe2\x81\xa6", "\\xe2\\x81\\xa6" },
		{ "\xe2\x80\xa8", "\\xe2\\x80\\xa8" },
		/* Cut short, too long, a surrogate, beyond the last. */
		{ "\xc3", "\\xc3" },
		{ "\xe2\x82", "\\xe2\\x82" },
		{ "\xa4", "\\xa4" },
		{ "\xc0\xaf", "\\xc0\\xaf" },
		{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
		{ "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xff\xfe", "\\xff\\xfe" },
	};
	char ret[128];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		const size_t len = psd_print_escaped(ret, sizeof(ret),
		    cases[i].text, strlen(cases[i].text));

		assert_string_equal(ret, cases[i].escaped);
		assert_int_equal(len, strlen(ret));
	}
}

static void
line_keeps_quotes_and_backslashes(void **state)
{
	static const char text[] = "say \"a\\b\"\n\x9b";
	char ret[64];

	(void)state;
	(void)psd_print_line(ret, sizeof(ret), text, strlen(text));
	assert_string_equal(ret, "say \"a\\b\"\\x0a\\x9b");
}

static void
nul_inside_is_escaped(void **state)
{
	char ret[16];

	(void)state;
	(void)psd_print_escaped(ret, sizeof(ret), "a\0b", 3);
	assert_string_equal(ret, "a\\x00b");
}

static void
nothing_is_cut_inside_an_escape_or_character(void **state)
{
	/* By the size of the room, which the NUL shares. */
	static const char *const fits[] = { NULL, "", "", "", "", "\\x1b",
		"\\x1b", "\\x1b\xc3\xa4" };
	static const char text[] = "\x1b\xc3\xa4";
	char ret[16];

	(void)state;
	for (size_t size = 1; size < PSD_ELEMENTS(fits); size++) {
		memset(ret, 'X', sizeof(ret));
		(void)psd_print_escaped(ret, size, text, strlen(text));
		assert_string_equal(ret, fits[size]);
		assert_int_equal(ret[size], 'X');
	}
	memset(ret, 'X', sizeof(ret));
	assert_int_equal(psd_print_escaped(ret, 0, text, strlen(text)), 0);
	assert_int_equal(ret[0], 'X');
}

static void
request_reads_like_a_call(void **state)
{
	const struct psd_op_row *open = psd_op_find(PSD_OP_open);
	struct psd_open_req req = {
		.access = PSD_ACCESS_READ,
		.path = psd_str_of("/etc/a\n\"b\""),
	};
	struct psd_log_req message = {
		.priority = 4,
		.message = psd_str_of("hi"),
	};
	struct psd_restrict_req given_up = { .operation = PSD_OP_open };
	char ret[256];

	(void)state;
	psd_print_request(ret, sizeof(ret), open, &req);
	assert_string_equal(ret, "open(read, \"/etc/a\\x0a\\\"b\\\"\")");
	req.access = PSD_ACCESS_WRITE | PSD_ACCESS_CREATE;
	req.mode = 0640;
	req.path = psd_str_of("/a");
	psd_print_request(ret, sizeof(ret), open, &req);
	assert_string_equal(ret, "open(write,create, \"/a\", 0640)");
	psd_print_request(ret, sizeof(ret), psd_op_find(PSD_OP_log), &message);
	assert_string_equal(ret, "log(warning, \"hi\")");
	psd_print_request(ret, sizeof(ret), psd_op_find(PSD_OP_restrict),
	    &given_up);
	assert_string_equal(ret, "restrict(open)");
	psd_print_request(ret, sizeof(ret), psd_op_find(PSD_OP_accept), &req);
	assert_string_equal(ret, "accept()");
}

static void
long_request_says_that_it_was_cut(void **state)
{
	char path[PSD_PATH_MAX + 1];
	struct psd_stat_req req;
	char ret[64];

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	req.path = psd_str_of(path);
	for (size_t size = 0; size <= sizeof(ret); size++) {
		memset(ret, 'X', sizeof(ret));
		psd_print_request(ret, size, psd_op_find(PSD_OP_stat), &req);
		if (size > 0)
			assert_in_range(strlen(ret), 0, size - 1);
	}
	assert_non_null(strstr(ret, "aaa...\")"));
}

static void
fields_are_printed_under_their_names(void **state)
{
	static const unsigned char ids[] = { 7, 0, 0, 0, 0xff, 0xff, 0, 0 };
	static const unsigned char names[] = "a\"b\0c";
	const struct psd_open_req open = {
		.access = PSD_ACCESS_READ,
		.path = psd_str_of("/a\n"),
	};
	const struct psd_get_groups_rep groups = {
		.groups = { ids, sizeof(ids) },
	};
	const struct psd_get_group_rep group = {
		.name = psd_str_of("g"),
		.members = { names, sizeof(names) },
	};
	char ret[256];

	(void)state;
	psd_print_fields(ret, sizeof(ret), psd_op_find(PSD_OP_open)->req,
	    &open);
	assert_string_equal(ret, "access=read, path=\"/a\\x0a\", mode=0000");
	psd_print_fields(ret, sizeof(ret), psd_op_find(PSD_OP_get_groups)->rep,
	    &groups);
	assert_string_equal(ret, "groups=[7, 65535]");
	psd_print_fields(ret, sizeof(ret), psd_op_find(PSD_OP_get_group)->rep,
	    &group);
	assert_string_equal(ret,
	    "fields=0, name=\"g\", gid=0, members=[\"a\\\"b\", \"c\"]");
	psd_print_fields(ret, sizeof(ret), psd_op_find(PSD_OP_mkdir)->rep,
	    &group);
	assert_string_equal(ret, "");
}

static void
targets_are_printed_as_addresses(void **state)
{
	const struct psd_target target = {
		.type = PSD_SOCKET_STREAM,
		.protocol = 6,
		.endpoint = {
			.family = PSD_FAMILY_INET,
			.port = 80,
			.address = { 192, 0, 2, 1 },
		},
	};
	unsigned char bytes[PSD_TARGET_LEN];
	const struct psd_bytes list = { bytes, sizeof(bytes) };
	char ret[64];

	(void)state;
	psd_targets_put(bytes, &target);
	(void)psd_print_field(ret, sizeof(ret), PSD_KIND_targets, &list);
	assert_string_equal(ret, "[stream 6 192.0.2.1:80]");
}

/* In each room: closed by a NUL, and nothing behind it. */
static void
lists_are_cut_at_an_entry_and_bytes_at_the_first_ones(void **state)
{
	unsigned char many[PSD_BYTES_MAX];
	const struct psd_bytes list = { many, sizeof(many) };
	static const enum psd_kind kinds[] = { PSD_KIND_ids, PSD_KIND_bytes };
	char ret[512];

	(void)state;
	memset(many, 1, sizeof(many));
	for (size_t i = 0; i < PSD_ELEMENTS(kinds); i++)
		for (size_t size = 1; size < sizeof(ret); size++) {
			size_t len;

			memset(ret, 'X', sizeof(ret));
			len = psd_print_list(ret, size, kinds[i], &list);
			ret[sizeof(ret) - 1] = '\0';
			assert_in_range(len, 0, size - 1);
			if (len > 0)
				assert_int_equal(strlen(ret), len);
		}
	assert_non_null(strstr(ret, "\\x01...\" (12288 bytes)"));
	(void)psd_print_list(ret, sizeof(ret), PSD_KIND_ids, &list);
	assert_non_null(strstr(ret, "16843009...]"));
}

static void
access_words_go_there_and_back(void **state)
{
	char ret[128];

	(void)state;
	for (uint32_t access = 1; access <= PSD_ACCESS_ALL; access++) {
		uint32_t back = 0;

		psd_print_access(ret, sizeof(ret), access);
		assert_int_equal(psd_parse_access(ret, &back), 0);
		assert_int_equal(back, access);
	}
}

static void
malformed_access_words_are_refused(void **state)
{
	static const char *const words[] = { "", ",", "read,", ",read",
		"read,,write", "Read", "rea", "reads", "read write", "any",
		"none", "read;write" };
	uint32_t access = 77;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(words); i++)
		assert_int_equal(psd_parse_access(words[i], &access), -EINVAL);
	assert_int_equal(access, 77);
}

static void
levels_go_there_and_back(void **state)
{
	uint32_t back = 77;

	(void)state;
	for (uint32_t i = 0; i <= 7; i++) {
		assert_int_equal(psd_parse_priority(psd_priority_name(i),
				     &back),
		    0);
		assert_int_equal(back, i);
	}
	assert_null(psd_priority_name(8));
	assert_null(psd_priority_name(UINT32_MAX));
	assert_int_equal(psd_parse_priority("", &back), -EINVAL);
	assert_int_equal(psd_parse_priority("warn", &back), -EINVAL);
	assert_int_equal(psd_parse_priority("4", &back), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_escaped_unless_it_can_be_read),
		cmocka_unit_test(line_keeps_quotes_and_backslashes),
		cmocka_unit_test(nul_inside_is_escaped),
		cmocka_unit_test(nothing_is_cut_inside_an_escape_or_character),
		cmocka_unit_test(request_reads_like_a_call),
		cmocka_unit_test(long_request_says_that_it_was_cut),
		cmocka_unit_test(fields_are_printed_under_their_names),
		cmocka_unit_test(targets_are_printed_as_addresses),
		cmocka_unit_test(
		    lists_are_cut_at_an_entry_and_bytes_at_the_first_ones),
		cmocka_unit_test(access_words_go_there_and_back),
		cmocka_unit_test(malformed_access_words_are_refused),
		cmocka_unit_test(levels_go_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
