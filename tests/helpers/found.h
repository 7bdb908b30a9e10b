/* SPDX-License-Identifier: ISC */
#ifndef TEST_FOUND_H
#define TEST_FOUND_H

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

/*
 * What name service found as one line of text, so that what a helper was told
 * can be compared with what the C library says.
 */

/* "ok 1/6/2 192.0.2.1 80 canonical=x; ..." or "-2 errno 1" */
static inline void
found_print_hosts(char *ret, size_t size, int r, const struct addrinfo *list)
{
	size_t len;

	if (r != 0) {
		(void)snprintf(ret, size, "%d errno %d", r,
		    r == EAI_SYSTEM ? errno : 0);
		return;
	}
	len = (size_t)snprintf(ret, size, "ok");
	for (; list != NULL && len < size; list = list->ai_next) {
		char host[NI_MAXHOST] = "?", port[NI_MAXSERV] = "?";

		(void)getnameinfo(list->ai_addr, list->ai_addrlen, host,
		    sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV);
		len += (size_t)snprintf(ret + len, size - len,
		    " %d/%d/%d/%x %s %s%s%s;", list->ai_socktype,
		    list->ai_protocol, list->ai_family,
		    (unsigned)list->ai_flags, host, port,
		    list->ai_canonname != NULL ? " canonical=" : "",
		    list->ai_canonname != NULL ? list->ai_canonname : "");
	}
}

#endif
