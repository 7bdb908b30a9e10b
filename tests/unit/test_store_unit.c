/* SPDX-License-Identifier: ISC */
/* What a socket unit listens at stays the unit's, and what is refused. */
#include "common/fd.h"
#include "daemon/store.h"
#include "tests/support/capture.h"
#include "tests/support/fake_manager.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct sockaddr_storage address;
static const struct psd_listen_place place = {
	.kind = "listen",
	.service = "www",
	.type = SOCK_STREAM,
	.address = &address,
};

static int
listen_somewhere(void)
{
	const struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(address);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const void *)&any, sizeof(any)), 0);
	assert_int_equal(listen(fd, 1), 0);
	memset(&address, 0, sizeof(address));
	assert_int_equal(getsockname(fd, (void *)&address, &len), 0);
	return fd;
}

/* So a policy may leave it and come back to it with a reload. */
static void
unit_s_socket_is_found_again_after_it_was_dropped(void **state)
{
	struct psd_store store = { .is_there = true };
	const int fd = listen_somewhere();
	enum psd_holder holder = PSD_HELD_BY_US;

	(void)state;
	fake_manager_start();
	assert_int_equal(psd_store_adopt(&store, "www", fd, false), 0);
	assert_int_equal(psd_store_find(&store, &place, &holder), fd);
	assert_int_equal(holder, PSD_HELD_BY_UNIT);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	/* In use, it is nobody else's; nor is it put where it was not. */
	assert_int_equal(psd_store_find(&store, &place, &holder), -ENOENT);
	psd_store_put(&store, "listen", "www", fd, &holder);
	psd_store_forget("listen", "www", fd, &holder);
	fake_manager_hear();
	assert_int_equal(fake_manager_count(NULL), 0);
	psd_store_drop(&store, "listen", "www", PSD_NO_FD, holder);
	psd_store_drop(&store, "listen", "www", fd, holder);
	assert_int_equal(psd_store_find(&store, &place, &holder), fd);
	psd_store_drop(&store, "listen", "www", fd, holder);
	psd_store_free(&store);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static int
refuse_rest(void *argument)
{
	psd_store_refuse_rest(argument);
	return 0;
}

static void
what_is_left_over_is_kept_for_a_unit_alone(void **state)
{
	static struct test_capture said;
	struct psd_store store = { .n = 0 };
	const int used = listen_somewhere(), unit = listen_somewhere();
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int stored = listen_somewhere();

	(void)state;
	fake_manager_start();
	assert_int_equal(psd_store_adopt(&store, "taken", used, true), 0);
	assert_int_equal(psd_store_adopt(&store, "unit", unit, false), 0);
	assert_int_equal(psd_store_adopt(&store, "file", null, false), 0);
	assert_int_equal(psd_store_adopt(&store, "gone", PSD_NO_FD, false), 0);
	assert_int_equal(psd_store_adopt(&store, "listen/www/1", stored, false),
	    0);
	assert_int_equal(test_capture(refuse_rest, &store, &said), 0);
	assert_non_null(strstr(said.err,
	    "unit: its socket unit listens where no ListenStream= of "
	    "unit.policy does"));
	assert_non_null(strstr(said.err,
	    "refused a descriptor that the service manager passed as file: it "
	    "is no listener of that name"));
	assert_non_null(strstr(said.err, "passed as listen/www/1: "));
	assert_null(strstr(said.err, "taken"));
	assert_null(strstr(said.err, "gone"));
	assert_true(fcntl(unit, F_GETFD) >= 0);
	assert_int_equal(fcntl(null, F_GETFD), -1);
	assert_int_equal(fcntl(stored, F_GETFD), -1);
	psd_store_free(&store);
	assert_int_equal(fcntl(unit, F_GETFD), -1);
	/* Who has found it closes it. */
	assert_int_equal(close(used), 0);
}

/* The manager would read a newline as the end of the name. */
static void
name_that_the_manager_cannot_have_is_not_told_to_it(void **state)
{
	static const char *const names[] = { "", "a:b", "a\nREADY=1",
		"\xc3\xa9", "fine" };
	static struct test_capture said;
	struct psd_store store = { .n = 0 };

	(void)state;
	fake_manager_start();
	fake_manager_put("a");
	fake_manager_put("fine");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(psd_store_adopt(&store, names[i],
				     open("/dev/null", O_RDWR | O_CLOEXEC),
				     false),
		    0);
	assert_int_equal(test_capture(refuse_rest, &store, &said), 0);
	assert_non_null(strstr(said.err, "passed as fine: "));
	fake_manager_hear();
	assert_int_equal(fake_manager_count("fine"), 0);
	assert_int_equal(fake_manager_count("a"), 1);
	fake_manager_forget();
	psd_store_free(&store);
}

static void
descriptor_that_is_gone_is_neither_found_nor_dropped(void **state)
{
	struct psd_store store = { .n = 0 };
	const int fd = listen_somewhere(), other = listen_somewhere();
	enum psd_holder holder = PSD_HELD_IN_STORE;

	(void)state;
	fake_manager_start();
	assert_int_equal(psd_store_adopt(&store, "www", PSD_NO_FD, false), 0);
	assert_int_equal(psd_store_find(&store, &place, &holder), -ENOENT);
	assert_int_equal(psd_store_adopt(&store, "www", fd, true), 0);
	psd_store_drop(&store, "listen", "www", other, PSD_HELD_BY_UNIT);
	assert_true(store.at[1].is_in_use);
	psd_store_drop(&store, "listen", "www", fd, PSD_HELD_BY_UNIT);
	assert_false(store.at[1].is_in_use);
	/* One that is no socket has no name that could be forgotten. */
	psd_fd_close(other);
	psd_store_forget("listen", "www", other, &holder);
	assert_int_equal(holder, PSD_HELD_BY_US);
	psd_store_free(&store);
}

struct told {
	size_t n;
	char text[256];
};

static void
tell(void *cookie, const char *name, int fd, bool is_in_use)
{
	struct told *told = cookie;

	told->n++;
	(void)snprintf(told->text + strlen(told->text),
	    sizeof(told->text) - strlen(told->text), "%s %d %d;", name, fd,
	    is_in_use);
}

static void
what_is_there_is_told_to_a_successor(void **state)
{
	struct psd_store store = { .n = 0 };
	struct told told = { 0 };
	char want[64];
	const int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)state;
	psd_store_resume(&store);
	assert_true(store.is_there);
	assert_int_equal(psd_store_adopt(&store, "one", fd, true), 0);
	assert_int_equal(psd_store_adopt(&store, "two", PSD_NO_FD, false), 0);
	psd_store_tell(&store, tell, &told);
	(void)snprintf(want, sizeof(want), "one %d 1;", fd);
	assert_string_equal(told.text, want);
	assert_int_equal(told.n, 1);
	psd_store_free(&store);
	assert_int_equal(close(fd), 0);
}

/* With the service and the cookie it is longer than the manager takes. */
static void
socket_whose_name_is_too_long_is_not_stored(void **state)
{
	static const struct psd_store there = { .is_there = true };
	static char service[300];
	const int fd = listen_somewhere();
	enum psd_holder holder = PSD_HELD_BY_US;
	struct psd_store store = { .n = 0 };

	(void)state;
	fake_manager_start();
	memset(service, 'w', sizeof(service) - 1);
	psd_store_put(&there, "listen", service, fd, &holder);
	assert_int_equal(holder, PSD_HELD_BY_US);
	psd_store_put(&there, "listen", "www", -1, &holder);
	assert_int_equal(holder, PSD_HELD_BY_US);
	/* Nor is it looked for by one that nobody can have given it. */
	for (int i = 0; i < 2; i++) {
		static const char *const ends[] = { "/1", "" };
		char name[320];

		(void)snprintf(name, sizeof(name), "listen%s%s%s",
		    i == 0 ? "/" : "", i == 0 ? service : "", ends[i]);
		assert_int_equal(psd_store_adopt(&store, name, dup(fd), false),
		    0);
	}
	assert_int_equal(psd_store_adopt(&store, "listen/1", dup(fd), false),
	    0);
	assert_int_equal(psd_store_find(&store, &place, &holder), -ENOENT);
	psd_store_refuse_rest(&store);
	fake_manager_hear();
	psd_store_free(&store);
	psd_fd_close(fd);
}

static void
store_is_there_when_the_manager_says_so(void **state)
{
	static const struct {
		const char *max, *socket;
		bool is_there;
	} rows[] = {
		{ "8", "/run/systemd/notify", true },
		{ "0", "/run/systemd/notify", false },
		{ "8", NULL, false },
		{ NULL, "/run/systemd/notify", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct psd_store store = { .n = 0 };

		(void)unsetenv("FDSTORE");
		(void)unsetenv("NOTIFY_SOCKET");
		if (rows[i].max != NULL)
			(void)setenv("FDSTORE", rows[i].max, 1);
		if (rows[i].socket != NULL)
			(void)setenv("NOTIFY_SOCKET", rows[i].socket, 1);
		assert_int_equal(psd_store_init(&store), 0);
		assert_int_equal(store.is_there, rows[i].is_there);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    unit_s_socket_is_found_again_after_it_was_dropped),
		cmocka_unit_test(what_is_left_over_is_kept_for_a_unit_alone),
		cmocka_unit_test(
		    name_that_the_manager_cannot_have_is_not_told_to_it),
		cmocka_unit_test(
		    descriptor_that_is_gone_is_neither_found_nor_dropped),
		cmocka_unit_test(what_is_there_is_told_to_a_successor),
		cmocka_unit_test(socket_whose_name_is_too_long_is_not_stored),
		cmocka_unit_test(store_is_there_when_the_manager_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
