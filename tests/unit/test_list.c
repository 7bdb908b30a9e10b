/* SPDX-License-Identifier: ISC */
/* Lists in one field: what passes, and that it comes back as it was. */
#include "common/list.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct psd_target some = {
	.type = PSD_SOCKET_STREAM,
	.protocol = 6,
	.endpoint = {
		.family = PSD_FAMILY_INET6,
		.port = 443,
		.address = { 0xfe, 0x80, [15] = 1 },
		.scope = 0x01020304,
	},
};

static bool
is_valid(enum psd_kind kind, const void *at, size_t len)
{
	const struct psd_bytes list = { at, (uint32_t)len };

	return psd_list_is_valid(kind, &list);
}

static void
targets_come_back_as_they_were(void **state)
{
	unsigned char bytes[2 * PSD_TARGET_LEN];
	const struct psd_bytes list = { bytes, sizeof(bytes) };
	struct psd_target one, other = { .endpoint = { .port = 1 } };

	(void)state;
	other.endpoint.family = PSD_FAMILY_INET;
	psd_targets_put(bytes, &some);
	psd_targets_put(bytes + PSD_TARGET_LEN, &other);
	assert_true(psd_list_is_valid(PSD_KIND_targets, &list));
	assert_int_equal(psd_targets_count(&list), 2);
	one = psd_targets_get(&list, 0);
	assert_memory_equal(&one, &some, sizeof(one));
	one = psd_targets_get(&list, 1);
	assert_memory_equal(&one, &other, sizeof(one));
}

static void
a_list_with_one_bad_target_is_bad(void **state)
{
	struct psd_target bad[5];
	unsigned char bytes[2 * PSD_TARGET_LEN];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(bad); i++)
		bad[i] = some;
	bad[0].type = PSD_SOCKET_RAW + 1;
	bad[1].protocol = UINT16_MAX + 1;
	bad[2].endpoint.family = 10;
	bad[3].endpoint.family = PSD_FAMILY_INET;
	bad[4].endpoint.address[0] = 0x20;
	psd_targets_put(bytes, &some);
	for (size_t i = 0; i < PSD_ELEMENTS(bad); i++) {
		psd_targets_put(bytes + PSD_TARGET_LEN, &bad[i]);
		assert_false(is_valid(PSD_KIND_targets, bytes, sizeof(bytes)));
	}
	assert_true(is_valid(PSD_KIND_targets, bytes, PSD_TARGET_LEN));
	assert_true(is_valid(PSD_KIND_targets, bytes, 0));
	for (size_t len = 1; len < PSD_TARGET_LEN; len++)
		assert_false(is_valid(PSD_KIND_targets, bytes, len));
}

static void
names_are_closed_and_neither_empty_nor_too_long(void **state)
{
	static const char two[] = "alice\0bob";
	const struct psd_bytes list = { (const unsigned char *)two,
		sizeof(two) };
	char longest[PSD_NAME_MAX + 2];
	size_t at = 0;

	(void)state;
	assert_true(is_valid(PSD_KIND_names, two, sizeof(two)));
	assert_true(is_valid(PSD_KIND_names, two, 0));
	assert_false(is_valid(PSD_KIND_names, two, sizeof(two) - 1));
	assert_false(is_valid(PSD_KIND_names, "\0", 1));
	assert_false(is_valid(PSD_KIND_names, "a\0\0b", 5));
	memset(longest, 'a', sizeof(longest));
	longest[PSD_NAME_MAX + 1] = '\0';
	assert_false(is_valid(PSD_KIND_names, longest, sizeof(longest)));
	assert_true(is_valid(PSD_KIND_names, longest + 1, PSD_NAME_MAX + 1));
	assert_string_equal(psd_names_next(&list, &at), "alice");
	assert_string_equal(psd_names_next(&list, &at), "bob");
	assert_null(psd_names_next(&list, &at));
}

static void
ids_come_back_as_they_were(void **state)
{
	unsigned char bytes[2 * PSD_ID_LEN];
	const struct psd_bytes list = { bytes, sizeof(bytes) };

	(void)state;
	psd_ids_put(bytes, 0);
	psd_ids_put(bytes + PSD_ID_LEN, 0xfedcba98u);
	assert_int_equal(psd_ids_count(&list), 2);
	assert_int_equal(psd_ids_get(&list, 0), 0);
	assert_int_equal(psd_ids_get(&list, 1), 0xfedcba98u);
	for (size_t len = 1; len < PSD_ID_LEN; len++)
		assert_false(is_valid(PSD_KIND_ids, bytes, len));
}

static void
no_list_is_longer_than_a_field(void **state)
{
	static unsigned char bytes[PSD_BYTES_MAX + PSD_TARGET_LEN];

	(void)state;
	for (size_t i = 0; i <= PSD_TARGETS_MAX; i++)
		psd_targets_put(bytes + i * PSD_TARGET_LEN, &some);
	assert_true(is_valid(PSD_KIND_targets, bytes,
	    (size_t)PSD_TARGETS_MAX * PSD_TARGET_LEN));
	assert_false(is_valid(PSD_KIND_targets, bytes, sizeof(bytes)));
	assert_false(is_valid(PSD_KIND_ids, bytes, PSD_BYTES_MAX + PSD_ID_LEN));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_come_back_as_they_were),
		cmocka_unit_test(a_list_with_one_bad_target_is_bad),
		cmocka_unit_test(
		    names_are_closed_and_neither_empty_nor_too_long),
		cmocka_unit_test(ids_come_back_as_they_were),
		cmocka_unit_test(no_list_is_longer_than_a_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
