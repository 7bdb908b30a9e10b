/* SPDX-License-Identifier: ISC */
#ifndef PSD_HTTPD_H
#define PSD_HTTPD_H

#include "helper/privsep.h"

#include <limits.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The web helper: its options, and what it is doing. */
struct httpd {
	const char *root;  /* absolute, without a slash at its end */
	const char *index; /* what a directory shows */
	const char *name;  /* for the Server header */
	unsigned int connections_max;
	bool log_requests;

	struct privsep *conversation;
	struct MHD_Daemon *mhd;
	unsigned int requests; /* being answered now */
	bool is_waiting;       /* for the next connection */
	bool was_asked;        /* the daemon, since we last looked */
	bool is_paused;        /* no connection is asked for a while */
	bool is_ending;        /* the daemon has ended its side */
};

/* Serves until the daemon ends its side.  Returns an exit status. */
int psd_httpd_serve(struct httpd *httpd);

/* Answers one request; an MHD_AccessHandlerCallback, cookie a struct httpd. */
enum MHD_Result psd_httpd_answer(void *cookie,
    struct MHD_Connection *connection, const char *target, const char *method,
    const char *version, const char *upload, size_t *upload_len,
    void **request);

/*
 * Makes the path of a file of a request's target as it came: root and, where
 * it ends in a slash, index are put around it.  Returns 0, or the status of
 * HTTP for what names no file: nothing, one dot or two between two slashes, a
 * slash or a control character in disguise.
 */
unsigned int psd_httpd_path(const struct httpd *httpd, const char *target,
    char *ret, size_t size);

/* "text/html; charset=utf-8" for a path that ends in .html. */
const char *psd_httpd_type(const char *path);

/* Answers with a file or what the request wants of it; takes over fd. */
enum MHD_Result psd_httpd_send_file(const struct httpd *httpd,
    struct MHD_Connection *connection, const char *path, int fd, bool is_head);

/* Answers with a page that says the status; header may be NULL. */
enum MHD_Result psd_httpd_send_status(const struct httpd *httpd,
    struct MHD_Connection *connection, unsigned int status, const char *header,
    const char *value);

void psd_httpd_add(struct MHD_Response *response, const char *name,
    const char *value);

/* Adds the headers that every answer has, sends it, and releases it. */
enum MHD_Result psd_httpd_send(const struct httpd *httpd,
    struct MHD_Connection *connection, unsigned int status,
    struct MHD_Response *response);

#endif
