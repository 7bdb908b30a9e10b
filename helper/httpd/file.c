/* SPDX-License-Identifier: ISC */
#include "helper/httpd/httpd.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char HTTP_DATE[] = "%a, %d %b %Y %H:%M:%S GMT";

/* A file, and which of its bytes are sent. */
struct part {
	uint64_t size, first, len;
	time_t modified_at;
	char etag[64], modified[32], range[96];
};

static const struct {
	const char *suffix, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".txt", "text/plain; charset=utf-8" },
	{ ".json", "application/json" },
	{ ".pdf", "application/pdf" },
	{ ".wasm", "application/wasm" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".jpg", "image/jpeg" },
	{ ".jpeg", "image/jpeg" },
	{ ".gif", "image/gif" },
	{ ".webp", "image/webp" },
};

/* What is not known is bytes: a browser offers to save them. */
static const char *
type_of(const char *path)
{
	const char *const dot = strrchr(path, '.');

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (dot != NULL && strcasecmp(dot, types[i].suffix) == 0)
			return types[i].type;
	return "application/octet-stream";
}

static const char *
header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Nanoseconds and size: a file that was written in place has another tag. */
static void
describe(const struct stat *status, struct part *ret)
{
	struct tm parts;

	*ret = (struct part){
		.size = (uint64_t)status->st_size,
		.len = (uint64_t)status->st_size,
		.modified_at = status->st_mtime,
	};
	(void)snprintf(ret->etag, sizeof(ret->etag), "\"%jx.%lx-%jx\"",
	    (intmax_t)status->st_mtim.tv_sec, status->st_mtim.tv_nsec,
	    (intmax_t)status->st_size);
	if (gmtime_r(&status->st_mtime, &parts) != NULL)
		(void)strftime(ret->modified, sizeof(ret->modified), HTTP_DATE,
		    &parts);
}

/* Tags are exact, so that a date beside them does not count. */
static bool
is_known(struct MHD_Connection *connection, const struct part *part)
{
	const char *tags = header(connection, MHD_HTTP_HEADER_IF_NONE_MATCH);
	const char *at = header(connection, MHD_HTTP_HEADER_IF_MODIFIED_SINCE);
	struct tm parts = { 0 };

	if (tags != NULL)
		return strcmp(tags, "*") == 0 ||
		    strstr(tags, part->etag) != NULL;
	at = at == NULL ? NULL : strptime(at, HTTP_DATE, &parts);
	return at != NULL && *at == '\0' && part->modified_at <= timegm(&parts);
}

/* Too large a number is the largest. */
static bool
read_number(const char **at, uint64_t *ret)
{
	char *end;

	if (!isdigit((unsigned char)**at))
		return false;
	*ret = strtoull(*at, &end, 10);
	*at = end;
	return true;
}

/*
 * Cuts the part to a Range header; what makes no sense, or is several, counts
 * as none.  Returns the status of the answer.
 */
static unsigned int
cut(struct part *part, const char *at)
{
	uint64_t first = 0, last = UINT64_MAX;
	bool has_first;

	if (strncasecmp(at, "bytes=", 6) != 0)
		return MHD_HTTP_OK;
	at += 6;
	has_first = read_number(&at, &first);
	if (*at++ != '-')
		return MHD_HTTP_OK;
	if ((!read_number(&at, &last) && !has_first) || *at != '\0' ||
	    last < first)
		return MHD_HTTP_OK;
	if (!has_first) { /* So many bytes of the end. */
		first = last < part->size ? part->size - last : 0;
		last = UINT64_MAX;
	}
	if (first >= part->size) {
		part->len = 0;
		(void)snprintf(part->range, sizeof(part->range),
		    "bytes */%" PRIu64, part->size);
		return MHD_HTTP_RANGE_NOT_SATISFIABLE;
	}
	if (last >= part->size)
		last = part->size - 1;
	part->first = first;
	part->len = last - first + 1;
	(void)snprintf(part->range, sizeof(part->range),
	    "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, first, last, part->size);
	return MHD_HTTP_PARTIAL_CONTENT;
}

/* A part of another file than the one that it began with is no part. */
static unsigned int
choose(struct MHD_Connection *connection, struct part *part, bool is_head)
{
	const char *const range = header(connection, MHD_HTTP_HEADER_RANGE);
	const char *const only = header(connection, MHD_HTTP_HEADER_IF_RANGE);

	if (is_known(connection, part))
		return MHD_HTTP_NOT_MODIFIED;
	if (range == NULL || is_head ||
	    (only != NULL && strcmp(only, part->etag) != 0))
		return MHD_HTTP_OK;
	return cut(part, range);
}

/* Without memory a header is left out, or there is nothing to add it to. */
void
psd_httpd_add(struct MHD_Response *response, const char *name,
    const char *value)
{
	if (response != NULL)
		(void)MHD_add_response_header(response, name, value);
}

struct MHD_Response *
psd_httpd_file(struct MHD_Connection *connection, const char *path, int fd,
    bool is_head, unsigned int *ret_status)
{
	struct MHD_Response *response = NULL;
	struct part part = { 0 };
	struct stat status;

	if (fstat(fd, &status) == 0) {
		describe(&status, &part);
		*ret_status = choose(connection, &part, is_head);
		response = MHD_create_response_from_fd_at_offset64(part.len, fd,
		    part.first);
	}
	if (response == NULL)
		(void)close(fd);
	psd_httpd_add(response, MHD_HTTP_HEADER_CONTENT_TYPE, type_of(path));
	psd_httpd_add(response, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
	psd_httpd_add(response, MHD_HTTP_HEADER_ETAG, part.etag);
	psd_httpd_add(response, MHD_HTTP_HEADER_LAST_MODIFIED, part.modified);
	if (part.range[0] != '\0')
		psd_httpd_add(response, MHD_HTTP_HEADER_CONTENT_RANGE,
		    part.range);
	return response;
}
