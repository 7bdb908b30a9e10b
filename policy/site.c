/* SPDX-License-Identifier: ISC */
#include "policy/site.h"

#include "policy/grant_net.h"
#include "policy/grant_word.h"
#include "policy/reach.h"

#include <stdio.h>
#include <string.h>

enum { PORT_DIGITS = 5 };

static bool
parse_port(const char *at, size_t len, uint16_t *ret)
{
	uint32_t port = 0;

	if (len == 0 || len > PORT_DIGITS || at[0] == '0')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (at[i] < '0' || at[i] > '9')
			return false;
		port = port * 10 + (uint32_t)(at[i] - '0');
	}
	*ret = (uint16_t)port;
	return port <= UINT16_MAX;
}

bool
psd_site_parse(const char *text, size_t len, char ret_host[PSD_DOMAIN_SIZE],
    uint16_t *ret_port)
{
	const char *colon = text == NULL ? NULL : memchr(text, ':', len);
	size_t host_len;

	if (colon == NULL)
		return false;
	host_len = (size_t)(colon - text);
	return psd_domain_name(text, host_len, ret_host) &&
	    parse_port(colon + 1, len - host_len - 1, ret_port);
}

const char *
psd_site_grant(struct psd_build *build, const char *word,
    struct psd_grant *grant)
{
	const char *colon = strchr(word, ':');
	char host[PSD_HOST_MAX + 1], reach[PSD_FILE_LINE_MAX + 1];
	const char *wrong;

	if (colon == NULL)
		return "a port must follow the name, as in www.example.org:443";
	if ((size_t)(colon - word) >= sizeof(host))
		return "a name has 1 to 253 bytes and no slash";
	memcpy(host, word, (size_t)(colon - word));
	host[colon - word] = '\0';
	wrong = psd_grant_host(build, host, grant);
	if (wrong != NULL)
		return wrong;
	(void)snprintf(reach, sizeof(reach), "*%s", colon);
	return psd_grant_net_reach(build, reach, grant);
}

const char *
psd_site_to(struct psd_build *build, const char *word, struct psd_grant *grant)
{
	const struct psd_reach *ports = grant->reach;
	struct psd_reach addresses, *both;
	char reach[PSD_FILE_LINE_MAX + 1];
	const char *wrong;

	(void)snprintf(reach, sizeof(reach), "%s:*", word);
	wrong = psd_reach_parse(reach, &addresses);
	if (wrong != NULL)
		return wrong;
	both = psd_arena_take(build->policy->arena, 1, sizeof(*both));
	if (both == NULL) {
		psd_build_no_memory(build);
		return NULL;
	}
	*both = *ports;
	both->is_any = addresses.is_any;
	both->family = addresses.family;
	both->bits = addresses.bits;
	memcpy(both->address, addresses.address, sizeof(both->address));
	grant->reach = both;
	return NULL;
}
