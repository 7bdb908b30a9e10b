/* SPDX-License-Identifier: ISC */
#include "helper/httpd/httpd.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * The next byte of a target, decoded, or -1.  A slash that was encoded is
 * part of a name, and no name has one; control characters, NUL among them,
 * are in no name that anybody means.
 */
static int
next_byte(const char **at)
{
	int byte = (unsigned char)*(*at)++;

	if (byte == '%') {
		char digits[3] = "";

		memcpy(digits, *at, strnlen(*at, 2));
		if (!isxdigit((unsigned char)digits[0]) ||
		    !isxdigit((unsigned char)digits[1]))
			return -1;
		byte = (int)strtol(digits, NULL, 16);
		*at += 2;
		if (byte == '/')
			return -1;
	}
	return byte < ' ' || byte == 0x7f ? -1 : byte;
}

/* Names between the slashes, after the last one also none: a directory. */
static bool
has_plain_names(const char *path)
{
	while (*path++ == '/') {
		const size_t len = strcspn(path, "/");

		if (len == 0 && *path != '\0')
			return false;
		if ((len == 1 || len == 2) && strncmp(path, "..", len) == 0)
			return false;
		path += len;
	}
	return true;
}

unsigned int
psd_httpd_path(const struct httpd *httpd, const char *target, char *ret,
    size_t size)
{
	const size_t index_len = strlen(httpd->index) + 1;
	const size_t root_len = strlen(httpd->root);
	size_t len = root_len;

	if (target[0] != '/')
		return MHD_HTTP_BAD_REQUEST;
	/* No byte takes more room decoded than it did before. */
	if (root_len + strlen(target) + index_len > size)
		return MHD_HTTP_URI_TOO_LONG;
	memcpy(ret, httpd->root, root_len);
	while (*target != '\0') {
		const int byte = next_byte(&target);

		if (byte < 0)
			return MHD_HTTP_BAD_REQUEST;
		ret[len++] = (char)byte;
	}
	ret[len] = '\0';
	if (!has_plain_names(ret + root_len))
		return MHD_HTTP_BAD_REQUEST;
	if (ret[len - 1] == '/')
		memcpy(ret + len, httpd->index, index_len);
	return 0;
}

static const struct {
	const char *suffix, *type;
} types[] = {
	{ "html", "text/html; charset=utf-8" },
	{ "css", "text/css; charset=utf-8" },
	{ "js", "text/javascript; charset=utf-8" },
	{ "txt", "text/plain; charset=utf-8" },
	{ "csv", "text/csv; charset=utf-8" },
	{ "json", "application/json" },
	{ "xml", "application/xml" },
	{ "pdf", "application/pdf" },
	{ "gz", "application/gzip" },
	{ "wasm", "application/wasm" },
	{ "svg", "image/svg+xml" },
	{ "png", "image/png" },
	{ "jpg", "image/jpeg" },
	{ "jpeg", "image/jpeg" },
	{ "gif", "image/gif" },
	{ "webp", "image/webp" },
	{ "ico", "image/vnd.microsoft.icon" },
	{ "woff2", "font/woff2" },
	{ "mp3", "audio/mpeg" },
	{ "mp4", "video/mp4" },
	{ "webm", "video/webm" },
};

/* What is not known is bytes: a browser offers to save them. */
const char *
psd_httpd_type(const char *path)
{
	const char *const dot = strrchr(path, '.');

	for (size_t i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]);
	     i++)
		if (strcasecmp(dot + 1, types[i].suffix) == 0)
			return types[i].type;
	return "application/octet-stream";
}
