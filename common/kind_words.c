/* SPDX-License-Identifier: ISC */
#include "common/print.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
	uint32_t bit;
	const char *word;
} access_words[] = {
	{ PSD_ACCESS_READ, "read" },
	{ PSD_ACCESS_WRITE, "write" },
	{ PSD_ACCESS_APPEND, "append" },
	{ PSD_ACCESS_CREATE, "create" },
	{ PSD_ACCESS_EXCLUSIVE, "exclusive" },
	{ PSD_ACCESS_TRUNCATE, "truncate" },
};

enum { ACCESS_WORDS = sizeof(access_words) / sizeof(access_words[0]) };

/* The levels of syslog(3) by number. */
static const char *const priority_names[] = { "emerg", "alert", "crit", "err",
	"warning", "notice", "info", "debug" };

enum { PRIORITIES = sizeof(priority_names) / sizeof(priority_names[0]) };

void
psd_print_access(char *ret, size_t size, uint32_t access)
{
	char text[PSD_ACCESS_TEXT_MAX + 1] = "";
	size_t len = 0;

	for (size_t i = 0; i < ACCESS_WORDS; i++)
		if ((access & access_words[i].bit) != 0)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    "%s%s", len == 0 ? "" : ",", access_words[i].word);
	(void)snprintf(ret, size, "%s", len == 0 ? "none" : text);
}

static uint32_t
access_bit(const char *word, size_t len)
{
	for (size_t i = 0; i < ACCESS_WORDS; i++)
		if (strlen(access_words[i].word) == len &&
		    memcmp(access_words[i].word, word, len) == 0)
			return access_words[i].bit;
	return 0;
}

int
psd_parse_access(const char *words, uint32_t *ret_access)
{
	uint32_t access = 0;

	for (const char *at = words;; at++) {
		const size_t len = strcspn(at, ",");
		const uint32_t bit = access_bit(at, len);

		if (bit == 0)
			return -EINVAL;
		access |= bit;
		at += len;
		if (*at == '\0')
			break;
	}
	*ret_access = access;
	return 0;
}

static size_t
print_id(char *ret, size_t size, uint32_t id)
{
	const int n = id == PSD_OWNER_KEEP
	    ? snprintf(ret, size, "-")
	    : snprintf(ret, size, "%" PRIu32, id);

	return (size_t)n < size ? (size_t)n : size;
}

void
psd_print_owner(char *ret, size_t size, uint64_t owner)
{
	char text[PSD_OWNER_TEXT_MAX + 1];
	size_t len;

	len = print_id(text, sizeof(text), PSD_OWNER_UID(owner));
	text[len++] = ':';
	(void)print_id(text + len, sizeof(text) - len, PSD_OWNER_GID(owner));
	(void)snprintf(ret, size, "%s", text);
}

void
psd_print_mode(char *ret, size_t size, uint32_t mode)
{
	(void)snprintf(ret, size, "%04" PRIo32, mode);
}

const char *
psd_priority_name(uint32_t priority)
{
	return priority < PRIORITIES ? priority_names[priority] : NULL;
}

int
psd_parse_priority(const char *word, uint32_t *ret_priority)
{
	for (uint32_t i = 0; i < PRIORITIES; i++) {
		if (strcmp(priority_names[i], word) == 0) {
			*ret_priority = i;
			return 0;
		}
	}
	return -EINVAL;
}
