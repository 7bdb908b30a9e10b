/* SPDX-License-Identifier: ISC */
#include "daemon/origin.h"

#include "common/fd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
};

/* Both ends of a connection to address, whose port is chosen. */
struct link {
	int listener, client, server;
	union address to, from;
};

static bool
open_link(struct link *link, const union address *address, socklen_t len)
{
	const int family = address->any.sa_family;
	socklen_t to_len = sizeof(link->to), from_len = sizeof(link->from);

	link->server = PSD_NO_FD;
	link->listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	link->client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (link->listener < 0 || link->client < 0 ||
	    bind(link->listener, &address->any, len) < 0)
		return false;
	assert_int_equal(listen(link->listener, 1), 0);
	memset(&link->to, 0, sizeof(link->to));
	assert_int_equal(getsockname(link->listener, &link->to.any, &to_len),
	    0);
	assert_int_equal(connect(link->client, &link->to.any, to_len), 0);
	assert_int_equal(getsockname(link->client, &link->from.any, &from_len),
	    0);
	link->server = accept4(link->listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(link->server >= 0);
	return true;
}

static void
close_link(struct link *link)
{
	psd_fd_cleanup(&link->listener);
	psd_fd_cleanup(&link->client);
	psd_fd_cleanup(&link->server);
}

static void expect(const struct psd_origin_environment *environment,
    const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
expect(const struct psd_origin_environment *environment, const char *format,
    ...)
{
	char line[PSD_ORIGIN_VARIABLE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	for (size_t i = 0; environment->list[i] != NULL; i++)
		if (strcmp(environment->list[i], line) == 0)
			return;
	fail_msg("there is no %s", line);
}

static void
expect_network(const struct psd_origin_environment *environment, const char *ip,
    unsigned from, unsigned to)
{
	expect(environment, "PROTO=TCP");
	expect(environment, "REMOTE_ADDR=%s", ip);
	expect(environment, "REMOTE_PORT=%u", from);
	expect(environment, "TCPREMOTEIP=%s", ip);
	expect(environment, "TCPREMOTEPORT=%u", from);
	expect(environment, "TCPLOCALIP=%s", ip);
	expect(environment, "TCPLOCALPORT=%u", to);
}

static void
a_client_of_the_network_is_told_by_addresses_and_ports(void **state)
{
	const union address loopback = { .in = {
					     .sin_family = AF_INET,
					     .sin_addr.s_addr =
						 htonl(INADDR_LOOPBACK),
					 } };
	struct psd_origin_environment environment;
	struct link link;

	(void)state;
	assert_true(open_link(&link, &loopback, sizeof(loopback.in)));
	assert_int_equal(psd_origin_describe(link.server, &environment), 0);
	expect_network(&environment, "127.0.0.1", ntohs(link.from.in.sin_port),
	    ntohs(link.to.in.sin_port));
	close_link(&link);
}

static void
one_of_ipv6_likewise_and_one_mapped_to_it_as_ipv4(void **state)
{
	static const struct {
		const char *address, *shown;
	} cases[] = { { "::1", "::1" }, { "::ffff:127.0.0.1", "127.0.0.1" } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		union address address = { .in6.sin6_family = AF_INET6 };
		struct psd_origin_environment environment;
		struct link link;

		(void)inet_pton(AF_INET6, cases[i].address,
		    &address.in6.sin6_addr);
		if (!open_link(&link, &address, sizeof(address.in6))) {
			print_message("SKIP: no IPv6 on this host\n");
			close_link(&link);
			skip();
		}
		assert_int_equal(psd_origin_describe(link.server, &environment),
		    0);
		expect_network(&environment, cases[i].shown,
		    ntohs(link.from.in6.sin6_port),
		    ntohs(link.to.in6.sin6_port));
		close_link(&link);
	}
}

static void
one_of_the_host_is_told_by_its_ids(void **state)
{
	union address address = { .un.sun_family = AF_UNIX };
	struct psd_origin_environment environment;
	struct psd_origin origin;
	struct link link;
	int n;

	(void)state;
	/* An abstract name. */
	n = snprintf(address.un.sun_path + 1, sizeof(address.un.sun_path) - 1,
	    "privsepd-test-origin-%d", getpid());
	assert_true(open_link(&link, &address,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
		(size_t)n)));
	assert_int_equal(psd_origin_describe(link.server, &environment), 0);
	expect(&environment, "PROTO=UNIX");
	expect(&environment, "UNIXLOCALPATH=@privsepd-test-origin-%d",
	    getpid());
	expect(&environment, "UNIXREMOTEEUID=%u", geteuid());
	expect(&environment, "UNIXREMOTEEGID=%u", getegid());
	expect(&environment, "UNIXREMOTEPID=%d", getpid());
	assert_int_equal(psd_origin_look(link.server, &origin), 0);
	assert_true(origin.is_local);
	assert_int_equal(origin.uid, geteuid());
	close_link(&link);
}

static void
one_that_is_gone_is_none(void **state)
{
	const union address loopback = { .in = {
					     .sin_family = AF_INET,
					     .sin_addr.s_addr =
						 htonl(INADDR_LOOPBACK),
					 } };
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	struct psd_origin_environment environment;
	struct psd_origin origin;
	struct link link;

	(void)state;
	assert_true(open_link(&link, &loopback, sizeof(loopback.in)));
	assert_int_equal(setsockopt(link.client, SOL_SOCKET, SO_LINGER, &reset,
			     sizeof(reset)),
	    0);
	psd_fd_cleanup(&link.client);
	assert_int_equal(psd_origin_look(link.server, &origin), -ENOTCONN);
	assert_int_equal(psd_origin_describe(link.server, &environment),
	    -ENOTCONN);
	close_link(&link);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_client_of_the_network_is_told_by_addresses_and_ports),
		cmocka_unit_test(
		    one_of_ipv6_likewise_and_one_mapped_to_it_as_ipv4),
		cmocka_unit_test(one_of_the_host_is_told_by_its_ids),
		cmocka_unit_test(one_that_is_gone_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
