/* SPDX-License-Identifier: ISC */
/* Connections whose relay is missing, and answers about none of them. */
#include "daemon/relay.h"

#include "common/codec.h"
#include "common/fd.h"
#include "daemon/loaded.h"
#include "daemon/service.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { ID = 7 };

static char name[] = "echo";
static struct psd_policy policy, relay_policy;
static struct psd_loaded loaded = { .policy = &policy };
static struct psd_loaded relay_loaded = { .policy = &relay_policy };
static struct psd_daemon owner;
static struct psd_service service, relays;
static struct psd_instance instance, relay, other;

static int
begin(void **state)
{
	(void)state;
	relay_policy = (struct psd_policy){ .is_relay = true };
	owner = (struct psd_daemon){ .lock_fd = PSD_NO_FD };
	TAILQ_INIT(&owner.relayed);
	service = (struct psd_service){ .daemon = &owner,
		.name = name,
		.loaded = &loaded };
	relays =
	    (struct psd_service){ .daemon = &owner, .loaded = &relay_loaded };
	TAILQ_INIT(&relays.instances);
	instance =
	    (struct psd_instance){ .service = &service, .loaded = &loaded };
	relay = (struct psd_instance){ .service = &relays,
		.loaded = &relay_loaded };
	other = relay;
	return 0;
}

static void
connection_without_a_relay_is_closed(void **state)
{
	static const struct {
		bool has_relays, is_ready, is_retired;
	} rows[] = { { false, false, false }, { true, false, false },
		{ true, true, true } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int connection = dup(STDIN_FILENO);
		const int pair = dup(STDIN_FILENO);

		(void)begin(state);
		owner.relay = rows[i].has_relays ? &relays : NULL;
		relay.state = rows[i].is_ready ? PSD_INSTANCE_READY
					       : PSD_INSTANCE_STARTING;
		relay.is_retired = rows[i].is_retired;
		TAILQ_INSERT_TAIL(&relays.instances, &relay, of_service);
		assert_null(psd_relay_find_ready(&owner));
		assert_int_equal(psd_relay_begin(&instance, connection, pair),
		    -ESHUTDOWN);
		assert_int_equal(fcntl(connection, F_GETFD), -1);
		assert_int_equal(fcntl(pair, F_GETFD), -1);
		assert_null(instance.relayed);
	}
}

/* Who has none has none to end, to give up or to forget. */
static void
helper_without_a_connection_waits_for_none(void **state)
{
	(void)state;
	assert_false(psd_relay_holds(&instance));
	assert_false(psd_relay_failed(&instance));
	psd_relay_end(&instance);
	psd_relay_give_up(&instance);
	psd_relay_forget(&instance);
	assert_true(TAILQ_EMPTY(&owner.relayed));
}

static void
answer_about_another_s_connection_ends_none(void **state)
{
	struct psd_relayed *relayed = psd_relay_resume(&instance, ID, false, 0);
	struct psd_frame frame = { .n_fds = 0 };

	(void)state;
	assert_non_null(relayed);
	relayed->relay = &other;
	psd_encode_status(&frame, PSD_OP_relay, ID, 0);
	psd_relay_answer(&relay, &frame);
	psd_relay_lost(&relay);
	/* A helper of another kind is no relay, whatever becomes of it. */
	psd_relay_lost(&instance);
	relayed->relay = &relay;
	psd_encode_status(&frame, PSD_OP_relay, ID + 1, 0);
	psd_relay_answer(&relay, &frame);
	assert_true(relay.has_served);
	assert_false(relay.is_broken);
	assert_true(psd_relay_holds(&instance));
	assert_false(psd_relay_failed(&instance));
	/* The daemon goes on without the helper's, too. */
	psd_relay_forget(&instance);
	assert_true(TAILQ_EMPTY(&owner.relayed));
}

static void
connection_that_was_over_before_a_re_exec_is_so_still(void **state)
{
	(void)state;
	assert_non_null(psd_relay_resume(&instance, ID, true, -ETIMEDOUT));
	assert_false(psd_relay_holds(&instance));
	assert_true(psd_relay_failed(&instance));
	assert_true(TAILQ_EMPTY(&owner.relayed));
	psd_relay_give_up(&instance);
	assert_int_equal(instance.relayed->status, -ETIMEDOUT);
	psd_relay_forget(&instance);
}

#define CASE(test) cmocka_unit_test_setup(test, begin)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(connection_without_a_relay_is_closed),
		CASE(helper_without_a_connection_waits_for_none),
		CASE(answer_about_another_s_connection_ends_none),
		CASE(connection_that_was_over_before_a_re_exec_is_so_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
