/* SPDX-License-Identifier: ISC */
#include "helper/httpd/httpd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* What the daemon's refusal of an open is in HTTP. */
static unsigned int
status_of(int error)
{
	switch (error) {
	case -EPERM:
	case -EACCES:
	case -ELOOP:
	case -EXDEV:
		return MHD_HTTP_FORBIDDEN;
	case -ENOENT:
	case -ENOTDIR:
	case -EISDIR:
		return MHD_HTTP_NOT_FOUND;
	case -ENAMETOOLONG:
		return MHD_HTTP_URI_TOO_LONG;
	default:
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	}
}

/*
 * A directory without a slash is to be asked for again with one, so that what
 * its page refers to is found.  The target goes back as it came; it begins
 * with one slash and not two, so it leads to no other host.
 */
static enum MHD_Result
send_slash(const struct httpd *httpd, struct MHD_Connection *connection,
    const char *target)
{
	char location[PATH_MAX];

	(void)snprintf(location, sizeof(location), "%s/", target);
	return psd_httpd_send_status(httpd, connection,
	    MHD_HTTP_MOVED_PERMANENTLY, MHD_HTTP_HEADER_LOCATION, location);
}

static enum MHD_Result
answer_target(struct httpd *httpd, struct MHD_Connection *connection,
    const char *target, bool is_head)
{
	char path[PATH_MAX];
	unsigned int status;
	int fd;

	status = psd_httpd_path(httpd, target, path, sizeof(path));
	if (status != 0)
		return psd_httpd_send_status(httpd, connection, status, NULL,
		    NULL);
	fd = privsep_open(httpd->conversation, path, O_RDONLY, 0);
	httpd->was_asked = true;
	if (fd >= 0)
		return psd_httpd_send_file(httpd, connection, path, fd,
		    is_head);
	if (fd == -EISDIR && target[strlen(target) - 1] != '/' &&
	    strlen(target) < PATH_MAX - 1)
		return send_slash(httpd, connection, target);
	return psd_httpd_send_status(httpd, connection, status_of(fd), NULL,
	    NULL);
}

/*
 * MHD calls once with the header, then for each part of a body, and once
 * more: then the answer is due.  Bodies mean nothing here and are passed over.
 */
enum MHD_Result
psd_httpd_answer(void *cookie, struct MHD_Connection *connection,
    const char *target, const char *method, const char *version,
    const char *upload, size_t *upload_len, void **request)
{
	struct httpd *const httpd = cookie;
	const bool is_head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;

	(void)version;
	(void)upload;
	if (*request == NULL) {
		*request = httpd;
		httpd->requests++;
		if (is_head || strcmp(method, MHD_HTTP_METHOD_GET) == 0)
			return MHD_YES;
		return psd_httpd_send_status(httpd, connection,
		    MHD_HTTP_METHOD_NOT_ALLOWED, MHD_HTTP_HEADER_ALLOW,
		    "GET, HEAD");
	}
	if (*upload_len > 0) {
		*upload_len = 0;
		return MHD_YES;
	}
	if (httpd->log_requests)
		(void)privsep_log(httpd->conversation, LOG_DEBUG, "%s %s",
		    method, target);
	return answer_target(httpd, connection, target, is_head);
}
