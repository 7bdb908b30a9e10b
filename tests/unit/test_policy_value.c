/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/address.h"
#include "policy/user.h"
#include "policy/value.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include <cmocka.h>

/* A text, what comes of it, and the value. */
struct valued {
	const char *text;
	int r;
	uint64_t value;
};

#define ALL_BITS UINT64_MAX

static void
spans_are_read_as_systemd_time_has_them(void **state)
{
	static const struct valued cases[] = {
		{ "0", 0, 0 },
		{ "5", 0, 5000000 },
		{ "5s", 0, 5000000 },
		{ "1min 30s", 0, 90000000 },
		{ "1min30s", 0, 90000000 },
		{ "1 min  30 s", 0, 90000000 },
		{ "200ms", 0, 200000 },
		{ "7us", 0, 7 },
		{ "7usec 1msec", 0, 1007 },
		{ "1.5h", 0, 5400000000 },
		{ "0.25", 0, 250000 },
		{ "2m", 0, 120000000 },
		{ "1d", 0, 86400000000 },
		{ "1week", 0, 604800000000 },
		{ "infinity", 0, PSD_VALUE_INFINITY },
		{ "18446744073709551614us", 0, ALL_BITS - 1 },
		{ "18446744073709551615us", -ERANGE, 0 },
		{ "18446744073709551616us", -ERANGE, 0 },
		{ "18446744073709551615", -ERANGE, 0 },
		{ "9223372036854775808us 9223372036854775808us", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ "-1s", -EINVAL, 0 },
		{ "+1s", -EINVAL, 0 },
		{ "1x", -EINVAL, 0 },
		{ "1M", -EINVAL, 0 },
		{ "1.s", -EINVAL, 0 },
		{ ".5s", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "Infinity", -EINVAL, 0 },
		{ "infinity 1s", -EINVAL, 0 },
		{ "1s infinity", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		uint64_t value = 77;

		assert_int_equal(psd_value_span(cases[i].text, &value),
		    cases[i].r);
		assert_true(value == (cases[i].r < 0 ? 77 : cases[i].value));
	}
}

static void
sizes_count_by_1024(void **state)
{
	static const struct valued cases[] = {
		{ "0", 0, 0 },
		{ "1", 0, 1 },
		{ "1B", 0, 1 },
		{ "1K", 0, 1024 },
		{ "64M", 0, 67108864 },
		{ "2G", 0, 2147483648 },
		{ "1T", 0, 1099511627776 },
		{ "16777215T", 0, 18446742974197923840u },
		{ "infinity", 0, PSD_VALUE_INFINITY },
		{ "16777216T", -ERANGE, 0 },
		{ "18446744073709551615", -ERANGE, 0 },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "K", -EINVAL, 0 },
		{ "1k", -EINVAL, 0 },
		{ "1 K", -EINVAL, 0 },
		{ "1.5G", -EINVAL, 0 },
		{ "50%", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		uint64_t value = 77;

		assert_int_equal(psd_value_size(cases[i].text, &value),
		    cases[i].r);
		assert_true(value == (cases[i].r < 0 ? 77 : cases[i].value));
	}
}

static void
numbers_keep_to_their_bounds(void **state)
{
	static const struct valued cases[] = {
		{ "8", 0, 8 },
		{ "0100", 0, 100 },
		{ "65536", 0, 65536 },
		{ "7", -ERANGE, 0 },
		{ "65537", -ERANGE, 0 },
		{ "99999999999999999999", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ " 8", -EINVAL, 0 },
		{ "8 ", -EINVAL, 0 },
		{ "8.", -EINVAL, 0 },
		{ "+8", -EINVAL, 0 },
		{ "-8", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "infinity", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		uint64_t value = 77;

		assert_int_equal(psd_value_number(cases[i].text, 8, 65536,
				     &value),
		    cases[i].r);
		assert_true(value == (cases[i].r < 0 ? 77 : cases[i].value));
	}
}

static void
rates_are_whole_requests_a_second(void **state)
{
	static const struct valued cases[] = {
		{ "1000/s", 0, 1000 },
		{ "60/min", 0, 1 },
		{ "7200/h", 0, 2 },
		{ "infinity", 0, 0 },
		{ "4294967295/s", 0, UINT32_MAX },
		{ "4294967296/s", -ERANGE, 0 },
		{ "0/s", -ERANGE, 0 },
		{ "30/min", -ERANGE, 0 },
		{ "90/min", -ERANGE, 0 },
		{ "1000", -EINVAL, 0 },
		{ "1000/", -EINVAL, 0 },
		{ "1000/d", -EINVAL, 0 },
		{ "/s", -EINVAL, 0 },
		{ "1000 / s", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		uint32_t value = 77;

		assert_int_equal(psd_value_rate(cases[i].text, &value),
		    cases[i].r);
		assert_int_equal(value, cases[i].r < 0 ? 77 : cases[i].value);
	}
}

static void
ranges_run_upwards_within_bounds(void **state)
{
	static const char *const bad[] = { "", "0", "0..4", "4..2", "1..4097",
		"1..", "..2", "1...2", "1-2", "1 .. 2", "a..b", "1..2..3" };
	uint32_t from = 0, to = 0;

	(void)state;
	assert_int_equal(psd_value_range("3", 1, 4096, &from, &to), 0);
	assert_int_equal(from, 3);
	assert_int_equal(to, 3);
	assert_int_equal(psd_value_range("1..4096", 1, 4096, &from, &to), 0);
	assert_int_equal(from, 1);
	assert_int_equal(to, 4096);
	for (size_t i = 0; i < PSD_ELEMENTS(bad); i++)
		assert_true(psd_value_range(bad[i], 1, 4096, &from, &to) < 0);
	assert_int_equal(to, 4096);
}

static void
booleans_have_their_words_only(void **state)
{
	static const char *const yes[] = { "yes", "YES", "true", "on", "1" };
	static const char *const no[] = { "no", "False", "off", "0" };
	static const char *const bad[] = { "", "y", "n", "2", "yes ", "t" };
	bool value;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(yes); i++) {
		value = false;
		assert_int_equal(psd_value_bool(yes[i], &value), 0);
		assert_true(value);
	}
	for (size_t i = 0; i < PSD_ELEMENTS(no); i++) {
		value = true;
		assert_int_equal(psd_value_bool(no[i], &value), 0);
		assert_false(value);
	}
	for (size_t i = 0; i < PSD_ELEMENTS(bad); i++)
		assert_int_equal(psd_value_bool(bad[i], &value), -EINVAL);
}

static void
users_are_found_by_name_and_by_number(void **state)
{
	static const char *const bad[] = { "4294967295", "65535",
		"4294967296" };
	uid_t uid = 77;
	gid_t gid = 77;

	(void)state;
	assert_int_equal(psd_user_find("root", &uid, &gid), 0);
	assert_int_equal(uid, 0);
	assert_int_equal(gid, 0);
	/* No database knows this one. */
	assert_int_equal(psd_user_find("1234567", &uid, &gid), 0);
	assert_int_equal(uid, 1234567);
	assert_int_equal(gid, 1234567);
	assert_int_equal(psd_user_find("no-such-user-here", &uid, &gid),
	    -ENOENT);
	for (size_t i = 0; i < PSD_ELEMENTS(bad); i++)
		assert_int_equal(psd_user_find(bad[i], &uid, &gid), -ERANGE);
	assert_int_equal(uid, 1234567);
}

static void
addresses_are_read_without_a_resolver(void **state)
{
	struct sockaddr_storage address;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
	socklen_t len = 0;

	(void)state;
	assert_int_equal(psd_address_parse("127.0.0.1:80", &address, &len), 0);
	assert_int_equal(len, sizeof(in));
	memcpy(&in, &address, sizeof(in));
	assert_int_equal(in.sin_family, AF_INET);
	assert_int_equal(in.sin_port, htons(80));
	assert_int_equal(in.sin_addr.s_addr, htonl(INADDR_LOOPBACK));

	assert_int_equal(psd_address_parse("[::1]:65535", &address, &len), 0);
	assert_int_equal(len, sizeof(in6));
	memcpy(&in6, &address, sizeof(in6));
	assert_int_equal(in6.sin6_family, AF_INET6);
	assert_int_equal(in6.sin6_port, htons(65535));
	assert_memory_equal(&in6.sin6_addr, &in6addr_loopback, 16);

	assert_int_equal(psd_address_parse("8080", &address, &len), 0);
	assert_true(
	    address.ss_family == AF_INET6 || address.ss_family == AF_INET);

	assert_int_equal(psd_address_parse("/run/a.sock", &address, &len), 0);
	memcpy(&un, &address, sizeof(un));
	assert_int_equal(un.sun_family, AF_UNIX);
	assert_string_equal(un.sun_path, "/run/a.sock");

	assert_int_equal(psd_address_parse("@abc", &address, &len), 0);
	memcpy(&un, &address, sizeof(un));
	assert_int_equal(len, offsetof(struct sockaddr_un, sun_path) + 4);
	assert_memory_equal(un.sun_path, "\0abc", 4);
}

static void
malformed_addresses_are_refused(void **state)
{
	static const char *const bad[] = { "", "0", "65536", "65558", "-1",
		"80x", " 80", "http", "localhost:80", "1.2.3:80", "1.2.3.4",
		"1.2.3.4:", "1.2.3.4:0", "1.2.3.4:65616", "1.2.3.4:80:90",
		"::1:80", "[::1]", "[::1]80", "[::1:80", "[]:80",
		"[1.2.3.4]:80", "[fe80::1%eth0]:80", "/", "/run/", "/run/../a",
		"/run//a", "@", "run/a.sock", "vsock:1:80", "*:80", "0x50" };
	struct sockaddr_storage address;
	char path[128];
	socklen_t len = 77;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(bad); i++)
		if (psd_address_parse(bad[i], &address, &len) != -EINVAL)
			fail_msg("%s", bad[i]);
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[108] = '\0';
	assert_int_equal(psd_address_parse(path, &address, &len),
	    -ENAMETOOLONG);
	assert_int_equal(len, 77);
	path[107] = '\0';
	assert_int_equal(psd_address_parse(path, &address, &len), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_are_read_as_systemd_time_has_them),
		cmocka_unit_test(sizes_count_by_1024),
		cmocka_unit_test(numbers_keep_to_their_bounds),
		cmocka_unit_test(rates_are_whole_requests_a_second),
		cmocka_unit_test(ranges_run_upwards_within_bounds),
		cmocka_unit_test(booleans_have_their_words_only),
		cmocka_unit_test(users_are_found_by_name_and_by_number),
		cmocka_unit_test(addresses_are_read_without_a_resolver),
		cmocka_unit_test(malformed_addresses_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
