/* SPDX-License-Identifier: ISC */
/* The C library's functions for names, against a daemon without a policy. */
#include "tests/unit/privsep_fixture.h"

#include <arpa/inet.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>

enum { BUFFER = 512 };

static char buffer[BUFFER];

static void
a_user_is_filled_in(void **state)
{
	const struct talk *t = *state;
	struct passwd entry, *found = NULL;

	for (int i = 0; i < 2; i++) {
		found = NULL;
		assert_int_equal(i == 0
			? privsep_getpwnam_r(t->conversation, "alice", &entry,
			      buffer, sizeof(buffer), &found)
			: privsep_getpwuid_r(t->conversation, 1000, &entry,
			      buffer, sizeof(buffer), &found),
		    0);
		assert_ptr_equal(found, &entry);
		assert_string_equal(entry.pw_name, "alice");
		assert_string_equal(entry.pw_passwd, "*");
		assert_int_equal(entry.pw_uid, 1000);
		assert_int_equal(entry.pw_gid, 100);
		assert_string_equal(entry.pw_gecos, "Alice");
		assert_string_equal(entry.pw_dir, "/home/alice");
		assert_string_equal(entry.pw_shell, "/bin/sh");
	}
}

static void
a_group_has_its_members(void **state)
{
	const struct talk *t = *state;
	struct group entry, *found = NULL;

	assert_int_equal(privsep_getgrgid_r(t->conversation, 100, &entry,
			     buffer, sizeof(buffer), &found),
	    0);
	assert_ptr_equal(found, &entry);
	assert_string_equal(entry.gr_name, "users");
	assert_string_equal(entry.gr_passwd, "*");
	assert_string_equal(entry.gr_mem[0], "alice");
	assert_string_equal(entry.gr_mem[1], "bob");
	assert_null(entry.gr_mem[2]);
}

/* Wherever it begins: the array in it is aligned. */
static void
a_buffer_of_any_size_is_kept_to(void **state)
{
	const struct talk *t = *state;
	size_t fits = 0;

	for (size_t size = 0; size < 80; size++) {
		char *own = malloc(size + 1);
		struct group entry, *found = &entry;
		int r;

		assert_non_null(own);
		own[size] = '!';
		r = privsep_getgrnam_r(t->conversation, "users", &entry, own,
		    size, &found);
		assert_true(r == 0 || r == ERANGE);
		assert_ptr_equal(found, r == 0 ? &entry : NULL);
		assert_int_equal(own[size], '!');
		fits += r == 0;
		free(own);
	}
	assert_true(fits > 0 && fits < 60);
}

static void
what_is_not_there_is_no_error_and_what_fails_is_positive(void **state)
{
	const struct talk *t = *state;
	struct passwd user, *found = &user;
	struct servent service, *served = &service;
	char longest[400];

	assert_int_equal(privsep_getpwnam_r(t->conversation, "nobody", &user,
			     buffer, sizeof(buffer), &found),
	    0);
	assert_null(found);
	/* EPERM, ETIMEDOUT */
	assert_int_equal(privsep_getpwnam_r(t->conversation, "error-1", &user,
			     buffer, sizeof(buffer), &found),
	    EPERM);
	assert_int_equal(privsep_getservbyname_r(t->conversation, "error-110",
			     NULL, &service, buffer, sizeof(buffer), &served),
	    ETIMEDOUT);
	assert_null(served);
	/* Not asked: it would be taken for an id, or is no name at all. */
	assert_int_equal(privsep_getpwnam_r(t->conversation, "1000", &user,
			     buffer, sizeof(buffer), &found),
	    0);
	assert_null(found);
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(privsep_getpwnam_r(t->conversation, longest, &user,
			     buffer, sizeof(buffer), &found),
	    0);
	assert_null(found);
	assert_int_equal(privsep_ping(t->conversation), 0);
}

static void
groups_are_counted_as_getgrouplist_does(void **state)
{
	const struct talk *t = *state;
	gid_t groups[4] = { 9, 9, 9, 9 };
	int n = 1;

	assert_int_equal(privsep_getgrouplist(t->conversation, "alice", 7,
			     groups, &n),
	    -1);
	assert_int_equal(n, 2);
	assert_int_equal(groups[1], 9);
	assert_int_equal(privsep_getgrouplist(t->conversation, "alice", 7,
			     groups, &n),
	    2);
	assert_int_equal(groups[0], 7);
	assert_int_equal(groups[1], 100);
	n = 4;
	errno = 0;
	assert_int_equal(privsep_getgrouplist(t->conversation, "error-1", 7,
			     groups, &n),
	    -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(n, 4);
}

static void
services_and_protocols_are_filled_in(void **state)
{
	const struct talk *t = *state;
	struct servent service, *served = NULL;
	struct protoent protocol, *found = NULL;

	assert_int_equal(privsep_getservbyport_r(t->conversation, htons(443),
			     "tcp", &service, buffer, sizeof(buffer), &served),
	    0);
	assert_ptr_equal(served, &service);
	assert_string_equal(service.s_name, "https");
	assert_int_equal(service.s_port, htons(443));
	assert_string_equal(service.s_aliases[0], "www-ssl");
	assert_null(service.s_aliases[1]);
	assert_int_equal(privsep_getprotobynumber_r(t->conversation, 1,
			     &protocol, buffer, sizeof(buffer), &found),
	    0);
	assert_string_equal(found->p_name, "icmp");
	assert_null(found->p_aliases[0]);
	assert_int_equal(privsep_getprotobynumber_r(t->conversation, -1,
			     &protocol, buffer, sizeof(buffer), &found),
	    0);
	assert_null(found);
}

static void
addresses_come_as_a_list_that_is_freed(void **state)
{
	const struct talk *t = *state;
	const struct addrinfo hints = { .ai_flags = AI_CANONNAME };
	struct addrinfo *list = NULL;
	char text[INET6_ADDRSTRLEN];
	struct sockaddr_in6 in6;

	assert_int_equal(privsep_getaddrinfo(t->conversation, "www", "https",
			     &hints, &list),
	    0);
	assert_int_equal(list->ai_family, AF_INET);
	assert_string_equal(list->ai_canonname, "www.example.org");
	assert_int_equal(list->ai_next->ai_family, AF_INET6);
	assert_null(list->ai_next->ai_canonname);
	memcpy(&in6, list->ai_next->ai_addr, sizeof(in6));
	assert_string_equal(inet_ntop(AF_INET6, &in6.sin6_addr, text,
				sizeof(text)),
	    "2001:db8::1");
	assert_int_equal(ntohs(in6.sin6_port), 443);
	assert_null(list->ai_next->ai_next);
	privsep_freeaddrinfo(list);
	privsep_freeaddrinfo(NULL);
}

static void
errors_are_those_of_getaddrinfo(void **state)
{
	static const struct {
		const char *node;
		int flags, family, eai, error;
	} cases[] = {
		{ "nobody", 0, 0, EAI_NONAME, 0 },
		{ "error-1", 0, 0, EAI_SYSTEM, EPERM },
		{ "error-110", 0, 0, EAI_AGAIN, 0 },
		{ "error-121", 0, 0, EAI_AGAIN, 0 },
		{ "error-12", 0, 0, EAI_MEMORY, 0 },
		{ "error-93", 0, 0, EAI_SERVICE, 0 },
		{ "www", AI_NUMERICHOST, 0, EAI_NONAME, 0 },
		{ "www", 1 << 20, 0, EAI_BADFLAGS, 0 },
		{ "www", 0, AF_UNIX, EAI_FAMILY, 0 },
	};
	const struct talk *t = *state;

	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		const struct addrinfo hints = {
			.ai_flags = cases[i].flags,
			.ai_family = cases[i].family,
		};
		struct addrinfo *list = NULL;

		errno = 0;
		assert_int_equal(privsep_getaddrinfo(t->conversation,
				     cases[i].node, NULL, &hints, &list),
		    cases[i].eai);
		if (cases[i].error != 0)
			assert_int_equal(errno, cases[i].error);
		assert_null(list);
	}
}

static void
names_of_addresses_fit_or_overflow(void **state)
{
	const struct talk *t = *state;
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(443),
		.sin_addr.s_addr = htonl(0xc0000201),
	};
	const struct sockaddr *any = (const struct sockaddr *)&address;
	char host[16], service[8], small[4];

	assert_int_equal(privsep_getnameinfo(t->conversation, any,
			     sizeof(address), host, sizeof(host), service,
			     sizeof(service), 0),
	    0);
	assert_string_equal(host, "www.example.org");
	assert_string_equal(service, "https");
	assert_int_equal(privsep_getnameinfo(t->conversation, any,
			     sizeof(address), small, sizeof(small), NULL, 0, 0),
	    EAI_OVERFLOW);
	assert_int_equal(privsep_getnameinfo(t->conversation, any,
			     sizeof(address), host, sizeof(host), small,
			     sizeof(small), NI_NUMERICHOST | NI_NUMERICSERV),
	    0);
	assert_string_equal(host, "192.0.2.1");
	assert_string_equal(small, "443");
	assert_int_equal(privsep_getnameinfo(t->conversation, any,
			     sizeof(address), NULL, 0, NULL, 0, 0),
	    EAI_NONAME);
	assert_int_equal(privsep_getnameinfo(t->conversation, any, 3, host,
			     sizeof(host), NULL, 0, 0),
	    EAI_FAMILY);
	assert_int_equal(privsep_getnameinfo(t->conversation, any,
			     sizeof(address), host, sizeof(host), NULL, 0,
			     NI_NOFQDN),
	    EAI_BADFLAGS);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_DAEMON(a_user_is_filled_in),
		WITH_DAEMON(a_group_has_its_members),
		WITH_DAEMON(a_buffer_of_any_size_is_kept_to),
		WITH_DAEMON(
		    what_is_not_there_is_no_error_and_what_fails_is_positive),
		WITH_DAEMON(groups_are_counted_as_getgrouplist_does),
		WITH_DAEMON(services_and_protocols_are_filled_in),
		WITH_DAEMON(addresses_come_as_a_list_that_is_freed),
		WITH_DAEMON(errors_are_those_of_getaddrinfo),
		WITH_DAEMON(names_of_addresses_fit_or_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
