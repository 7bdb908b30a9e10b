/* SPDX-License-Identifier: ISC */
/* What privsepctl learn takes of a call with an address. */
#include "common/fd.h"
#include "tests/unit/observe_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* Of a socket of that type that is ours; 0: it is closed. */
static int
observe_address(const char *call, int type, const void *address, size_t len)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	const struct observe_ask ask = {
		.call = call,
		.first = address,
		.len = (uint32_t)len,
		.seen = PSD_SEEN_ADDRESS,
	};

	if (type == 0)
		return observe_on(&ask, 1000000);
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	return observe_on(&ask, (uint64_t)fd);
}

static void
assert_internet(const char *call, int type, const char *want)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(4711),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	observe_again();
	assert_int_equal(observe_address(call, type, &address, sizeof(address)),
	    0);
	assert_string_equal(observe_record(), want);
}

static void
addresses_of_the_internet_are_told(void **state)
{
	(void)state;
	assert_internet("connect", SOCK_STREAM,
	    "Socket=\"AllowConnect=tcp 127.0.0.1:4711\"\n");
	assert_internet("connect", SOCK_DGRAM,
	    "Socket=\"AllowConnect=udp 127.0.0.1:4711\"\n");
	assert_internet("sendto", SOCK_DGRAM,
	    "Socket=\"AllowConnect=udp 127.0.0.1:4711\"\n");
	assert_internet("bind", SOCK_STREAM,
	    "Socket=\"AllowListen=tcp 127.0.0.1:4711\"\n");
	assert_internet("bind", SOCK_DGRAM,
	    "Socket=\"AllowBind=udp 127.0.0.1:4711\"\n");
}

/* Whose type nobody knows is no stream. */
static void
socket_that_is_closed_meanwhile_does_no_harm(void **state)
{
	(void)state;
	assert_internet("bind", 0, "Socket=\"AllowBind=udp 127.0.0.1:4711\"\n");
}

static struct sockaddr_un
local(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", dir,
	    name);
	return address;
}

static void
assert_local(const char *call, int type, const char *name, int answer,
    const char *key)
{
	const struct sockaddr_un address = local(name);
	char want[OBSERVE_TEXT];

	observe_again();
	assert_int_equal(observe_address(call, type, &address, sizeof(address)),
	    answer);
	(void)snprintf(want, sizeof(want), "Socket=%s%s\n", key,
	    address.sun_path);
	assert_string_equal(observe_record(), key[0] == '\0' ? "" : want);
}

static void
sockets_of_the_file_system_are_told(void **state)
{
	assert_int_equal(test_dir_write(dir, "there", ""), 0);
	(void)state;
	assert_local("connect", SOCK_STREAM, "there", 0, "AllowConnectUnix=");
	assert_local("sendto", SOCK_DGRAM, "there", 0, "AllowConnectUnix=");
	assert_local("bind", SOCK_STREAM, "new", 0, "AllowListenUnix=");
	assert_local("bind", SOCK_DGRAM, "new", 0, "AllowBindUnix=");
}

static void
socket_that_nobody_answers_at_is_asked_in_vain(void **state)
{
	(void)state;
	assert_local("connect", SOCK_STREAM, "new", PSD_OBSERVE_IN_VAIN, "");
}

static void
address_without_a_path_is_not_told(void **state)
{
	static const struct sockaddr_un abstract = { .sun_family = AF_UNIX,
		.sun_path = "\0name" };
	static const struct sockaddr_un relative = { .sun_family = AF_UNIX,
		.sun_path = "name" };
	static const struct sockaddr other = { .sa_family = AF_NETLINK };
	static const char huge[sizeof(struct sockaddr_storage)];
	static const struct {
		const void *address;
		size_t len;
	} cases[] = {
		{ &abstract, sizeof(abstract) },
		{ &relative, sizeof(relative) },
		{ &abstract, sizeof(abstract.sun_family) },
		{ &abstract, 1 },
		{ &other, sizeof(other) },
		{ huge, sizeof(huge) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(observe_address("connect", SOCK_STREAM,
				     cases[i].address, cases[i].len),
		    0);
		assert_string_equal(observe_record(), "");
	}
}

static void
address_that_could_not_be_read_is_not_told(void **state)
{
	const struct sockaddr_un address = local("there");
	const struct observe_ask ask = { .call = "connect",
		.first = &address,
		.len = sizeof(address) };

	(void)state;
	assert_int_equal(observe(&ask), 0);
	assert_string_equal(observe_record(), "");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, observe_setup, observe_teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(addresses_of_the_internet_are_told),
		TEST(socket_that_is_closed_meanwhile_does_no_harm),
		TEST(sockets_of_the_file_system_are_told),
		TEST(socket_that_nobody_answers_at_is_asked_in_vain),
		TEST(address_without_a_path_is_not_told),
		TEST(address_that_could_not_be_read_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
