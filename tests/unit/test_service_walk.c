/* SPDX-License-Identifier: ISC */
/* Walking along a service's instances, as privsepctl does. */
#include "daemon/loaded.h"
#include "daemon/service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MANY = 6 };

static struct psd_daemon owner = { .is_stopping = true };
static struct psd_policy policy;
static struct psd_loaded loaded = { .policy = &policy };
static struct psd_service service;
static struct psd_instance instances[MANY];

/* Numbers 10, 20, 30... */
static int
begin(void **state)
{
	(void)state;
	service = (struct psd_service){
		.daemon = &owner,
		.loaded = &loaded,
		.is_stopped = true,
	};
	TAILQ_INIT(&service.instances);
	TAILQ_INIT(&service.accepts);
	psd_clients_init(&service.clients);
	for (size_t i = 0; i < MANY; i++) {
		instances[i] = (struct psd_instance){
			.service = &service,
			.id = 10 * (i + 1),
		};
		TAILQ_INSERT_TAIL(&service.instances, &instances[i],
		    of_service);
	}
	return 0;
}

static uint64_t
after(uint64_t id)
{
	const struct psd_instance *next =
	    psd_service_instance_after(&service, id);

	return next == NULL ? 0 : next->id;
}

static void
each_is_followed_by_the_next(void **state)
{
	uint64_t id = 0;

	(void)state;
	for (uint64_t i = 1; i <= MANY; i++) {
		id = after(id);
		assert_int_equal(id, 10 * i);
	}
	assert_int_equal(after(id), 0);
}

static void
a_step_does_not_look_at_those_before(void **state)
{
	(void)state;
	assert_int_equal(after(0), 10);
	assert_int_equal(after(10), 20);
	assert_int_equal(after(20), 30);
	/* Who looked at it would take it for the next. */
	instances[0].id = 1000;
	assert_int_equal(after(30), 40);
	assert_int_equal(after(40), 50);
}

static void
two_who_walk_disturb_neither(void **state)
{
	(void)state;
	assert_int_equal(after(40), 50);
	assert_int_equal(after(10), 20);
	assert_int_equal(after(50), 60);
	assert_int_equal(after(0), 10);
	assert_int_equal(after(60), 0);
	assert_int_equal(after(15), 20);
}

static void
one_that_ends_meanwhile_is_passed_over(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(after(20), i == 0 ? 30 : 40);
		psd_service_instance_gone(&instances[i == 0 ? 2 : 0],
		    PSD_ENDING_ORDERLY, 0);
	}
	assert_int_equal(after(30), 40);
	assert_int_equal(after(0), 20);
	psd_service_instance_gone(&instances[1], PSD_ENDING_ORDERLY, 0);
	assert_null(service.walked);
	assert_int_equal(after(20), 40);
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup(test, begin)
	static const struct CMUnitTest tests[] = {
		CASE(each_is_followed_by_the_next),
		CASE(a_step_does_not_look_at_those_before),
		CASE(two_who_walk_disturb_neither),
		CASE(one_that_ends_meanwhile_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
