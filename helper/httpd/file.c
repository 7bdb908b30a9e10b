/* SPDX-License-Identifier: ISC */
#include "helper/httpd/httpd.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char HTTP_DATE[] = "%a, %d %b %Y %H:%M:%S GMT";

/* A file, and which of its bytes are sent. */
struct part {
	uint64_t size, first, len;
	time_t modified_at;
	char etag[64], modified[32];
};

static const char *
header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Nanoseconds and size: a file that was written in place has another tag. */
static struct part
whole_file(const struct stat *status)
{
	struct part part = {
		.size = (uint64_t)status->st_size,
		.len = (uint64_t)status->st_size,
		.modified_at = status->st_mtime,
	};
	struct tm parts;

	(void)snprintf(part.etag, sizeof(part.etag), "\"%jx.%lx-%jx\"",
	    (intmax_t)status->st_mtim.tv_sec, status->st_mtim.tv_nsec,
	    (intmax_t)status->st_size);
	if (gmtime_r(&status->st_mtime, &parts) != NULL)
		(void)strftime(part.modified, sizeof(part.modified), HTTP_DATE,
		    &parts);
	return part;
}

/* Tags are exact, so that a date beside them does not count. */
static bool
is_known(struct MHD_Connection *connection, const struct part *part)
{
	const char *const tags =
	    header(connection, MHD_HTTP_HEADER_IF_NONE_MATCH);
	const char *const since =
	    header(connection, MHD_HTTP_HEADER_IF_MODIFIED_SINCE);
	struct tm parts = { 0 };
	const char *end;

	if (tags != NULL)
		return strcmp(tags, "*") == 0 ||
		    strstr(tags, part->etag) != NULL;
	end = since == NULL ? NULL : strptime(since, HTTP_DATE, &parts);
	return end != NULL && *end == '\0' &&
	    part->modified_at <= timegm(&parts);
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
	uint64_t first, last = UINT64_MAX;

	if (strncasecmp(at, "bytes=", 6) != 0)
		return MHD_HTTP_OK;
	at += 6;
	if (*at == '-') {
		at++;
		if (!read_number(&at, &last) || *at != '\0')
			return MHD_HTTP_OK;
		part->len = last < part->size ? last : part->size;
		part->first = part->size - part->len;
		return part->len > 0 ? MHD_HTTP_PARTIAL_CONTENT
				     : MHD_HTTP_RANGE_NOT_SATISFIABLE;
	}
	if (!read_number(&at, &first) || *at++ != '-')
		return MHD_HTTP_OK;
	if (*at != '\0' &&
	    (!read_number(&at, &last) || *at != '\0' || last < first))
		return MHD_HTTP_OK;
	if (first >= part->size)
		return MHD_HTTP_RANGE_NOT_SATISFIABLE;
	part->first = first;
	part->len = (last < part->size ? last + 1 : part->size) - first;
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
	    (only != NULL && strcmp(only, part->etag) != 0 &&
		strcmp(only, part->modified) != 0))
		return MHD_HTTP_OK;
	return cut(part, range);
}

/* Takes over fd. */
static enum MHD_Result
send_part(const struct httpd *httpd, struct MHD_Connection *connection,
    const char *path, int fd, const struct part *part, unsigned int status)
{
	struct MHD_Response *const response =
	    MHD_create_response_from_fd_at_offset64(part->len, fd, part->first);
	char range[96];

	if (response == NULL) {
		(void)close(fd);
		return MHD_NO;
	}
	psd_httpd_add(response, MHD_HTTP_HEADER_CONTENT_TYPE,
	    psd_httpd_type(path));
	psd_httpd_add(response, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
	psd_httpd_add(response, MHD_HTTP_HEADER_ETAG, part->etag);
	psd_httpd_add(response, MHD_HTTP_HEADER_LAST_MODIFIED, part->modified);
	if (status == MHD_HTTP_PARTIAL_CONTENT) {
		(void)snprintf(range, sizeof(range),
		    "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, part->first,
		    part->first + part->len - 1, part->size);
		psd_httpd_add(response, MHD_HTTP_HEADER_CONTENT_RANGE, range);
	}
	return psd_httpd_send(httpd, connection, status, response);
}

enum MHD_Result
psd_httpd_send_file(const struct httpd *httpd,
    struct MHD_Connection *connection, const char *path, int fd, bool is_head)
{
	struct stat status;
	struct part part;
	unsigned int code;
	char whole[64];

	if (fstat(fd, &status) < 0) {
		(void)close(fd);
		return MHD_NO;
	}
	part = whole_file(&status);
	code = choose(connection, &part, is_head);
	if (code != MHD_HTTP_RANGE_NOT_SATISFIABLE)
		return send_part(httpd, connection, path, fd, &part, code);
	(void)close(fd);
	(void)snprintf(whole, sizeof(whole), "bytes */%" PRIu64, part.size);
	return psd_httpd_send_status(httpd, connection, code,
	    MHD_HTTP_HEADER_CONTENT_RANGE, whole);
}
