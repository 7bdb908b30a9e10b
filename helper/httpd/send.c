/* SPDX-License-Identifier: ISC */
#include "helper/httpd/httpd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/*
 * MHD sends small pages, and its own refusals of what is no HTTP, by
 * sendmsg(), which no group of calls lets pass, since it can send descriptors
 * too; so this takes the place of the C library's.  What the flags ask,
 * ignoring SIGPIPE does.
 */
ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	(void)flags;
	if (message->msg_controllen != 0 || message->msg_namelen != 0) {
		errno = EPERM;
		return -1;
	}
	return writev(fd, message->msg_iov, (int)message->msg_iovlen);
}

/* Without memory a header is left out. */
void
psd_httpd_add(struct MHD_Response *response, const char *name,
    const char *value)
{
	(void)MHD_add_response_header(response, name, value);
}

enum MHD_Result
psd_httpd_send(const struct httpd *httpd, struct MHD_Connection *connection,
    unsigned int status, struct MHD_Response *response)
{
	enum MHD_Result r;

	psd_httpd_add(response, MHD_HTTP_HEADER_SERVER, httpd->name);
	psd_httpd_add(response, "X-Content-Type-Options", "nosniff");
	if (httpd->is_ending)
		psd_httpd_add(response, MHD_HTTP_HEADER_CONNECTION, "close");
	r = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return r;
}

enum MHD_Result
psd_httpd_send_status(const struct httpd *httpd,
    struct MHD_Connection *connection, unsigned int status, const char *header,
    const char *value)
{
	const char *const reason = MHD_get_reason_phrase_for(status);
	struct MHD_Response *response;
	char page[256];

	(void)snprintf(page, sizeof(page),
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<title>%u %s</title>\n"
	    "<h1>%u %s</h1>\n",
	    status, reason, status, reason);
	response = MHD_create_response_from_buffer(strlen(page), page,
	    MHD_RESPMEM_MUST_COPY);
	if (response == NULL)
		return MHD_NO;
	psd_httpd_add(response, MHD_HTTP_HEADER_CONTENT_TYPE,
	    "text/html; charset=utf-8");
	if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
		psd_httpd_add(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	if (header != NULL)
		psd_httpd_add(response, header, value);
	return psd_httpd_send(httpd, connection, status, response);
}
