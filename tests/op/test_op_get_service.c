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

#define LINES "AllowGetService=https,443\nDenyGetService=ssh"

static const char granted[] = "https";
static const char *const refused[] = { "ssh", "80", "http", "" };

static struct psd_get_service_req
request(const char *service)
{
	return (struct psd_get_service_req){
		.service = psd_str_of(service),
		.protocol = psd_str_of("tcp"),
	};
}

/* Has the question answered so, and returns the status and the reply. */
static int
ask(struct lookup_rig *rig, const char *what,
    struct psd_lookup_service_rep *found, struct psd_get_service_rep *ret)
{
	struct psd_get_service_req req = request(what);
	struct psd_lookup_service_req asked;
	const uint32_t id = op_rig_send(&rig->op, PSD_OP_get_service, &req);
	const uint32_t question =
	    lookup_rig_hear(rig, 0, PSD_OP_lookup_service, &asked);

	assert_string_equal(asked.service.at, what);
	assert_string_equal(asked.protocol.at, "tcp");
	lookup_rig_reply(rig, 0, PSD_OP_lookup_service, question, 0, found);
	return op_rig_take(&rig->op, PSD_OP_get_service, id, ret);
}

static void
a_granted_service_is_told_by_name_and_port(void **state)
{
	static const unsigned char aliases[] = "www-ssl";
	struct psd_lookup_service_rep found = {
		.name = psd_str_of("https"),
		.port = 443,
		.protocol = psd_str_of("tcp"),
		.aliases = { aliases, sizeof(aliases) },
	};
	struct psd_get_service_rep rep;
	struct lookup_rig rig;
	size_t at = 0;

	(void)state;
	lookup_rig_start(&rig, LINES);
	assert_int_equal(ask(&rig, "https", &found, &rep), 0);
	assert_int_equal(ask(&rig, "443", &found, &rep), 0);
	assert_string_equal(rep.name.at, "https");
	assert_int_equal(rep.port, 443);
	assert_string_equal(rep.protocol.at, "tcp");
	assert_string_equal(psd_names_next(&rep.aliases, &at), "www-ssl");
	lookup_rig_stop(&rig);
}

static void
a_refused_service_is_not_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(refused); i++) {
		struct psd_get_service_req req = request(refused[i]);

		lookup_rig_check_refused(LINES, PSD_OP_get_service, &req);
	}
}

static void
what_the_resolver_fails_with_is_told(void **state)
{
	struct psd_get_service_req req = request(granted);

	(void)state;
	lookup_rig_check_failing(LINES, PSD_OP_get_service, &req,
	    PSD_OP_lookup_service);
}

static void
a_malformed_get_service_ends_the_conversation(void **state)
{
	struct psd_get_service_req req = request(granted);

	(void)state;
	op_rig_check_malformed(LINES, PSD_OP_get_service, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_granted_service_is_told_by_name_and_port),
		cmocka_unit_test(a_refused_service_is_not_asked_for),
		cmocka_unit_test(what_the_resolver_fails_with_is_told),
		cmocka_unit_test(a_malformed_get_service_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
