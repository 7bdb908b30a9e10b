/* SPDX-License-Identifier: ISC */
/* Every kind of field, where a switch has a place for each. */
#include "common/codec.h"
#include "common/list.h"
#include "common/mem.h"
#include "common/print.h"
#include "daemon/ctl/out.h"
#include "daemon/ctl/trace_json.h"
#include "policy/match.h"
#include "policy/request_word.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One field of each size that there is. */
struct any {
	uint32_t number;
	uint64_t wide;
	struct psd_str text;
	struct psd_bytes bytes;
	struct psd_bytes targets, names, ids;
	struct psd_endpoint endpoint;
	int fd;
};

static unsigned char target[PSD_TARGET_LEN], id[PSD_ID_LEN];
static const unsigned char names[] = "alice\0bob";
static const unsigned char bytes[] = { 'a', 0xff };

static struct any
make_any(void)
{
	struct any any = {
		.number = 1,
		.wide = 2,
		.text = psd_str_of("/a"),
		.bytes = { bytes, sizeof(bytes) },
		.targets = { target, sizeof(target) },
		.names = { names, sizeof(names) },
		.ids = { id, sizeof(id) },
		.endpoint = { .family = PSD_FAMILY_INET,
		    .port = 80,
		    .address = { 127, 0, 0, 1 } },
		.fd = -1,
	};
	const struct psd_target one = {
		.type = PSD_SOCKET_STREAM,
		.protocol = 6,
		.endpoint = any.endpoint,
	};

	psd_targets_put(target, &one);
	psd_ids_put(id, 33);
	return any;
}

#define AT(field) (uint32_t) offsetof(struct any, field)

/* Where it is, how it is told with a trace, and in an answer of the daemon. */
static const struct {
	enum psd_kind kind;
	uint32_t offset;
	const char *traced, *answered;
} kinds[] = {
	{ PSD_KIND_number, AT(number), "1", "1" },
	{ PSD_KIND_wide, AT(wide), "2", "2" },
	{ PSD_KIND_moment, AT(wide), "2", "2" },
	{ PSD_KIND_offset, AT(wide), "2", "2" },
	{ PSD_KIND_mode, AT(number), "\"0001\"", "1" },
	{ PSD_KIND_family, AT(number), "\"1\"", "1" },
	{ PSD_KIND_permissions, AT(number), "\"0001\"", "1" },
	{ PSD_KIND_owner, AT(wide), "\"2:0\"", "2" },
	{ PSD_KIND_access, AT(number), "\"read\"", "1" },
	{ PSD_KIND_priority, AT(number), "\"alert\"", "1" },
	{ PSD_KIND_operation, AT(number), "\"hello\"", "1" },
	{ PSD_KIND_protocol, AT(number), "\"tcp\"", "1" },
	{ PSD_KIND_endpoint, AT(endpoint), "\"127.0.0.1:80\"", NULL },
	{ PSD_KIND_path, AT(text), "\"/a\"", "\"/a\"" },
	{ PSD_KIND_setting, AT(text), "\"/a\"", "\"/a\"" },
	{ PSD_KIND_label, AT(text), "\"/a\"", "\"/a\"" },
	{ PSD_KIND_host, AT(text), "\"/a\"", "\"/a\"" },
	{ PSD_KIND_site, AT(text), "\"/a\"", "\"/a\"" },
	{ PSD_KIND_name, AT(text), "\"/a\"", "\"/a\"" },
	{ PSD_KIND_text, AT(text), "\"/a\"", "\"/a\"" },
	{ PSD_KIND_bytes, AT(bytes), "\"a\\\\xff\"", NULL },
	{ PSD_KIND_targets, AT(targets), "[\"127.0.0.1:80\"]", NULL },
	{ PSD_KIND_names, AT(names), "[\"alice\",\"bob\"]", NULL },
	{ PSD_KIND_ids, AT(ids), "[33]", NULL },
	{ PSD_KIND_fd, AT(fd), "\"descriptor\"", NULL },
	{ PSD_KIND_fds, AT(number), "1", NULL },
};

/* None is forgotten here: their number is the last one's, without end. */
_Static_assert(PSD_ELEMENTS(kinds) == PSD_KIND_fds, "each kind has its row");

static void
every_kind_is_told_with_a_trace(void **state)
{
	static struct psd_trace trace = { .head.kind = PSD_TRACE_FRAME };
	const struct any any = make_any();

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(kinds); i++) {
		const struct psd_field layout[] = {
			{ kinds[i].kind, kinds[i].offset, "x" },
			{ .kind = PSD_KIND_end },
		};
		json_t *event = psd_ctl_trace_json(&trace, NULL, layout, &any);
		char *told;

		assert_non_null(event);
		told =
		    json_dumps(json_object_get(json_object_get(event, "fields"),
				   "x"),
			JSON_ENCODE_ANY | JSON_COMPACT);
		assert_string_equal(told, kinds[i].traced);
		free(told);
		json_decref(event);
	}
}

/* Others are in no row of control.def; an answer with one is none at all. */
static void
kinds_of_answers_have_their_json_and_others_none(void **state)
{
	const struct any any = make_any();

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(kinds); i++) {
		const struct psd_field layout[] = {
			{ kinds[i].kind, kinds[i].offset, "x" },
			{ .kind = PSD_KIND_end },
		};
		const struct psd_op_row row = { .rep = layout };
		json_t *answer = psd_ctl_json(&row, &any);
		char *told;

		if (kinds[i].answered == NULL) {
			assert_null(answer);
			continue;
		}
		told = json_dumps(json_object_get(answer, "x"),
		    JSON_ENCODE_ANY | JSON_COMPACT);
		assert_string_equal(told, kinds[i].answered);
		free(told);
		json_decref(answer);
	}
}

static void
largest_counter_stays_one_in_json(void **state)
{
	static const struct psd_field layout[] = {
		{ PSD_KIND_wide, 0, "x" },
		{ .kind = PSD_KIND_end },
	};
	static const uint64_t largest = UINT64_MAX;
	const struct psd_op_row row = { .rep = layout };
	json_t *answer = psd_ctl_json(&row, &largest);

	(void)state;
	assert_int_equal(psd_ctl_count_of(answer, "x"), INT64_MAX);
	json_decref(answer);
}

static void
what_no_kind_holds_is_no_value_of_it(void **state)
{
	static const enum psd_kind of_four_bytes[] = { PSD_KIND_number,
		PSD_KIND_mode, PSD_KIND_family, PSD_KIND_permissions,
		PSD_KIND_access, PSD_KIND_priority, PSD_KIND_operation,
		PSD_KIND_protocol };

	(void)state;
	assert_true(psd_kind_is_valid(PSD_KIND_family, PSD_FAMILY_INET6));
	assert_false(psd_kind_is_valid(PSD_KIND_end, 1));
	for (size_t i = 0; i < PSD_ELEMENTS(kinds); i++) {
		bool is_one = false;

		for (size_t k = 0; k < PSD_ELEMENTS(of_four_bytes); k++)
			is_one = is_one || kinds[i].kind == of_four_bytes[k];
		if (kinds[i].kind == PSD_KIND_family)
			assert_false(psd_kind_is_valid(kinds[i].kind, 1));
		else
			assert_int_equal(psd_kind_is_valid(kinds[i].kind, 1),
			    is_one);
		if (kinds[i].kind != PSD_KIND_number)
			assert_false(
			    psd_kind_is_valid(kinds[i].kind, UINT32_MAX));
	}
}

static void
kinds_without_a_word_take_none(void **state)
{
	static const enum psd_kind wordless[] = { PSD_KIND_end,
		PSD_KIND_targets, PSD_KIND_names, PSD_KIND_ids, PSD_KIND_fd,
		PSD_KIND_fds };
	struct any any = make_any();

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(wordless); i++) {
		assert_false(psd_request_word(wordless[i], "1", &any));
		assert_string_equal(psd_request_wants(wordless[i]), "nothing");
		assert_false(psd_match_is_grantable(wordless[i]));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_told_with_a_trace),
		cmocka_unit_test(
		    kinds_of_answers_have_their_json_and_others_none),
		cmocka_unit_test(largest_counter_stays_one_in_json),
		cmocka_unit_test(what_no_kind_holds_is_no_value_of_it),
		cmocka_unit_test(kinds_without_a_word_take_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
