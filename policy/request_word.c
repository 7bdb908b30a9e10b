/* SPDX-License-Identifier: ISC */
#include "policy/request_word.h"

#include "common/endpoint.h"
#include "common/print.h"
#include "policy/domain.h"
#include "policy/label.h"
#include "policy/request.h"
#include "policy/setting.h"
#include "policy/site.h"
#include "policy/owner.h"
#include "policy/value.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *
psd_request_wants(enum psd_kind kind)
{
	switch (kind) {
	case PSD_KIND_number:
	case PSD_KIND_wide:
		return "a number";
	case PSD_KIND_moment:
		return "nanoseconds since 1970";
	case PSD_KIND_offset:
		return "a span of time such as 500ms or -1.5s";
	case PSD_KIND_family:
		return "any, ipv4 or ipv6";
	case PSD_KIND_mode:
	case PSD_KIND_permissions:
		return "an octal mode up to 0777";
	case PSD_KIND_owner:
		return "an owner such as alice:www-data, 33, or :www-data";
	case PSD_KIND_access:
		return "words such as read or write,create (also append, "
		       "exclusive, truncate)";
	case PSD_KIND_priority:
		return "a level from emerg to debug";
	case PSD_KIND_operation:
		return "the name of an operation";
	case PSD_KIND_path:
		return "an absolute path of at most 4095 bytes";
	case PSD_KIND_protocol:
		return "tcp, udp or unix";
	case PSD_KIND_endpoint:
		return "an address and a port, as in 192.0.2.1:443 or "
		       "[2001:db8::1]:443";
	case PSD_KIND_setting:
		return "a setting's name such as net.ipv4.ip_forward";
	case PSD_KIND_label:
		return "a name of letters, digits and _ - . : @ + $ ~";
	case PSD_KIND_site:
		return "a host's name and a port, as in www.example.org:443";
	case PSD_KIND_host:
		return "a host's name, not its address";
	case PSD_KIND_name:
		return "a name of at most 255 bytes";
	case PSD_KIND_text:
	case PSD_KIND_bytes:
		return "a text of at most 4096 bytes";
	case PSD_KIND_end:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
	case PSD_KIND_fd:
	case PSD_KIND_fds:
		break;
	}
	return "nothing";
}

static bool
parse_number(const char *word, int base, uint64_t max, uint64_t *ret)
{
	char *end;

	/* strtoull() would take a sign and white space. */
	if (!isdigit((unsigned char)word[0]))
		return false;
	errno = 0;
	*ret = strtoull(word, &end, base);
	return errno == 0 && *end == '\0' && *ret <= max;
}

static bool
parse_u32(enum psd_kind kind, const char *word, uint32_t *ret)
{
	const struct psd_op_row *row;
	uint64_t number;
	int base = 10;

	if (kind == PSD_KIND_access)
		return psd_parse_access(word, ret) == 0;
	if (kind == PSD_KIND_priority)
		return psd_parse_priority(word, ret) == 0;
	if (kind == PSD_KIND_family)
		return psd_family_find(word, ret);
	if (kind == PSD_KIND_protocol) {
		*ret = psd_protocol_find(word, strlen(word));
		return *ret != 0;
	}
	if (kind == PSD_KIND_operation) {
		row = psd_request_find(word, strlen(word));
		if (row != NULL)
			*ret = (uint32_t)row->op;
		return row != NULL;
	}
	if (kind == PSD_KIND_mode || kind == PSD_KIND_permissions)
		base = 8;
	if (!parse_number(word, base, UINT32_MAX, &number))
		return false;
	*ret = (uint32_t)number;
	return psd_kind_is_valid(kind, *ret);
}

static bool
parse_wide(enum psd_kind kind, const char *word, uint64_t *ret)
{
	if (kind == PSD_KIND_owner)
		return psd_owner_find(word, false, ret) == 0;
	return parse_number(word, 10,
	    kind == PSD_KIND_wide ? UINT64_MAX : INT64_MAX, ret);
}

static bool
parse_string(enum psd_kind kind, const char *word, struct psd_str *ret)
{
	char spelt[PSD_DOMAIN_SIZE];
	uint16_t port;

	ret->at = word;
	ret->len = (uint32_t)strlen(word);
	if (kind == PSD_KIND_path && word[0] != '/')
		return false;
	if (kind == PSD_KIND_setting)
		return psd_setting_name(word, ret->len, spelt);
	if (kind == PSD_KIND_site)
		return psd_site_parse(word, ret->len, spelt, &port);
	if (kind == PSD_KIND_host)
		return psd_domain_name(word, ret->len, spelt);
	if (kind == PSD_KIND_label)
		return psd_label_is_valid(word, ret->len);
	return ret->len <= psd_kind_string_max(kind);
}

static bool
parse_offset(const char *word, int64_t *ret)
{
	const bool is_back = word[0] == '-';
	uint64_t usec;

	if (psd_value_span(is_back ? word + 1 : word, &usec) < 0 ||
	    usec > INT64_MAX / 1000)
		return false;
	*ret = (int64_t)usec * (is_back ? -1000 : 1000);
	return true;
}

static bool
parse_bytes(const char *word, void *at)
{
	const struct psd_bytes bytes = {
		.at = (const unsigned char *)word,
		.len = (uint32_t)strlen(word),
	};

	memcpy(at, &bytes, sizeof(bytes));
	return bytes.len <= PSD_TEXT_MAX;
}

bool
psd_request_word(enum psd_kind kind, const char *word, void *at)
{
	struct psd_endpoint endpoint;
	struct psd_str string;
	int64_t offset;
	uint64_t wide;
	uint32_t number;

	switch (kind) {
	case PSD_KIND_number:
	case PSD_KIND_mode:
	case PSD_KIND_family:
	case PSD_KIND_access:
	case PSD_KIND_priority:
	case PSD_KIND_operation:
	case PSD_KIND_protocol:
	case PSD_KIND_permissions:
		if (!parse_u32(kind, word, &number))
			return false;
		memcpy(at, &number, sizeof(number));
		return true;
	case PSD_KIND_offset:
		if (!parse_offset(word, &offset))
			return false;
		memcpy(at, &offset, sizeof(offset));
		return true;
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_owner:
		if (!parse_wide(kind, word, &wide))
			return false;
		memcpy(at, &wide, sizeof(wide));
		return true;
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
	case PSD_KIND_name:
	case PSD_KIND_text:
		if (!parse_string(kind, word, &string))
			return false;
		memcpy(at, &string, sizeof(string));
		return true;
	case PSD_KIND_bytes:
		return parse_bytes(word, at);
	case PSD_KIND_endpoint:
		if (psd_endpoint_parse(word, &endpoint) < 0)
			return false;
		memcpy(at, &endpoint, sizeof(endpoint));
		return true;
	case PSD_KIND_end:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
	case PSD_KIND_fd:
	case PSD_KIND_fds:
		break;
	}
	return false;
}
