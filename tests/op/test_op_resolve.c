/* SPDX-License-Identifier: ISC */
/* The resolver is the test itself; tests/system/test_names.c has a real one. */
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

static struct psd_resolve_req
request(const char *host)
{
	return (struct psd_resolve_req){
		.host = psd_str_of(host),
		.service = psd_str_of("https"),
		.family = PSD_FAMILY_INET,
		.type = PSD_SOCKET_STREAM,
		.protocol = 6,
		.flags = PSD_LOOKUP_CANONICAL,
	};
}

static void
what_was_granted_is_asked_and_the_answer_handed_on(void **state)
{
	unsigned char bytes[PSD_TARGET_LEN];
	const struct psd_target target = {
		.type = PSD_SOCKET_STREAM,
		.protocol = 6,
		.endpoint = { .family = PSD_FAMILY_INET,
		    .port = 443,
		    .address = { 192, 0, 2, 1 } },
	};
	struct psd_lookup_host_rep found = {
		.targets = { bytes, sizeof(bytes) },
		.canonical = psd_str_of("a.example.org"),
	};
	struct psd_resolve_req req = request("WWW.Example.org.");
	struct psd_lookup_host_req asked;
	struct psd_resolve_rep rep;
	struct lookup_rig rig;
	uint32_t id, question;

	(void)state;
	psd_targets_put(bytes, &target);
	lookup_rig_start(&rig, "AllowResolve=*.example.org");
	id = op_rig_send(&rig.op, PSD_OP_resolve, &req);
	question = lookup_rig_hear(&rig, 0, PSD_OP_lookup_host, &asked);
	assert_string_equal(asked.host.at, "WWW.Example.org");
	assert_string_equal(asked.service.at, "https");
	assert_int_equal(asked.family, PSD_FAMILY_INET);
	assert_int_equal(asked.type, PSD_SOCKET_STREAM);
	assert_int_equal(asked.protocol, 6);
	assert_int_equal(asked.flags, PSD_LOOKUP_CANONICAL);
	assert_true(op_rig_is_silent(&rig.op));
	lookup_rig_reply(&rig, 0, PSD_OP_lookup_host, question, 0, &found);
	assert_int_equal(op_rig_take(&rig.op, PSD_OP_resolve, id, &rep), 0);
	assert_int_equal(rep.targets.len, sizeof(bytes));
	assert_memory_equal(rep.targets.at, bytes, sizeof(bytes));
	assert_string_equal(rep.canonical.at, "a.example.org");
	lookup_rig_stop(&rig);
}

static void
a_refused_name_is_not_asked_for(void **state)
{
	static const char *const names[] = { "example.org", "a.b.example.org",
		"www.example.org.evil.net", "bad.example.org", "192.0.2.1",
		"::1", "0x7f.1", "www.example.org\n", "a b.example.org", "" };
	struct lookup_rig rig;

	(void)state;
	lookup_rig_start(&rig,
	    "AllowResolve=*.example.org\nDenyResolve=bad.**");
	for (size_t i = 0; i < PSD_ELEMENTS(names); i++) {
		struct psd_resolve_req req = request(names[i]);
		struct psd_resolve_rep rep;

		assert_int_equal(op_rig_ask(&rig.op, PSD_OP_resolve, &req,
				     &rep),
		    -EPERM);
	}
	assert_false(lookup_rig_is_asked(&rig));
	lookup_rig_stop(&rig);
}

static void
numbers_that_mean_nothing_are_not_asked_for(void **state)
{
	struct psd_resolve_req reqs[3];
	struct psd_resolve_rep rep;
	struct lookup_rig rig;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(reqs); i++)
		reqs[i] = request("www.example.org");
	reqs[0].type = PSD_SOCKET_RAW + 1;
	reqs[1].protocol = UINT16_MAX + 1;
	reqs[2].flags = PSD_LOOKUP_HOST_FLAGS + 1;
	lookup_rig_start(&rig, "AllowResolve=**");
	for (size_t i = 0; i < PSD_ELEMENTS(reqs); i++)
		assert_int_equal(op_rig_ask(&rig.op, PSD_OP_resolve, &reqs[i],
				     &rep),
		    -EINVAL);
	assert_false(lookup_rig_is_asked(&rig));
	lookup_rig_stop(&rig);
}

static int
ask_for(struct lookup_rig *rig, uint32_t family)
{
	struct psd_resolve_req req = request("www.example.org");
	struct psd_lookup_host_req asked;
	uint32_t id, question;
	struct psd_resolve_rep rep;

	req.family = family;
	id = op_rig_send(&rig->op, PSD_OP_resolve, &req);
	if (lookup_rig_is_asked(rig)) {
		question = lookup_rig_hear(rig, 0, PSD_OP_lookup_host, &asked);
		assert_int_equal(asked.family, family);
		lookup_rig_reply(rig, 0, PSD_OP_lookup_host, question, -ENOENT,
		    NULL);
	}
	return op_rig_take(&rig->op, PSD_OP_resolve, id, &rep);
}

/* Who leaves it open asks for all. */
static void
a_line_with_a_family_covers_requests_for_it_alone(void **state)
{
	struct lookup_rig rig;

	(void)state;
	lookup_rig_start(&rig, "AllowResolve=www.example.org family=ipv4");
	assert_int_equal(ask_for(&rig, PSD_FAMILY_INET), -ENOENT);
	assert_int_equal(ask_for(&rig, PSD_FAMILY_INET6), -EPERM);
	assert_int_equal(ask_for(&rig, 0), -EPERM);
	lookup_rig_stop(&rig);
	/* Each by its own line; both together are not all. */
	lookup_rig_start(&rig,
	    "AllowResolve=www.example.org family=ipv4\n"
	    "AllowResolve=www.example.org family=ipv6");
	assert_int_equal(ask_for(&rig, PSD_FAMILY_INET), -ENOENT);
	assert_int_equal(ask_for(&rig, PSD_FAMILY_INET6), -ENOENT);
	assert_int_equal(ask_for(&rig, 0), -EPERM);
	lookup_rig_stop(&rig);
}

static void
what_the_resolver_fails_with_is_told(void **state)
{
	static const int told[][2] = { { -ENOENT, -ENOENT },
		{ -EAGAIN, -EAGAIN }, { -ENOMEM, -ENOMEM },
		/* To refuse is the policy's. */
		{ -EPERM, -EREMOTEIO } };
	struct lookup_rig rig;

	(void)state;
	lookup_rig_start(&rig, "AllowResolve=**");
	for (size_t i = 0; i < PSD_ELEMENTS(told); i++) {
		struct psd_resolve_req req = request("none.example.org");
		struct psd_lookup_host_req asked;
		struct psd_resolve_rep rep;
		const uint32_t id = op_rig_send(&rig.op, PSD_OP_resolve, &req);
		const uint32_t question =
		    lookup_rig_hear(&rig, 0, PSD_OP_lookup_host, &asked);

		lookup_rig_reply(&rig, 0, PSD_OP_lookup_host, question,
		    told[i][0], NULL);
		assert_int_equal(op_rig_take(&rig.op, PSD_OP_resolve, id, &rep),
		    told[i][1]);
	}
	lookup_rig_stop(&rig);
}

static void
a_malformed_resolve_ends_the_conversation(void **state)
{
	struct psd_resolve_req req = request("www.example.org");

	(void)state;
	op_rig_check_malformed("AllowResolve=**", PSD_OP_resolve, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_was_granted_is_asked_and_the_answer_handed_on),
		cmocka_unit_test(a_refused_name_is_not_asked_for),
		cmocka_unit_test(numbers_that_mean_nothing_are_not_asked_for),
		cmocka_unit_test(
		    a_line_with_a_family_covers_requests_for_it_alone),
		cmocka_unit_test(what_the_resolver_fails_with_is_told),
		cmocka_unit_test(a_malformed_resolve_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
