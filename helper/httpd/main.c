/* SPDX-License-Identifier: ISC */
#include "helper/httpd/httpd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
	/*
	 * Each has two descriptors, its own and that of the file it is sent,
	 * and LimitNOFILE= is 1024 unless a policy says another number.
	 */
	CONNECTIONS_MAX = 256,
	WAIT_MSEC = 30000,  /* the longest, when nothing happens */
	PAUSE_MSEC = 100,   /* after a connection could not be had */
	ENDING_TIMEOUT = 4, /* seconds that answers may take at the end */
};

/*
 * One at a time: whoever else serves the same listeners gets the next one
 * while we are busy with this.
 */
static void
ask_connection(struct httpd *httpd)
{
	const union MHD_DaemonInfo *const info = MHD_get_daemon_info(httpd->mhd,
	    MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	if (!httpd->is_waiting && !httpd->is_paused && !httpd->is_ending &&
	    info->num_connections < CONNECTIONS_MAX)
		httpd->is_waiting =
		    privsep_accept_ask(httpd->conversation) == 0;
}

/* Returns 0, or the exit status of a service that makes no sense. */
static int
take_connection(struct httpd *httpd)
{
	const struct sockaddr unknown = { .sa_family = AF_UNSPEC };
	const int fd = privsep_accept_take(httpd->conversation, NULL);
	int on = 1;

	if (fd == -EAGAIN)
		return 0;
	httpd->is_waiting = false;
	/* MHD would switch blocking off by fcntl(), which our filter has not. */
	if (fd >= 0 && ioctl(fd, FIONBIO, &on) < 0) {
		(void)close(fd);
	} else if (fd >= 0) {
		/* Takes over fd, also when it fails. */
		(void)MHD_add_connection(httpd->mhd, fd, &unknown,
		    sizeof(unknown));
	} else {
		/* ESHUTDOWN: a newer policy, whose helpers take over. */
		httpd->is_ending = fd == -EPIPE || fd == -EPROTO ||
		    fd == -ESHUTDOWN || fd == -ECANCELED;
		httpd->is_paused = true;
	}
	/* The daemon has said which line the policy lacks. */
	return fd == -EPERM || fd == -EINVAL;
}

/*
 * One turn of the loop.  A file that was asked of the daemon for MHD may have
 * found the next connection on its way, and then the pair has no input for it
 * any more: so it is looked for whatever poll() says.
 */
static int
turn(struct httpd *httpd, int mhd_fd)
{
	const unsigned int limit = httpd->is_paused ? PAUSE_MSEC : WAIT_MSEC;
	struct pollfd looks[] = { { mhd_fd, POLLIN, 0 },
		{ privsep_fd(httpd->conversation), POLLIN, 0 } };
	MHD_UNSIGNED_LONG_LONG msec;

	ask_connection(httpd);
	if (MHD_get_timeout(httpd->mhd, &msec) != MHD_YES || msec > limit)
		msec = limit;
	if (poll(looks, httpd->is_ending ? 1 : 2, (int)msec) < 0 &&
	    errno != EINTR)
		return 1;
	httpd->is_paused = false;
	if (MHD_run(httpd->mhd) != MHD_YES)
		return 1;
	return httpd->is_ending ? 0 : take_connection(httpd);
}

/* Serves until the daemon ends its side.  Returns an exit status. */
static int
serve(struct httpd *httpd)
{
	const union MHD_DaemonInfo *info;
	struct timespec start, now;
	int r = 0;

	httpd->mhd = psd_httpd_start(httpd);
	if (httpd->mhd == NULL)
		return 1;
	info = MHD_get_daemon_info(httpd->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	while (r == 0 && !httpd->is_ending)
		r = turn(httpd, info->epoll_fd);
	/* What is being answered is finished, for a while. */
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	now = start;
	while (r == 0 && httpd->requests > 0 &&
	    now.tv_sec - start.tv_sec < ENDING_TIMEOUT) {
		r = turn(httpd, info->epoll_fd);
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
	}
	MHD_stop_daemon(httpd->mhd);
	return r;
}

static bool
read_options(struct httpd *httpd, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--root=", 7) == 0)
			httpd->root = argv[i] + 7;
		else if (strncmp(argv[i], "--index=", 8) == 0)
			httpd->index = argv[i] + 8;
		else
			return false;
	}
	return httpd->root[0] == '/' && strchr(httpd->index, '/') == NULL;
}

int
main(int argc, char **argv)
{
	struct httpd httpd = { .root = "", .index = "index.html" };
	int r;

	if (!read_options(&httpd, argc, argv)) {
		(void)fputs("usage: httpd --root=DIR [--index=FILE]\n", stderr);
		return 2;
	}
	/* MHD uses sendfile(2) only where that cannot raise the signal. */
	(void)signal(SIGPIPE, SIG_IGN);
	r = privsep_init(&httpd.conversation);
	if (r < 0) {
		(void)fprintf(stderr, "httpd: no privsepd to speak with: %s\n",
		    strerror(-r));
		return 1;
	}
	r = serve(&httpd);
	/* Waits for the daemon's end, so that it sees an orderly one. */
	if (privsep_end(httpd.conversation) < 0)
		r = 1;
	return r;
}
