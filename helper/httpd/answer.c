/* SPDX-License-Identifier: ISC */
#include "helper/httpd/httpd.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

enum {
	IDLE_TIMEOUT = 30,         /* seconds that a client may say nothing */
	CONNECTION_MEMORY = 16384, /* bytes of a request's header */
};

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
		if (!isxdigit((unsigned char)(*at)[0]) ||
		    !isxdigit((unsigned char)(*at)[1]))
			return -1;
		byte =
		    (int)strtol((char[]){ (*at)[0], (*at)[1], '\0' }, NULL, 16);
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

		if (len <= 2 && strncmp(path, "..", len) == 0 && *path != '\0')
			return false;
		path += len;
	}
	return true;
}

/*
 * Makes the path of a file of a request's target as it came: root and, where
 * it ends in a slash, index are put around it.  Returns 0, or the status of
 * HTTP for what names no file: nothing, one dot or two between two slashes, a
 * slash or a control character in disguise.
 */
static unsigned int
make_path(const struct httpd *httpd, const char *target, char path[PATH_MAX])
{
	const size_t index_len = strlen(httpd->index) + 1;
	size_t root_len = strlen(httpd->root), len;

	while (root_len > 0 && httpd->root[root_len - 1] == '/')
		root_len--;
	/* No byte takes more room decoded than it did before. */
	if (root_len + strlen(target) + index_len > PATH_MAX)
		return MHD_HTTP_URI_TOO_LONG;
	memcpy(path, httpd->root, root_len);
	for (len = root_len; *target != '\0'; len++) {
		const int byte = next_byte(&target);

		if (byte < 0)
			return MHD_HTTP_BAD_REQUEST;
		path[len] = (char)byte;
	}
	path[len] = '\0';
	if (path[root_len] != '/' || !has_plain_names(path + root_len))
		return MHD_HTTP_BAD_REQUEST;
	if (path[len - 1] == '/')
		memcpy(path + len, httpd->index, index_len);
	return 0;
}

/* What the daemon's refusal of an open is in HTTP. */
static unsigned int
status_of(int error)
{
	if (error == -EPERM || error == -EACCES || error == -ELOOP ||
	    error == -EXDEV)
		return MHD_HTTP_FORBIDDEN;
	if (error == -ENOENT || error == -ENOTDIR || error == -EISDIR ||
	    error == -ENAMETOOLONG)
		return MHD_HTTP_NOT_FOUND;
	return MHD_HTTP_SERVICE_UNAVAILABLE;
}

/* Adds the headers that every answer has, sends it, and releases it. */
static enum MHD_Result
respond(const struct httpd *httpd, struct MHD_Connection *connection,
    unsigned int status, struct MHD_Response *response)
{
	enum MHD_Result r;

	if (response == NULL)
		return MHD_NO;
	psd_httpd_add(response, MHD_HTTP_HEADER_SERVER, "privsepd");
	psd_httpd_add(response, "X-Content-Type-Options", "nosniff");
	if (httpd->is_ending)
		psd_httpd_add(response, MHD_HTTP_HEADER_CONNECTION, "close");
	r = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return r;
}

/* Answers with a line that says the status; header may be NULL. */
static enum MHD_Result
respond_status(const struct httpd *httpd, struct MHD_Connection *connection,
    unsigned int status, const char *header, const char *value)
{
	struct MHD_Response *response;
	char page[64];

	(void)snprintf(page, sizeof(page), "%u %s\n", status,
	    MHD_get_reason_phrase_for(status));
	response = MHD_create_response_from_buffer(strlen(page), page,
	    MHD_RESPMEM_MUST_COPY);
	psd_httpd_add(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain");
	if (header != NULL)
		psd_httpd_add(response, header, value);
	return respond(httpd, connection, status, response);
}

static enum MHD_Result
answer_target(const struct httpd *httpd, struct MHD_Connection *connection,
    const char *target, bool is_head)
{
	struct MHD_Response *response;
	char path[PATH_MAX];
	unsigned int status;
	int fd;

	status = make_path(httpd, target, path);
	if (status != 0)
		return respond_status(httpd, connection, status, NULL, NULL);
	fd = privsep_open(httpd->conversation, path, O_RDONLY, 0);
	if (fd >= 0) {
		response =
		    psd_httpd_file(connection, path, fd, is_head, &status);
		return respond(httpd, connection, status, response);
	}
	if (fd != -EISDIR || target[strlen(target) - 1] == '/')
		return respond_status(httpd, connection, status_of(fd), NULL,
		    NULL);
	/*
	 * To be asked for again with a slash, so that what its page refers to
	 * is found.  The target goes back as it came; it begins with one slash
	 * and not two, so it leads to no other host.
	 */
	(void)snprintf(path, sizeof(path), "%s/", target);
	return respond_status(httpd, connection, MHD_HTTP_MOVED_PERMANENTLY,
	    MHD_HTTP_HEADER_LOCATION, path);
}

/*
 * MHD calls once with the header, then for each part of a body, and once
 * more: then the answer is due.  Bodies mean nothing here and are passed over.
 */
static enum MHD_Result
answer(void *cookie, struct MHD_Connection *connection, const char *target,
    const char *method, const char *version, const char *upload,
    size_t *upload_len, void **request)
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
		return respond_status(httpd, connection,
		    MHD_HTTP_METHOD_NOT_ALLOWED, MHD_HTTP_HEADER_ALLOW,
		    "GET, HEAD");
	}
	if (*upload_len > 0) {
		*upload_len = 0;
		return MHD_YES;
	}
	return answer_target(httpd, connection, target, is_head);
}

static void
count_answered(void *cookie, struct MHD_Connection *connection, void **request,
    enum MHD_RequestTerminationCode code)
{
	struct httpd *const httpd = cookie;

	(void)connection;
	(void)code;
	if (*request != NULL)
		httpd->requests--;
}

/* Targets are decoded where they are checked, and once. */
static size_t
leave_encoded(void *cookie, struct MHD_Connection *connection, char *text)
{
	(void)cookie;
	(void)connection;
	return strlen(text);
}

struct MHD_Daemon *
psd_httpd_start(struct httpd *httpd)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0,
	    NULL, NULL, answer, httpd, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
	    MHD_OPTION_UNESCAPE_CALLBACK, leave_encoded, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, count_answered, httpd,
	    MHD_OPTION_CONNECTION_TIMEOUT, IDLE_TIMEOUT,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	    MHD_OPTION_END);
}
