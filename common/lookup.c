/* SPDX-License-Identifier: ISC */
#include "common/lookup.h"

#include "common/kind.h"
#include "common/list.h"
#include "common/mem.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

static const int families[][2] = {
	{ AF_UNSPEC, 0 },
	{ AF_INET, PSD_FAMILY_INET },
	{ AF_INET6, PSD_FAMILY_INET6 },
};

static const int types[][2] = {
	{ 0, PSD_SOCKET_ANY },
	{ SOCK_STREAM, PSD_SOCKET_STREAM },
	{ SOCK_DGRAM, PSD_SOCKET_DATAGRAM },
	{ SOCK_RAW, PSD_SOCKET_RAW },
};

static const int flag_bits[][2] = {
	{ AI_CANONNAME, PSD_LOOKUP_CANONICAL },
	{ AI_NUMERICSERV, PSD_LOOKUP_NUMERIC_SERVICE },
	{ AI_V4MAPPED, PSD_LOOKUP_MAPPED },
	{ AI_ALL, PSD_LOOKUP_ALL },
	{ AI_ADDRCONFIG, PSD_LOOKUP_CONFIGURED },
};

static const int name_bits[][2] = {
	{ NI_NUMERICHOST, PSD_LOOKUP_NUMBER_HOST },
	{ NI_NUMERICSERV, PSD_LOOKUP_NUMBER_SERVICE },
	{ NI_NAMEREQD, PSD_LOOKUP_NAME_NEEDED },
	{ NI_DGRAM, PSD_LOOKUP_DATAGRAM },
};

static const int errors[][2] = {
	{ 0, 0 },
	{ EAI_NONAME, ENOENT },
	{ EAI_NODATA, ENODATA },
	{ EAI_AGAIN, EAGAIN },
	{ EAI_FAIL, ENOTRECOVERABLE },
	{ EAI_SERVICE, EPROTONOSUPPORT },
	{ EAI_SOCKTYPE, ESOCKTNOSUPPORT },
	{ EAI_FAMILY, EAFNOSUPPORT },
	{ EAI_ADDRFAMILY, EADDRNOTAVAIL },
	{ EAI_MEMORY, ENOMEM },
	{ EAI_OVERFLOW, EOVERFLOW },
	{ EAI_BADFLAGS, EINVAL },
	/* And what has no error of its own there. */
	{ EAI_AGAIN, ETIMEDOUT },
	{ EAI_AGAIN, EREMOTEIO },
	{ EAI_AGAIN, EBUSY },
};

/* The other column of the row that has this value in one. */
static int
translate(const int table[][2], size_t n, int from, int value, int otherwise)
{
	for (size_t i = 0; i < n; i++)
		if (table[i][from] == value)
			return table[i][!from];
	return otherwise;
}

int
psd_lookup_family(int af)
{
	return translate(families, PSD_ELEMENTS(families), 0, af, -1);
}

int
psd_lookup_af(uint32_t family)
{
	return family > INT16_MAX
	    ? -1
	    : translate(families, PSD_ELEMENTS(families), 1, (int)family, -1);
}

int
psd_lookup_type(int sock)
{
	return translate(types, PSD_ELEMENTS(types), 0, sock, -1);
}

int
psd_lookup_sock(uint32_t type)
{
	return type > INT16_MAX
	    ? -1
	    : translate(types, PSD_ELEMENTS(types), 1, (int)type, -1);
}

/* The sum of what the single bits of value become. */
static int
translate_bits(const int table[][2], size_t n, int from, uint32_t value)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++)
		if ((value & (uint32_t)table[i][from]) != 0) {
			value &= ~(uint32_t)table[i][from];
			sum |= table[i][!from];
		}
	return value == 0 ? sum : -1;
}

bool
psd_lookup_is_number(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

bool
psd_lookup_number(const char *text, uint32_t *ret)
{
	uint64_t value = 0;

	if (!psd_lookup_is_number(text))
		return false;
	for (; *text != '\0'; text++) {
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > UINT32_MAX)
			return false;
	}
	*ret = (uint32_t)value;
	return true;
}

int
psd_lookup_name_flags(int ni)
{
	return translate_bits(name_bits, PSD_ELEMENTS(name_bits), 0,
	    (uint32_t)ni);
}

int
psd_lookup_ni(uint32_t flags)
{
	return translate_bits(name_bits, PSD_ELEMENTS(name_bits), 1, flags);
}

int
psd_lookup_flags(int ai)
{
	return translate_bits(flag_bits, PSD_ELEMENTS(flag_bits), 0,
	    (uint32_t)ai);
}

int
psd_lookup_ai(uint32_t flags)
{
	return translate_bits(flag_bits, PSD_ELEMENTS(flag_bits), 1, flags);
}

int
psd_lookup_status(int eai, int error)
{
	if (eai == EAI_SYSTEM)
		return error > 0 ? -error : -ENOTRECOVERABLE;
	return -translate(errors, PSD_ELEMENTS(errors), 0, eai,
	    ENOTRECOVERABLE);
}

int
psd_lookup_eai(int status)
{
	return translate(errors, PSD_ELEMENTS(errors), 1, -status, EAI_SYSTEM);
}
