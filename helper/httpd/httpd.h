/* SPDX-License-Identifier: ISC */
#ifndef PSD_HTTPD_H
#define PSD_HTTPD_H

#include "helper/privsep.h"

#include <microhttpd.h>
#include <stdbool.h>

/* The web helper: its options, and what it is doing. */
struct httpd {
	const char *root;  /* absolute */
	const char *index; /* what a directory shows */

	struct privsep *conversation;
	struct MHD_Daemon *mhd;
	unsigned int requests; /* being answered now */
	bool is_waiting;       /* for the next connection */
	bool is_paused;        /* no connection is asked for a while */
	bool is_ending;        /* the daemon has no more for us */
};

/* Starts MHD without a listener; the caller's until MHD_stop_daemon(). */
struct MHD_Daemon *psd_httpd_start(struct httpd *httpd);

/*
 * Makes the answer to a request for a file, or for what the client wants of
 * it, and takes over fd.  Returns NULL when there is no memory.
 */
struct MHD_Response *psd_httpd_file(struct MHD_Connection *connection,
    const char *path, int fd, bool is_head, unsigned int *ret_status);

/* response may be NULL. */
void psd_httpd_add(struct MHD_Response *response, const char *name,
    const char *value);

#endif
