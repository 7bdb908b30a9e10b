/* SPDX-License-Identifier: ISC */
#include "helper/httpd/httpd.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum {
	IDLE_TIMEOUT = 30,  /* seconds that a client may say nothing */
	ENDING_TIMEOUT = 4, /* seconds that answers may take at the end */
	PAUSE_MSEC = 100,   /* after a connection could not be had */
	CONNECTION_MEMORY = 16384, /* bytes of a request's header */
};

/* Targets are decoded where they are checked, and once. */
static size_t
leave_encoded(void *httpd, struct MHD_Connection *connection, char *text)
{
	(void)httpd;
	(void)connection;
	return strlen(text);
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

static struct MHD_Daemon *
start_mhd(struct httpd *httpd)
{
	const struct MHD_OptionItem options[] = {
		{ MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL },
		{ MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_encoded,
		    httpd },
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)count_answered,
		    httpd },
		{ MHD_OPTION_CONNECTION_LIMIT, httpd->connections_max, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, IDLE_TIMEOUT, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0,
	    NULL, NULL, psd_httpd_answer, httpd, MHD_OPTION_ARRAY, options,
	    MHD_OPTION_END);
}

static unsigned int
connections(const struct httpd *httpd)
{
	const union MHD_DaemonInfo *const info = MHD_get_daemon_info(httpd->mhd,
	    MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info->num_connections;
}

/*
 * One at a time: whoever else serves the same listeners gets the next one
 * while we are busy with this.
 */
static void
ask_connection(struct httpd *httpd)
{
	if (httpd->is_waiting || httpd->is_paused || httpd->is_ending ||
	    connections(httpd) >= httpd->connections_max)
		return;
	if (privsep_accept_ask(httpd->conversation) == 0)
		httpd->is_waiting = true;
}

/* MHD would switch blocking off by fcntl(), which our filter has not. */
static void
add_connection(struct httpd *httpd, int fd)
{
	const struct sockaddr unknown = { .sa_family = AF_UNSPEC };
	int on = 1;

	if (ioctl(fd, FIONBIO, &on) < 0)
		(void)close(fd);
	else /* Takes over fd, also when it fails. */
		(void)MHD_add_connection(httpd->mhd, fd, &unknown,
		    sizeof(unknown));
}

/* Returns 0, or the exit status of a service that makes no sense. */
static int
take_connection(struct httpd *httpd)
{
	const int fd = privsep_accept_take(httpd->conversation, NULL);

	httpd->was_asked = false;
	if (fd == -EAGAIN)
		return 0;
	httpd->is_waiting = false;
	if (fd >= 0) {
		add_connection(httpd, fd);
	} else if (fd == -EPERM || fd == -EINVAL) {
		(void)privsep_log(httpd->conversation, LOG_ERR,
		    "httpd needs AllowAccept=yes and ListenStream=");
		return 1;
	} else {
		/* ESHUTDOWN: a newer policy, whose helpers take over. */
		httpd->is_ending = fd == -EPIPE || fd == -EPROTO ||
		    fd == -ESHUTDOWN || fd == -ECANCELED;
		httpd->is_paused = true;
	}
	return 0;
}

static int
wait_msec(const struct httpd *httpd)
{
	const int limit = httpd->is_paused ? PAUSE_MSEC : IDLE_TIMEOUT * 1000;
	MHD_UNSIGNED_LONG_LONG msec;

	if (MHD_get_timeout(httpd->mhd, &msec) != MHD_YES ||
	    msec > (unsigned int)limit)
		return limit;
	return (int)msec;
}

/*
 * One turn of the loop.  A request that MHD had us make to the daemon may have
 * found the next connection on its way, and then the pair has no input for it
 * any more: it is looked for before the next wait.
 */
static int
turn(struct httpd *httpd, int mhd_fd)
{
	const int pair =
	    httpd->is_ending ? -1 : privsep_fd(httpd->conversation);
	struct pollfd looks[] = { { mhd_fd, POLLIN, 0 }, { pair, POLLIN, 0 } };

	ask_connection(httpd);
	if (poll(looks, 2, wait_msec(httpd)) < 0 && errno != EINTR)
		return 1;
	httpd->is_paused = false;
	if (MHD_run(httpd->mhd) != MHD_YES)
		return 1;
	if (looks[1].revents != 0 || (httpd->was_asked && !httpd->is_ending))
		return take_connection(httpd);
	return 0;
}

static time_t
seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

int
psd_httpd_serve(struct httpd *httpd)
{
	const union MHD_DaemonInfo *info;
	time_t end;
	int r = 0;

	httpd->mhd = start_mhd(httpd);
	if (httpd->mhd == NULL)
		return 1;
	info = MHD_get_daemon_info(httpd->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	while (r == 0 && !httpd->is_ending)
		r = turn(httpd, info->epoll_fd);
	/* What is being answered is finished, for a while. */
	end = seconds() + ENDING_TIMEOUT;
	while (r == 0 && httpd->requests > 0 && seconds() < end)
		r = turn(httpd, info->epoll_fd);
	MHD_stop_daemon(httpd->mhd);
	return r;
}
