/* SPDX-License-Identifier: ISC */
/* What a service manager passed, and what it is told of that. */
#include "common/fd.h"
#include "daemon/store.h"
#include "tests/support/fake_manager.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include <cmocka.h>

static void
pass(struct psd_store *store, const char *name, int fd)
{
	assert_true(fd >= 0);
	assert_int_equal(psd_store_adopt(store, name, fd, false), 0);
}

static void
name_that_no_manager_has_is_not_said_to_it(void **state)
{
	static const char *const names[] = { "listen/www/1\nMAINPID=1",
		"listen/www/\x7f", "listen/www/1\xc3\xa4", "" };
	struct psd_store store = { .n = 0 };

	(void)state;
	fake_manager_start();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		pass(&store, names[i], open("/dev/null", O_RDWR | O_CLOEXEC));
	fake_manager_put("listen/www/2");
	pass(&store, "listen/www/2", open("/dev/null", O_RDWR | O_CLOEXEC));
	psd_store_refuse_rest(&store);
	/* It asserts that what it hears is well-formed. */
	fake_manager_hear();
	assert_int_equal(fake_manager_count(NULL), 0);
	for (size_t i = 0; i < store.n; i++)
		assert_int_equal(store.at[i].fd, PSD_NO_FD);
	psd_store_free(&store);
}

/* Listens at a port that the kernel chose. */
static int
listen_somewhere(struct sockaddr_storage *ret, socklen_t *ret_len)
{
	const struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const void *)&any, sizeof(any)), 0);
	assert_int_equal(listen(fd, 1), 0);
	*ret_len = sizeof(*ret);
	assert_int_equal(getsockname(fd, (void *)ret, ret_len), 0);
	return fd;
}

static void
name_it(char ret[64], const char *kind, const char *service, int fd,
    unsigned beyond)
{
	uint64_t cookie;
	socklen_t len = sizeof(cookie);

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len),
	    0);
	(void)snprintf(ret, 64, "%s/%s/%llx", kind, service,
	    (unsigned long long)cookie + beyond);
}

/* As when a policy was renamed and the daemon restarted. */
static void
listener_of_a_service_of_another_name_goes_on(void **state)
{
	struct sockaddr_storage address;
	struct psd_listen_place place = {
		.kind = "listen",
		.service = "web",
		.type = SOCK_STREAM,
		.address = &address,
	};
	struct psd_store store = { .is_there = true };
	const int fd = listen_somewhere(&address, &place.len);
	enum psd_holder holder;
	char old[64], new[64];

	(void)state;
	fake_manager_start();
	name_it(old, "listen", "www", fd, 0);
	name_it(new, "listen", "web", fd, 0);
	fake_manager_put(old);
	pass(&store, old, fd);
	assert_int_equal(psd_store_find(&store, &place, &holder), fd);
	psd_store_put(&store, "listen", "web", fd, &holder);
	fake_manager_hear();
	assert_int_equal(fake_manager_count(old), 0);
	assert_int_equal(fake_manager_count(new), 1);
	psd_store_drop(&store, "listen", "web", fd, holder);
	fake_manager_forget();
	psd_store_free(&store);
}

static void
listener_of_a_name_that_is_not_its_own_is_not_found(void **state)
{
	static const struct {
		const char *kind, *service;
		unsigned beyond;
	} rows[] = {
		{ "listen", "web", 1 },
		{ "listen", "www", 1 },
		{ "door", "web", 0 },
		{ "listen", "www/0", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sockaddr_storage address;
		struct psd_listen_place place = {
			.kind = "listen",
			.service = "web",
			.type = SOCK_STREAM,
			.address = &address,
		};
		struct psd_store store = { .n = 0 };
		const int fd = listen_somewhere(&address, &place.len);
		enum psd_holder holder;
		char name[64];

		name_it(name, rows[i].kind, rows[i].service, fd,
		    rows[i].beyond);
		pass(&store, name, fd);
		assert_int_equal(psd_store_find(&store, &place, &holder),
		    -ENOENT);
		psd_store_free(&store);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_that_no_manager_has_is_not_said_to_it),
		cmocka_unit_test(listener_of_a_service_of_another_name_goes_on),
		cmocka_unit_test(
		    listener_of_a_name_that_is_not_its_own_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
