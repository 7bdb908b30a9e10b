/* SPDX-License-Identifier: ISC */
/*
 * Users, groups, services and protocols by way of the daemon and its
 * resolver: with every grant, what the C library says.
 */
#include "tests/helpers/found.h"
#include "tests/support/names_rig.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { TEXT_BYTES = 65536, GROUPS = 1024, SERVICES_MAX = 60 };

static char own[TEXT_BYTES];

static void
every_user_is_told_as_the_c_library_does(void **state)
{
	const struct passwd *entry;
	int fd;

	(void)state;
	fd = names_rig_start("AllowGetUser=*");
	setpwent();
	while ((entry = getpwent()) != NULL) {
		found_print_user(own, sizeof(own), 0, entry);
		assert_string_equal(daemon_rig_say(fd, "user %s",
					entry->pw_name),
		    own);
		assert_string_equal(daemon_rig_say(fd, "uid %u", entry->pw_uid),
		    own);
	}
	endpwent();
	assert_string_equal(daemon_rig_say(fd, "user no-such-user"), "none");
	assert_string_equal(daemon_rig_say(fd, "uid 3000000000"), "none");
	assert_string_equal(daemon_rig_say(fd, "user 0"), "none");
	(void)close(fd);
}

static void
every_group_is_told_as_the_c_library_does(void **state)
{
	const struct group *entry;
	int fd;

	(void)state;
	fd = names_rig_start("AllowGetGroup=* fields=name,gid,members");
	setgrent();
	while ((entry = getgrent()) != NULL) {
		found_print_group(own, sizeof(own), 0, entry);
		assert_string_equal(daemon_rig_say(fd, "group %s",
					entry->gr_name),
		    own);
		assert_string_equal(daemon_rig_say(fd, "gid %u", entry->gr_gid),
		    own);
	}
	endgrent();
	assert_string_equal(daemon_rig_say(fd, "group no-such-group"), "none");
	(void)close(fd);
}

static void
the_groups_of_a_user_equal_the_c_librarys(void **state)
{
	static const char *const users[] = { "root", "daemon", "nobody",
		"no-such-user" };
	gid_t groups[GROUPS];
	int fd, n;

	(void)state;
	fd = names_rig_start("AllowGetGroups=*");
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		n = GROUPS;
		n = getgrouplist(users[i], 7, groups, &n);
		found_print_groups(own, sizeof(own), n, groups);
		assert_string_equal(daemon_rig_say(fd, "groups %s 7 %d",
					users[i], GROUPS),
		    own);
		assert_string_equal(daemon_rig_say(fd, "groups %s 7 0",
					users[i]),
		    "-1");
	}
	(void)close(fd);
}

static void
services_and_protocols_equal_the_c_librarys(void **state)
{
	const struct servent *service;
	const struct protoent *protocol;
	int fd, n = 0;

	(void)state;
	fd = names_rig_start("AllowGetService=*\nAllowGetProtocol=*");
	setservent(1);
	while ((service = getservent()) != NULL && n++ < SERVICES_MAX) {
		char name[64], proto[16];
		const int port = service->s_port;

		(void)snprintf(name, sizeof(name), "%s", service->s_name);
		(void)snprintf(proto, sizeof(proto), "%s", service->s_proto);
		found_print_service(own, sizeof(own), 0,
		    getservbyname(name, proto));
		assert_string_equal(daemon_rig_say(fd, "service %s %s", name,
					proto),
		    own);
		found_print_service(own, sizeof(own), 0,
		    getservbyport(port, NULL));
		assert_string_equal(daemon_rig_say(fd, "port %d -", port), own);
	}
	endservent();
	setprotoent(1);
	while ((protocol = getprotoent()) != NULL) {
		const int number = protocol->p_proto;

		found_print_protocol(own, sizeof(own), 0, protocol);
		assert_string_equal(daemon_rig_say(fd, "protocol %s",
					protocol->p_name),
		    own);
		/* Of some numbers there are two. */
		found_print_protocol(own, sizeof(own), 0,
		    getprotobynumber(number));
		assert_string_equal(daemon_rig_say(fd, "number %d", number),
		    own);
	}
	endprotoent();
	assert_string_equal(daemon_rig_say(fd, "service no-such -"), "none");
	assert_string_equal(daemon_rig_say(fd, "protocol no-such"), "none");
	(void)close(fd);
}

static void
names_of_addresses_equal_the_c_librarys(void **state)
{
	static const struct {
		const char *address, *port;
		int flags;
	} cases[] = {
		{ "192.0.2.1", "80", 0 },
		{ "192.0.2.7", "443", NI_NAMEREQD },
		{ "2001:db8::7", "22", 0 },
		{ "192.0.2.1", "53", NI_DGRAM | NI_NUMERICHOST },
		{ "192.0.2.1", "65000", NI_NUMERICSERV },
		{ "2001:db8::99", "80", NI_NUMERICHOST | NI_NUMERICSERV },
	};
	int fd;

	(void)state;
	fd = names_rig_start("AllowResolveAddress=*:*\n"
			     "DenyResolveAddress=192.0.2.66:*");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST };
		char host[NI_MAXHOST], service[NI_MAXSERV];
		struct addrinfo *list = NULL;
		int r;

		assert_int_equal(getaddrinfo(cases[i].address, cases[i].port,
				     &hints, &list),
		    0);
		r = getnameinfo(list->ai_addr, list->ai_addrlen, host,
		    sizeof(host), service, sizeof(service), cases[i].flags);
		freeaddrinfo(list);
		found_print_name(own, sizeof(own), r, host, service);
		assert_string_equal(daemon_rig_say(fd, "name %s %s %d",
					cases[i].address, cases[i].port,
					cases[i].flags),
		    own);
	}
	assert_string_equal(daemon_rig_say(fd, "name 192.0.2.66 80 0"),
	    "-11  ");
	/* Loopback is not among all others. */
	assert_string_equal(daemon_rig_say(fd, "name 127.0.0.1 80 0"), "-11  ");
	(void)close(fd);
}

static void
what_a_line_hides_is_not_there(void **state)
{
	int fd;

	(void)state;
	fd = names_rig_start("AllowGetUser=root,0 fields=name,uid\n"
			     "AllowGetUser=daemon,1,nobody\nDenyGetUser=1\n"
			     "AllowGetGroup=root,0");
	assert_string_equal(daemon_rig_say(fd, "user root"),
	    "root:0:4294967295:::");
	assert_string_equal(daemon_rig_say(fd, "uid 0"),
	    "root:0:4294967295:::");
	assert_string_equal(daemon_rig_say(fd, "user bin"), "error 1");
	assert_string_equal(daemon_rig_say(fd, "user no-such-user"), "error 1");
	assert_string_equal(daemon_rig_say(fd, "uid 2"), "error 1");
	assert_string_equal(daemon_rig_say(fd, "uid 1"), "error 1");
	/* Who has the id that is denied is not found by name either. */
	assert_string_equal(daemon_rig_say(fd, "user daemon"), "none");
	assert_string_equal(daemon_rig_say(fd, "group root"), "root:0:");
	(void)close(fd);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, names_rig_prepare, \
	    names_rig_clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_user_is_told_as_the_c_library_does),
		TEST(every_group_is_told_as_the_c_library_does),
		TEST(the_groups_of_a_user_equal_the_c_librarys),
		TEST(services_and_protocols_equal_the_c_librarys),
		TEST(names_of_addresses_equal_the_c_librarys),
		TEST(what_a_line_hides_is_not_there),
	};

	if (geteuid() != 0) {
		printf("1..0 # SKIP only root has a network of its own\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, names_rig_enter, names_rig_leave);
}
