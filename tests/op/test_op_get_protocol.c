/* SPDX-License-Identifier: ISC */
/* The resolver is the test itself; tests/system/test_names_users.c has one. */
#include "common/list.h"
#include "common/lookup.h"
#include "common/mem.h"
#include "tests/support/lookup_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LINES "AllowGetProtocol=icmp,1\nDenyGetProtocol=tcp"

static const char granted[] = "icmp";
static const char *const refused[] = { "tcp", "6", "udp", "" };

static struct psd_get_protocol_req
request(const char *protocol)
{
	return (struct psd_get_protocol_req){
		.protocol = psd_str_of(protocol),
	};
}

/* Has the question answered so, and returns the status and the reply. */
static int
ask(struct lookup_rig *rig, const char *what,
    struct psd_lookup_protocol_rep *found, struct psd_get_protocol_rep *ret)
{
	struct psd_get_protocol_req req = request(what);
	struct psd_lookup_protocol_req asked;
	const uint32_t id = op_rig_send(&rig->op, PSD_OP_get_protocol, &req);
	const uint32_t question =
	    lookup_rig_hear(rig, 0, PSD_OP_lookup_protocol, &asked);

	assert_string_equal(asked.protocol.at, what);
	lookup_rig_reply(rig, 0, PSD_OP_lookup_protocol, question, 0, found);
	return op_rig_take(&rig->op, PSD_OP_get_protocol, id, ret);
}

static void
a_granted_protocol_is_told_by_name_and_number(void **state)
{
	static const unsigned char aliases[] = "ICMP";
	struct psd_lookup_protocol_rep found = {
		.name = psd_str_of("icmp"),
		.number = 1,
		.aliases = { aliases, sizeof(aliases) },
	};
	struct psd_get_protocol_rep rep;
	struct lookup_rig rig;
	size_t at = 0;

	(void)state;
	lookup_rig_start(&rig, LINES);
	assert_int_equal(ask(&rig, "icmp", &found, &rep), 0);
	assert_int_equal(ask(&rig, "1", &found, &rep), 0);
	assert_string_equal(rep.name.at, "icmp");
	assert_int_equal(rep.number, 1);
	assert_string_equal(psd_names_next(&rep.aliases, &at), "ICMP");
	lookup_rig_stop(&rig);
}

static void
a_refused_protocol_is_not_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(refused); i++) {
		struct psd_get_protocol_req req = request(refused[i]);

		lookup_rig_check_refused(LINES, PSD_OP_get_protocol, &req);
	}
}

static void
what_the_resolver_fails_with_is_told(void **state)
{
	struct psd_get_protocol_req req = request(granted);

	(void)state;
	lookup_rig_check_failing(LINES, PSD_OP_get_protocol, &req,
	    PSD_OP_lookup_protocol);
}

static void
a_malformed_get_protocol_ends_the_conversation(void **state)
{
	struct psd_get_protocol_req req = request(granted);

	(void)state;
	op_rig_check_malformed(LINES, PSD_OP_get_protocol, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_granted_protocol_is_told_by_name_and_number),
		cmocka_unit_test(a_refused_protocol_is_not_asked_for),
		cmocka_unit_test(what_the_resolver_fails_with_is_told),
		cmocka_unit_test(
		    a_malformed_get_protocol_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
