/* SPDX-License-Identifier: ISC */
#include "helper/forwarder/forwarder.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORT_MAX = 65535 };

static bool
read_port(const char *text, in_port_t *ret)
{
	char *end;
	const unsigned long port = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || port == 0 ||
	    port > PORT_MAX)
		return false;
	*ret = htons((uint16_t)port);
	return true;
}

static bool
read_place(const char *text, struct place *ret)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&ret->address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&ret->address;
	const char *colon = strrchr(text, ':');
	const bool is_in6 = text[0] == '[';
	char address[INET6_ADDRSTRLEN];
	size_t len;

	if (colon == NULL || (is_in6 && (colon - text < 2 || colon[-1] != ']')))
		return false;
	len = (size_t)(colon - text) - (is_in6 ? 2 : 0);
	if (len >= sizeof(address))
		return false;
	memcpy(address, text + is_in6, len);
	address[len] = '\0';
	if (is_in6) {
		in6->sin6_family = AF_INET6;
		ret->len = sizeof(*in6);
		return inet_pton(AF_INET6, address, &in6->sin6_addr) == 1 &&
		    read_port(colon + 1, &in6->sin6_port);
	}
	in->sin_family = AF_INET;
	ret->len = sizeof(*in);
	return inet_pton(AF_INET, address, &in->sin_addr) == 1 &&
	    read_port(colon + 1, &in->sin_port);
}

bool
places_add(struct places *places, const char *text)
{
	if (places->n == PLACES_MAX ||
	    !read_place(text, &places->at[places->n]))
		return false;
	places->n++;
	return true;
}
