/* SPDX-License-Identifier: ISC */
#include "common/endpoint.h"
#include "common/mem.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
what_is_printed_is_read_back(void **state)
{
	static const char *const texts[] = { "0.0.0.0:0", "127.0.0.1:80",
		"255.255.255.255:65535", "[::]:0", "[::1]:443",
		"[2001:db8::1]:65535", "[fe80::1%2]:546",
		"[fe80::1%4294967295]:1", "[ff02::1%3]:5353",
		"[::ffff:192.0.2.1]:1" };
	char text[PSD_ENDPOINT_TEXT_MAX + 1];
	struct psd_endpoint endpoint;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(texts); i++) {
		if (psd_endpoint_parse(texts[i], &endpoint) < 0)
			fail_msg("%s", texts[i]);
		assert_true(psd_endpoint_is_valid(&endpoint));
		psd_endpoint_print(text, sizeof(text), &endpoint);
		assert_string_equal(text, texts[i]);
	}
}

static void
what_is_no_address_with_a_port_is_refused(void **state)
{
	static const char *const texts[] = { "", ":", ":80", "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:65558",
		"127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1: 1", "127.0.0.1:1 ",
		"127.0.0.1:0x50", "127.0.0.1:99999999999999999999", "127.1:80",
		"127.0.0.256:80", "0127.0.0.1:80", "2130706433:80",
		"localhost:80", "::1:80", "[::1:80", "::1]:80", "[::1]80",
		"[::1]:", "[]:80", "[127.0.0.1]:80", "[::1%1]:80",
		"[2001:db8::1%2]:80", "[fe80::1%]:80", "[fe80::1%lo]:80",
		"[fe80::1%4294967296]:80", "[::1]]:80", "*:80" };
	struct psd_endpoint endpoint;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(texts); i++)
		if (psd_endpoint_parse(texts[i], &endpoint) != -EINVAL)
			fail_msg("%s", texts[i]);
}

static void
only_the_one_form_of_an_endpoint_is_valid(void **state)
{
	const struct psd_endpoint inet = { .family = PSD_FAMILY_INET };
	const struct psd_endpoint inet6 = { .family = PSD_FAMILY_INET6 };
	struct psd_endpoint endpoint;

	(void)state;
	assert_true(psd_endpoint_is_valid(&inet));
	assert_true(psd_endpoint_is_valid(&inet6));
	for (uint32_t family = 0; family <= UINT16_MAX; family++) {
		endpoint = inet;
		endpoint.family = (uint16_t)family;
		assert_int_equal(psd_endpoint_is_valid(&endpoint),
		    family == PSD_FAMILY_INET || family == PSD_FAMILY_INET6);
	}
	for (size_t i = 4; i < PSD_ADDRESS_LEN; i++) {
		endpoint = inet;
		endpoint.address[i] = 1;
		assert_false(psd_endpoint_is_valid(&endpoint));
	}
	endpoint = inet;
	endpoint.scope = 1;
	assert_false(psd_endpoint_is_valid(&endpoint));
	endpoint = inet6;
	endpoint.scope = 1;
	assert_false(psd_endpoint_is_valid(&endpoint));
	endpoint.address[0] = 0xfe;
	endpoint.address[1] = 0xbf;
	assert_true(psd_endpoint_is_valid(&endpoint));
	endpoint.address[1] = 0xc0;
	assert_false(psd_endpoint_is_valid(&endpoint));
}

static void
sockaddr_goes_there_and_back(void **state)
{
	static const char *const texts[] = { "192.0.2.1:80",
		"[2001:db8::1]:443", "[fe80::1%7]:1" };
	struct psd_endpoint endpoint, back;
	struct sockaddr_storage name;
	socklen_t len;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(texts); i++) {
		const struct sockaddr *address = (const void *)&name;

		assert_int_equal(psd_endpoint_parse(texts[i], &endpoint), 0);
		len = psd_endpoint_to_sockaddr(&endpoint, &name);
		assert_int_equal(psd_endpoint_from_sockaddr(address, len,
				     &back),
		    0);
		assert_memory_equal(&back, &endpoint, sizeof(back));
		for (socklen_t cut = 0; cut < len; cut++)
			assert_int_equal(psd_endpoint_from_sockaddr(address,
					     cut, &back),
			    -EINVAL);
	}
	name.ss_family = AF_UNIX;
	assert_int_equal(psd_endpoint_from_sockaddr((const void *)&name,
			     sizeof(name), &back),
	    -EAFNOSUPPORT);
}

static void
mapped_address_is_the_one_that_it_stands_for(void **state)
{
	static const struct {
		const char *text, *plain;
	} cases[] = {
		{ "[::ffff:127.0.0.1]:80", "127.0.0.1:80" },
		{ "[::ffff:0.0.0.0]:0", "0.0.0.0:0" },
		{ "[::ffff:ffff:ffff]:1", "255.255.255.255:1" },
		{ "[::fffe:127.0.0.1]:80", "[::fffe:7f00:1]:80" },
		{ "[::127.0.0.1]:80", "[::127.0.0.1]:80" },
		{ "[1::ffff:127.0.0.1]:80", "[1::ffff:7f00:1]:80" },
		{ "127.0.0.1:80", "127.0.0.1:80" },
	};
	char text[PSD_ENDPOINT_TEXT_MAX + 1];
	struct psd_endpoint endpoint;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		assert_int_equal(psd_endpoint_parse(cases[i].text, &endpoint),
		    0);
		endpoint = psd_endpoint_plain(&endpoint);
		assert_true(psd_endpoint_is_valid(&endpoint));
		psd_endpoint_print(text, sizeof(text), &endpoint);
		assert_string_equal(text, cases[i].plain);
	}
}

static void
protocols_have_names(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 3; i++) {
		const char *name = psd_protocol_name(i);

		assert_int_equal(psd_protocol_find(name, strlen(name)), i);
		assert_int_equal(psd_protocol_find(name, strlen(name) - 1), 0);
	}
	assert_null(psd_protocol_name(0));
	assert_null(psd_protocol_name(4));
	assert_int_equal(psd_protocol_find("", 0), 0);
	assert_int_equal(psd_protocol_find("TCP", 3), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_is_read_back),
		cmocka_unit_test(what_is_no_address_with_a_port_is_refused),
		cmocka_unit_test(only_the_one_form_of_an_endpoint_is_valid),
		cmocka_unit_test(sockaddr_goes_there_and_back),
		cmocka_unit_test(mapped_address_is_the_one_that_it_stands_for),
		cmocka_unit_test(protocols_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
