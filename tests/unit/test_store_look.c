/* SPDX-License-Identifier: ISC */
/* Which socket that was passed is taken for a policy's, and which is not. */
#include "common/fd.h"
#include "common/mem.h"
#include "daemon/store_look.h"
#include "tests/unit/dir_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static struct sockaddr_storage address;

/* A socket at address, which then has the port that it got. */
static int
stand(int type, bool v6_only, bool listens)
{
	const int on = v6_only;
	socklen_t len = sizeof(address);
	const int fd = socket(address.ss_family, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (address.ss_family == AF_INET6)
		assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
				     sizeof(on)),
		    0);
	if (address.ss_family == AF_UNIX)
		len = sizeof(struct sockaddr_un);
	assert_int_equal(bind(fd, (const void *)&address, len), 0);
	if (listens)
		assert_int_equal(listen(fd, 1), 0);
	len = sizeof(address);
	if (address.ss_family != AF_UNIX)
		assert_int_equal(getsockname(fd, (void *)&address, &len), 0);
	return fd;
}

static void
ipv4(void)
{
	const struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};

	memset(&address, 0, sizeof(address));
	memcpy(&address, &any, sizeof(any));
}

static void
ipv6(void)
{
	const struct sockaddr_in6 any = {
		.sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};

	memset(&address, 0, sizeof(address));
	memcpy(&address, &any, sizeof(any));
}

static void
local(const char *name)
{
	struct sockaddr_un *sun = (void *)&address;

	memset(&address, 0, sizeof(address));
	sun->sun_family = AF_UNIX;
	(void)snprintf(sun->sun_path, sizeof(sun->sun_path), "%s/%s", dir,
	    name);
}

static bool
is_at(int fd, const struct sockaddr_storage *where, int type, bool is_dual)
{
	const struct psd_listen_place place = {
		.kind = "listen",
		.service = "www",
		.type = type,
		.address = where,
		.is_dual = is_dual,
	};

	return psd_store_is_at(fd, &place);
}

static void
socket_of_another_kind_is_not_the_one(void **state)
{
	_cleanup_fd_ int bound = PSD_NO_FD, stream = PSD_NO_FD;
	_cleanup_fd_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)state;
	ipv4();
	bound = stand(SOCK_STREAM, false, false);
	assert_false(is_at(bound, &address, SOCK_STREAM, false));
	ipv4();
	stream = stand(SOCK_STREAM, false, true);
	assert_true(is_at(stream, &address, SOCK_STREAM, false));
	assert_false(is_at(stream, &address, SOCK_SEQPACKET, false));
	assert_false(is_at(null, &address, SOCK_STREAM, false));
	/* What a local socket's protocol is, TCP's is not. */
	local("stream");
	assert_false(is_at(stream, &address, SOCK_STREAM, false));
}

static void
ipv4_address_is_compared_with_its_port(void **state)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct sockaddr_in changed;
	struct sockaddr_storage where = { 0 };

	(void)state;
	ipv4();
	fd = stand(SOCK_STREAM, false, true);
	memcpy(&changed, &address, sizeof(changed));
	changed.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	memcpy(&where, &changed, sizeof(changed));
	assert_false(is_at(fd, &where, SOCK_STREAM, false));
	memcpy(&changed, &address, sizeof(changed));
	changed.sin_port ^= htons(1);
	memcpy(&where, &changed, sizeof(changed));
	assert_false(is_at(fd, &where, SOCK_STREAM, false));
	ipv6();
	assert_false(is_at(fd, &address, SOCK_STREAM, false));
}

static void
ipv6_address_is_compared_whole(void **state)
{
	_cleanup_fd_ int fd = PSD_NO_FD, dual = PSD_NO_FD;
	struct sockaddr_in6 changed, is;
	struct sockaddr_storage where = { 0 };

	(void)state;
	ipv6();
	fd = stand(SOCK_STREAM, true, true);
	assert_true(is_at(fd, &address, SOCK_STREAM, false));
	/* With IPv4 beside it, it would be another. */
	assert_false(is_at(fd, &address, SOCK_STREAM, true));
	memcpy(&is, &address, sizeof(is));
	changed = is;
	changed.sin6_port ^= htons(1);
	memcpy(&where, &changed, sizeof(changed));
	assert_false(is_at(fd, &where, SOCK_STREAM, false));
	changed = is;
	changed.sin6_scope_id = 1;
	memcpy(&where, &changed, sizeof(changed));
	assert_false(is_at(fd, &where, SOCK_STREAM, false));
	changed = is;
	changed.sin6_addr = in6addr_any;
	memcpy(&where, &changed, sizeof(changed));
	assert_false(is_at(fd, &where, SOCK_STREAM, false));
	/* The kernel knows such a socket at all addresses only. */
	ipv6();
	memcpy(&changed, &address, sizeof(changed));
	changed.sin6_addr = in6addr_any;
	memcpy(&address, &changed, sizeof(changed));
	dual = stand(SOCK_STREAM, false, true);
	assert_true(is_at(dual, &address, SOCK_STREAM, true));
	assert_false(is_at(dual, &address, SOCK_STREAM, false));
}

static void
local_socket_is_the_one_while_it_can_be_reached(void **state)
{
	_cleanup_fd_ int fd = PSD_NO_FD, abstract = PSD_NO_FD;
	const struct sockaddr_un *sun = (const void *)&address;
	struct sockaddr_storage before;

	(void)state;
	local("one");
	fd = stand(SOCK_SEQPACKET, false, true);
	assert_true(is_at(fd, &address, SOCK_SEQPACKET, false));
	before = address;
	local("two");
	assert_false(is_at(fd, &address, SOCK_SEQPACKET, false));
	address = before;
	assert_int_equal(unlink(sun->sun_path), 0);
	assert_false(is_at(fd, &address, SOCK_SEQPACKET, false));
	assert_int_equal(test_dir_write(dir, "one", "no socket"), 0);
	assert_false(is_at(fd, &address, SOCK_SEQPACKET, false));
	/* An abstract name is in no directory. */
	local("three");
	((struct sockaddr_un *)&address)->sun_path[0] = '\0';
	abstract = stand(SOCK_STREAM, false, true);
	assert_true(is_at(abstract, &address, SOCK_STREAM, false));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(socket_of_another_kind_is_not_the_one),
		cmocka_unit_test(ipv4_address_is_compared_with_its_port),
		cmocka_unit_test(ipv6_address_is_compared_whole),
		cmocka_unit_test(
		    local_socket_is_the_one_while_it_can_be_reached),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
