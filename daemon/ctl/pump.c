/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/pump.h"

#include "common/mem.h"
#include "daemon/ctl/deliver.h"
#include "daemon/ctl/out.h"
#include "daemon/ctl/progress.h"

#include <errno.h>
#include <limits.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 65536, USEC_PER_MSEC = 1000, PROGRESS_MSEC = 200 };

struct pump {
	const struct psd_pump_ends *ends;
	/* Input, which is read when all that was read before has been sent. */
	char bytes[ROOM];
	size_t at, len;  /* what is to be sent of it */
	bool is_over;    /* nothing more is read */
	uint64_t total;  /* sent so far */
	bool said_end;   /* of the input, to the program */
	bool has_ended;  /* the program */
	bool is_overdue; /* and was reported */
	int unread;      /* of the pair, when it was last looked at */
	uint64_t quiet_since;
	struct psd_delivery out;
	struct psd_progress progress;
};

enum { AT_INPUT, AT_OUTPUT, AT_PAIR, AT_CONTROL, PLACES };

static uint64_t
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static bool
is_no_error(int error)
{
	return error == EAGAIN || error == EINTR;
}

static int
read_input(struct pump *pump)
{
	const ssize_t n = read(pump->ends->input, pump->bytes, ROOM);

	if (n < 0)
		return is_no_error(errno) ? 0 : -errno;
	pump->at = 0;
	pump->len = (size_t)n;
	pump->is_over = n == 0;
	return 0;
}

/* A program that reads no more is no failure: head does so. */
static int
feed_program(struct pump *pump)
{
	const ssize_t n = send(pump->ends->pair, pump->bytes + pump->at,
	    pump->len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n >= 0) {
		pump->at += (size_t)n;
		pump->len -= (size_t)n;
		pump->total += (size_t)n;
		return 0;
	}
	if (is_no_error(errno))
		return 0;
	if (errno != EPIPE && errno != ECONNRESET)
		return -errno;
	pump->len = 0;
	pump->is_over = true;
	return 0;
}

/*
 * The end is said by shutdown(): whoever else holds a copy of our end could
 * withhold it otherwise.
 */
static int
say_end(struct pump *pump)
{
	if (pump->said_end || !pump->is_over || pump->len > 0)
		return 0;
	pump->said_end = true;
	pump->quiet_since = now();
	(void)ioctl(pump->ends->pair, SIOCOUTQ, &pump->unread);
	/* It may be gone already, and hear nothing. */
	if (shutdown(pump->ends->pair, SHUT_WR) < 0 && errno != ENOTCONN)
		return -errno;
	return 0;
}

static bool
may_be_overdue(const struct pump *pump)
{
	return pump->said_end && !pump->has_ended && !pump->is_overdue &&
	    !psd_delivery_is_held(&pump->out) && pump->ends->stop_usec != 0;
}

/* It reads on without a word: then there is less to be read. */
static void
judge_quiet(struct pump *pump)
{
	int unread = 0;

	if (!may_be_overdue(pump) ||
	    now() - pump->quiet_since < pump->ends->stop_usec)
		return;
	if (ioctl(pump->ends->pair, SIOCOUTQ, &unread) == 0 &&
	    unread != pump->unread) {
		pump->unread = unread;
		pump->quiet_since = now();
		return;
	}
	pump->is_overdue = true;
	(void)shutdown(pump->ends->control, SHUT_WR);
}

static int
wait_msec(const struct pump *pump)
{
	int msec = pump->progress.is_on ? PROGRESS_MSEC : -1;
	uint64_t quiet, left;

	if (!may_be_overdue(pump))
		return msec;
	quiet = now() - pump->quiet_since;
	if (quiet >= pump->ends->stop_usec)
		return 0;
	left = (pump->ends->stop_usec - quiet) / USEC_PER_MSEC + 1;
	if (msec < 0 && left > INT_MAX)
		return INT_MAX;
	return msec < 0 || left < (uint64_t)msec ? (int)left : msec;
}

static void
look_for(struct pollfd *look, int fd, short events)
{
	*look = (struct pollfd){ events != 0 ? fd : -1, events, 0 };
}

/* What nothing is wanted of is not looked at: its end would wake us. */
static int
wait_for(struct pump *pump, struct pollfd looks[PLACES])
{
	const struct psd_pump_ends *ends = pump->ends;
	const bool is_held = psd_delivery_is_held(&pump->out);
	const bool hears = !is_held && !pump->out.is_over;
	const bool reads = pump->len == 0 && !pump->is_over && !pump->has_ended;

	look_for(&looks[AT_INPUT], ends->input, reads ? POLLIN : 0);
	look_for(&looks[AT_OUTPUT], ends->output, is_held ? POLLOUT : 0);
	look_for(&looks[AT_PAIR], ends->pair,
	    (short)((pump->len > 0 ? POLLOUT : 0) | (hears ? POLLIN : 0)));
	look_for(&looks[AT_CONTROL], ends->control,
	    pump->has_ended ? 0 : POLLIN);
	/* Nothing more comes: what is there is taken without waiting. */
	if (poll(looks, PLACES,
		pump->has_ended && hears ? 0 : wait_msec(pump)) < 0 &&
	    errno != EINTR) {
		const int error = errno;

		psd_ctl_complain("cannot wait: %s", strerror(error));
		return -error;
	}
	return 0;
}

static int
take_input(struct pump *pump, const struct pollfd looks[PLACES])
{
	int r = 0;

	if (looks[AT_INPUT].revents != 0)
		r = read_input(pump);
	if (r < 0) {
		psd_ctl_complain("cannot read the input: %s", strerror(-r));
		return r;
	}
	if (pump->len > 0)
		r = feed_program(pump);
	if (r == 0)
		r = say_end(pump);
	if (r < 0)
		psd_ctl_complain("cannot pass on the input: %s", strerror(-r));
	return r;
}

/* Whoever reads us was slow, or the program has said something. */
static int
give_output(struct pump *pump, const struct pollfd looks[PLACES])
{
	int r = 0;

	if (looks[AT_PAIR].revents != 0 || looks[AT_OUTPUT].revents != 0 ||
	    pump->has_ended)
		r = psd_delivery_go_on(&pump->out,
		    looks[AT_OUTPUT].revents != 0, pump->has_ended);
	if (r > 0)
		pump->quiet_since = now();
	if (r < 0)
		psd_ctl_complain("cannot %s: %s",
		    pump->out.is_deaf ? "hear the program" : "write the output",
		    strerror(-r));
	return r < 0 ? r : 0;
}

/* control is readable when the program has ended, and not before. */
static int
turn(struct pump *pump)
{
	struct pollfd looks[PLACES];
	int r = wait_for(pump, looks);

	if (r < 0)
		return r;
	if (looks[AT_CONTROL].revents != 0)
		pump->has_ended = true;
	r = take_input(pump, looks);
	if (r == 0)
		r = give_output(pump, looks);
	judge_quiet(pump);
	return r;
}

int
psd_pump(const struct psd_pump_ends *ends)
{
	/* Not on the stack: it holds two buffers. */
	_cleanup_free_ struct pump *pump = calloc(1, sizeof(*pump));
	int r = 0;

	if (pump == NULL) {
		psd_ctl_complain("out of memory");
		return -ENOMEM;
	}
	pump->ends = ends;
	psd_delivery_begin(&pump->out, ends->pair, ends->output);
	psd_progress_begin(&pump->progress, ends->shows_progress);
	while (r == 0 &&
	    (!pump->has_ended || !pump->out.is_over ||
		psd_delivery_is_held(&pump->out))) {
		r = turn(pump);
		psd_progress_show(&pump->progress, pump->total,
		    pump->out.total);
	}
	psd_progress_end(&pump->progress);
	return r;
}
