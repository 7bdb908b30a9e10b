/* SPDX-License-Identifier: ISC */
/*
 * Descriptors of all kinds and names of all kinds as what a service manager
 * passes, of socket units and out of its descriptor store: a socket is used
 * where it is what it should be, and nowhere else; none is lost; what is said
 * to the manager is well-formed, and leaves what is used in its store.
 *
 * The first byte of an input is of enum manner, the second says how many
 * descriptors are announced beyond those that there are.  Each of these is a
 * byte for what it is (tests/fuzz/inherited.c), a byte for a place that both
 * may have to do with, and a byte for its name (inherited_pass.c), behind which a raw name has
 * its length and its bytes.
 */
#include "common/fd.h"
#include "common/log.h"
#include "common/mem.h"
#include "daemon/control.h"
#include "daemon/control_client.h"
#include "daemon/runtime.h"
#include "daemon/service.h"
#include "tests/fuzz/inherited.h"
#include "tests/support/fake_manager.h"
#include "tests/support/dir.h"
#include "tests/support/fds.h"
#include "tests/support/policy.h"

#include <assert.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum manner {
	HAS_STORE = 1 << 0,
	IS_ANOTHERS = 1 << 1, /* LISTEN_PID= */
	GOES_ON = 1 << 2,     /* as a re-exec does */
	FREEZES = 1 << 3,     /* ends for the next one to go on */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct psd_daemon daemon_self;
static struct psd_loaded loaded;
static struct inheritance inheritance;
static struct test_policy policy;
static char *dir;
static bool has_manager;

static int
hear_log(int priority, const char *text, const struct psd_log_field *fields,
    size_t n_fields)
{
	(void)priority;
	(void)fields;
	(void)n_fields;
	for (; *text != '\0'; text++)
		assert((unsigned char)*text >= ' ' || *text == '\n');
	return 0;
}

static void
stop(void)
{
	psd_policy_free(loaded.policy);
	policy.policy = NULL;
	test_policy_free(&policy);
	sd_event_unref(daemon_self.event);
	test_dir_remove(dir);
}

static void
start(void)
{
	char text[1024];

	inherit_occupy();
	/* Ports are its own, where that may be had. */
	has_manager = unshare(CLONE_NEWNET) == 0 && fake_manager_widen();
	(void)umask(077);
	psd_log_to(hear_log);
	dir = test_dir_make();
	assert(dir != NULL);
	places_init(inheritance.places, dir);
	assert(psd_runtime_make_below(dir, "service") == 0);
	(void)snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=/bin/true\nListenStream=0.0.0.0:7001\n"
	    "ListenStream=[::]:7002\nListenStream=7003\n"
	    "ListenStream=%s/socket\nClients=user:0\n[Policy]\n"
	    "SystemCallFilter=@helper\nAllowAccept=yes\n",
	    dir);
	test_policy_load(&policy, text, 0);
	assert(policy.policy != NULL);
	loaded.references = 1;
	loaded.policy = policy.policy;
	TAILQ_INIT(&daemon_self.services);
	psd_lookups_init(&daemon_self.lookups);
	daemon_self.host.cgroup.base_fd = PSD_NO_FD;
	daemon_self.is_stopping = true; /* no helper is started */
	(void)snprintf(daemon_self.config.runtime_dir,
	    sizeof(daemon_self.config.runtime_dir), "%s", dir);
	if (has_manager)
		fake_manager_start();
	assert(sd_event_new(&daemon_self.event) >= 0);
	/* The loop keeps a descriptor for all timers from the first one on. */
	assert(sd_event_add_time(daemon_self.event, NULL, CLOCK_MONOTONIC,
		   UINT64_MAX, 0, NULL, NULL) >= 0);
	inherit_vacate();
	assert(atexit(stop) == 0);
}

static void
check_place(int fd, const struct expected *expected, enum psd_holder holder)
{
	assert(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	assert((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	assert(holder == expected->holder);
	for (size_t i = 0; i < inheritance.n; i++)
		if (expected->thing < 0)
			assert(!thing_is_same(fd, inheritance.things[i].fd));
	if (expected->thing >= 0)
		assert(
		    thing_is_same(fd, inheritance.things[expected->thing].fd));
}

static void
check_places(const struct psd_listeners *listeners,
    const struct expected expected[PLACES])
{
	const struct psd_control *control = daemon_self.control;
	struct psd_door_carried door;

	for (size_t i = 0; i < listeners->n; i++)
		check_place(listeners->at[i].fd, &expected[i],
		    listeners->at[i].holder);
	psd_door_tell(listeners->door, &door);
	check_place(door.fd, &expected[listeners->n], door.holder);
	check_place(control->fd, &expected[PLACES - 1], control->holder);
}

static void
check_rest(const struct psd_store *store)
{
	for (size_t i = 0; i < store->n; i++) {
		const struct psd_passed *one = &store->at[i];

		assert(one->fd < 0 || one->is_in_use ||
		    (strchr(one->name, '/') == NULL &&
			thing_is_same(one->fd, inheritance.things[i].fd)));
	}
}

/* What another program would go on with. */
static void
hand_on(void *cookie, const char *name, int fd, bool is_in_use)
{
	const int r = psd_store_adopt(cookie, name, fd, is_in_use);

	assert(r == 0);
}

static void
go_on(struct psd_store *store)
{
	struct psd_store next = { .is_frozen = store->is_frozen };

	psd_store_tell(store, hand_on, &next);
	if (store->is_there)
		psd_store_resume(&next);
	for (size_t i = 0; i < store->n; i++)
		store->at[i].fd = PSD_NO_FD;
	psd_store_free(store);
	*store = next;
}

static bool
has_obstacle(void)
{
	for (int i = 0; i < PLACES; i++)
		if (inheritance.places[i].is_taken ||
		    inheritance.places[i].is_unreachable)
			return true;
	return false;
}

/* A store that is left for the next one has all that clients come to. */
static void
end(struct psd_service *service, unsigned manner)
{
	if ((manner & FREEZES) != 0)
		psd_store_freeze(&daemon_self.store);
	psd_service_remove(service);
	psd_control_close(daemon_self.control);
	fake_manager_hear();
	if (has_manager && (manner & FREEZES) == 0)
		assert(fake_manager_count(NULL) == 0);
}

static void
serve(struct psd_listeners *listeners, unsigned manner)
{
	struct psd_service *service;
	char name[32];
	int r;

	psd_store_refuse_rest(&daemon_self.store);
	check_rest(&daemon_self.store);
	r = psd_service_add(&daemon_self, psd_loaded_ref(&loaded), listeners,
	    &service);
	assert(r == 0);
	fake_manager_hear();
	for (size_t i = 0; i < service->listeners.n; i++)
		if (service->listeners.at[i].holder == PSD_HELD_IN_STORE) {
			(void)snprintf(name, sizeof(name), "listen/www/%llx",
			    (unsigned long long)thing_cookie(
				service->listeners.at[i].fd));
			assert(!daemon_self.store.is_there ||
			    fake_manager_count(name) == 1);
		}
	if ((manner & GOES_ON) != 0)
		go_on(&daemon_self.store);
	end(service, manner);
}

static void
run(unsigned manner)
{
	struct psd_listeners listeners;
	struct psd_diag diag;
	struct expected expected[PLACES];
	int r;

	inherit_expect(&inheritance, expected);
	r = psd_control_open(&daemon_self);
	if (r < 0) {
		assert(has_obstacle());
		return;
	}
	psd_diag_init(&diag);
	r = psd_listeners_bind(&daemon_self, loaded.policy, &listeners, &diag);
	psd_diag_free(&diag);
	if (r == 0) {
		check_places(&listeners, expected);
		serve(&listeners, manner);
	} else {
		assert(has_obstacle());
		psd_control_close(daemon_self.control);
	}
}

static void
be_started(unsigned manner)
{
	struct psd_store *store = &daemon_self.store;
	int r;

	if ((manner & HAS_STORE) != 0)
		assert(setenv("FDSTORE", "512", 1) == 0);
	else
		assert(unsetenv("FDSTORE") == 0);
	r = psd_store_init(store);
	assert((r < 0 ? 0 : (size_t)r) == store->n);
	inherit_keep(&inheritance, store->n);
	for (size_t i = 0; i < store->n; i++) {
		assert(store->at[i].fd == FIRST + (int)i);
		if (strchr(store->at[i].name, '/') != NULL)
			fake_manager_put(store->at[i].name);
	}
	if (r >= 0)
		run(manner);
	psd_store_free(store);
}

static void
attempt(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	const unsigned manner = input_take(&input);
	const int beyond = (int)input_take(&input);

	inherit_make(&inheritance, &input);
	inherit_announce(&inheritance, (manner & IS_ANOTHERS) != 0,
	    beyond < 128 ? beyond : beyond - 256);
	be_started(manner);
	inherit_end(&inheritance);
	fake_manager_forget();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t before;

	if (dir == NULL)
		start();
	before = test_fds_count();
	attempt(data, size);
	if (test_fds_count() == before)
		return 0;
	/* What is opened once and kept is not opened again. */
	before = test_fds_count();
	attempt(data, size);
	assert(test_fds_count() == before);
	return 0;
}
