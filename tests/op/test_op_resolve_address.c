/* SPDX-License-Identifier: ISC */
/* The resolver is the test itself; tests/system/test_names_users.c has one. */
#include "common/endpoint.h"
#include "common/lookup.h"
#include "common/mem.h"
#include "tests/support/lookup_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LINES \
	"AllowResolveAddress=192.0.2.0/24:80\nDenyResolveAddress=192.0.2.66:*"

static const char granted[] = "192.0.2.1:80";
static const char *const refused[] = { "192.0.3.1:80", "192.0.2.1:81",
	"192.0.2.66:80", "[2001:db8::1]:80", "127.0.0.1:80" };

static struct psd_resolve_address_req
request(const char *address)
{
	struct psd_resolve_address_req req = { .flags = PSD_LOOKUP_DATAGRAM };

	assert_int_equal(psd_endpoint_parse(address, &req.endpoint), 0);
	return req;
}

/* Has the question answered so, and returns the status and the reply. */
static int
ask(struct lookup_rig *rig, const char *what,
    struct psd_lookup_address_rep *found, struct psd_resolve_address_rep *ret)
{
	struct psd_resolve_address_req req = request(what);
	struct psd_lookup_address_req asked;
	const uint32_t id = op_rig_send(&rig->op, PSD_OP_resolve_address, &req);
	const uint32_t question =
	    lookup_rig_hear(rig, 0, PSD_OP_lookup_address, &asked);

	assert_memory_equal(&asked.endpoint, &req.endpoint,
	    sizeof(asked.endpoint));
	assert_int_equal(asked.flags, PSD_LOOKUP_DATAGRAM);
	lookup_rig_reply(rig, 0, PSD_OP_lookup_address, question, 0, found);
	return op_rig_take(&rig->op, PSD_OP_resolve_address, id, ret);
}

static void
a_granted_address_is_told_by_name(void **state)
{
	struct psd_lookup_address_rep found = {
		.host = psd_str_of("www.example.org"),
		.service = psd_str_of("http"),
	};
	struct psd_resolve_address_rep rep;
	struct lookup_rig rig;

	(void)state;
	lookup_rig_start(&rig, LINES);
	assert_int_equal(ask(&rig, granted, &found, &rep), 0);
	assert_string_equal(rep.host.at, "www.example.org");
	assert_string_equal(rep.service.at, "http");
	lookup_rig_stop(&rig);
}

static void
flags_that_mean_nothing_are_not_asked_for(void **state)
{
	struct psd_resolve_address_req req = request(granted);
	struct psd_resolve_address_rep rep;
	struct lookup_rig rig;

	(void)state;
	req.flags = PSD_LOOKUP_NAME_FLAGS + 1;
	lookup_rig_start(&rig, LINES);
	assert_int_equal(op_rig_ask(&rig.op, PSD_OP_resolve_address, &req,
			     &rep),
	    -EINVAL);
	assert_false(lookup_rig_is_asked(&rig));
	lookup_rig_stop(&rig);
}

static void
a_refused_address_is_not_asked_for(void **state)
{
	struct psd_resolve_address_rep rep;
	struct lookup_rig rig;

	(void)state;
	lookup_rig_start(&rig, LINES);
	for (size_t i = 0; i < PSD_ELEMENTS(refused); i++) {
		struct psd_resolve_address_req req = request(refused[i]);

		assert_int_equal(op_rig_ask(&rig.op, PSD_OP_resolve_address,
				     &req, &rep),
		    -EPERM);
	}
	assert_false(lookup_rig_is_asked(&rig));
	lookup_rig_stop(&rig);
}

static void
what_the_resolver_fails_with_is_told(void **state)
{
	struct psd_resolve_address_req req = request(granted);
	struct psd_lookup_address_req asked;
	struct psd_resolve_address_rep rep;
	struct lookup_rig rig;
	uint32_t id, question;

	(void)state;
	lookup_rig_start(&rig, LINES);
	id = op_rig_send(&rig.op, PSD_OP_resolve_address, &req);
	question = lookup_rig_hear(&rig, 0, PSD_OP_lookup_address, &asked);
	lookup_rig_reply(&rig, 0, PSD_OP_lookup_address, question, -ENOENT,
	    NULL);
	assert_int_equal(op_rig_take(&rig.op, PSD_OP_resolve_address, id, &rep),
	    -ENOENT);
	lookup_rig_stop(&rig);
}

static void
a_malformed_resolve_address_ends_the_conversation(void **state)
{
	struct psd_resolve_address_req req = request(granted);

	(void)state;
	op_rig_check_malformed(LINES, PSD_OP_resolve_address, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_granted_address_is_told_by_name),
		cmocka_unit_test(flags_that_mean_nothing_are_not_asked_for),
		cmocka_unit_test(a_refused_address_is_not_asked_for),
		cmocka_unit_test(what_the_resolver_fails_with_is_told),
		cmocka_unit_test(
		    a_malformed_resolve_address_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
