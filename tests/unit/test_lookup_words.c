/* SPDX-License-Identifier: ISC */
/* What helpers of ours share: words of name services, and the first hello. */
#include "common/codec.h"
#include "common/fd.h"
#include "common/hello.h"
#include "common/lookup.h"
#include "common/mem.h"
#include "common/pair.h"

#include <errno.h>
#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

static void
a_number_is_digits_that_fit_and_nothing_else(void **state)
{
	static const struct {
		const char *text;
		int64_t number; /* -1: it is none */
	} cases[] = {
		{ "0", 0 },
		{ "53", 53 },
		{ "007", 7 },
		{ "4294967295", UINT32_MAX },
		{ "4294967296", -1 },
		{ "99999999999999999999999", -1 },
		{ "", -1 },
		{ "-1", -1 },
		{ "+1", -1 },
		{ " 1", -1 },
		{ "1 ", -1 },
		{ "0x1", -1 },
		{ "domain", -1 },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		uint32_t number = 0;
		const bool is_one = psd_lookup_number(cases[i].text, &number);

		assert_int_equal(is_one, cases[i].number >= 0);
		if (is_one)
			assert_int_equal(number, cases[i].number);
	}
}

static void
numbers_of_the_system_and_of_the_wire_lead_to_each_other(void **state)
{
	static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6 };
	static const int types[] = { 0, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(families); i++)
		assert_int_equal(psd_lookup_af(
				     (uint32_t)psd_lookup_family(families[i])),
		    families[i]);
	for (size_t i = 0; i < PSD_ELEMENTS(types); i++)
		assert_int_equal(psd_lookup_sock(
				     (uint32_t)psd_lookup_type(types[i])),
		    types[i]);
	assert_int_equal(psd_lookup_family(AF_UNIX), -1);
	assert_int_equal(psd_lookup_type(SOCK_SEQPACKET), -1);
	assert_int_equal(psd_lookup_af(1), -1);
	assert_int_equal(psd_lookup_af(UINT32_MAX), -1);
	assert_int_equal(psd_lookup_sock(9), -1);
	assert_int_equal(psd_lookup_sock(UINT32_MAX), -1);
}

/* The daemon refuses others by these masks; the resolver relies on it. */
static void
every_flag_that_may_be_asked_by_is_known(void **state)
{
	(void)state;
	assert_true(psd_lookup_ai(PSD_LOOKUP_HOST_FLAGS) > 0);
	assert_int_equal(psd_lookup_ai(PSD_LOOKUP_HOST_FLAGS + 1), -1);
	assert_true(psd_lookup_ni(PSD_LOOKUP_NAME_FLAGS) > 0);
	assert_int_equal(psd_lookup_ni(PSD_LOOKUP_NAME_FLAGS + 1), -1);
}

static void
every_error_of_a_look_has_a_status_and_leads_back(void **state)
{
	static const int errors[] = { EAI_NONAME, EAI_NODATA, EAI_AGAIN,
		EAI_FAIL, EAI_SERVICE, EAI_SOCKTYPE, EAI_FAMILY, EAI_ADDRFAMILY,
		EAI_MEMORY, EAI_OVERFLOW, EAI_BADFLAGS };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(errors); i++) {
		const int status = psd_lookup_status(errors[i], 0);

		assert_true(status < 0);
		assert_int_equal(psd_lookup_eai(status), errors[i]);
	}
	assert_int_equal(psd_lookup_status(0, 0), 0);
	assert_int_equal(psd_lookup_status(EAI_SYSTEM, EMFILE), -EMFILE);
	assert_int_equal(psd_lookup_status(EAI_SYSTEM, 0), -ENOTRECOVERABLE);
	assert_int_equal(psd_lookup_status(-12345, 0), -ENOTRECOVERABLE);
}

/* The answer waits in the pair, as if the daemon had been quick. */
static int
say_hello(uint16_t op, int status, bool is_answered)
{
	static struct psd_frame frame;
	struct psd_hello_req asked;
	struct psd_conv here, there;
	int ends[2], r;

	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	psd_conv_init(&here, ends[0]);
	psd_conv_init(&there, ends[1]);
	if (is_answered) {
		psd_frame_init(&frame);
		psd_encode_status(&frame, op, 0, status);
		assert_int_equal(psd_conv_send(&there, 0, &frame), 0);
	} else {
		assert_int_equal(psd_conv_end(&there), 0);
	}
	r = psd_hello_say(&here, &frame);
	psd_frame_init(&frame);
	assert_int_equal(psd_conv_recv(&there, 0, &frame), PSD_HEARD_FRAME);
	assert_int_equal(frame.op, PSD_OP_hello);
	assert_int_equal(psd_decode(&frame, psd_op_find(PSD_OP_hello)->req,
			     sizeof(asked), &asked),
	    0);
	assert_true(asked.oldest <= asked.newest);
	psd_frame_clear(&frame);
	psd_conv_close(&here);
	psd_conv_close(&there);
	return r;
}

static void
hello_is_answered_by_its_status_or_not_at_all(void **state)
{
	(void)state;
	assert_int_equal(say_hello(PSD_OP_hello, -EPROTONOSUPPORT, true),
	    -EPROTONOSUPPORT);
	assert_int_equal(say_hello(PSD_OP_ping, -EPERM, true), -EPROTO);
	assert_int_equal(say_hello(PSD_OP_hello, 0, false), -EPIPE);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_digits_that_fit_and_nothing_else),
		cmocka_unit_test(
		    numbers_of_the_system_and_of_the_wire_lead_to_each_other),
		cmocka_unit_test(every_flag_that_may_be_asked_by_is_known),
		cmocka_unit_test(
		    every_error_of_a_look_has_a_status_and_leads_back),
		cmocka_unit_test(hello_is_answered_by_its_status_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
