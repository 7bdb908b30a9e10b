/* SPDX-License-Identifier: ISC */
#ifndef PUPPET_NETWORK_H
#define PUPPET_NETWORK_H

/* A puppet's sockets, which it says the numbers of and keeps. */
#include <arpa/inet.h>
#include <netinet/in.h>

static struct sockaddr_in
loopback(long port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
		.sin_port = htons((uint16_t)port),
	};
}

/* "tcp PORT" or "udp PORT", of loopback. */
static void
do_connect(const char *argument)
{
	const struct sockaddr_in to = loopback(strtol(argument + 4, NULL, 10));

	answer("%d",
	    privsep_connect_address(conversation,
		strncmp(argument, "tcp", 3) == 0 ? SOCK_STREAM : SOCK_DGRAM,
		(const struct sockaddr *)&to, sizeof(to)));
}

static void
do_connect_unix(const char *argument)
{
	answer("%d", privsep_connect_unix(conversation, argument));
}

static void
do_listen_unix(const char *argument)
{
	answer("%d", privsep_listen_unix(conversation, argument, 0666));
}

/* "FD PORT": sends to loopback what may be meant for another; PORT 0: none. */
static void
do_send(const char *argument)
{
	char *rest;
	const int fd = (int)strtol(argument, &rest, 10);
	const struct sockaddr_in to = loopback(strtol(rest, NULL, 10));
	const bool has_address = to.sin_port != 0;
	const ssize_t n = sendto(fd, "hello", 5, MSG_NOSIGNAL,
	    has_address ? (const struct sockaddr *)&to : NULL,
	    has_address ? sizeof(to) : 0);

	answer("%zd %s", n, n < 0 ? strerrorname_np(errno) : "ok");
}

#endif
