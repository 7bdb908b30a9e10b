/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/pump.h"

#include "common/mem.h"
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
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 65536, USEC_PER_MSEC = 1000, PROGRESS_MSEC = 200 };

/* One direction: read only when all that was read before has been written. */
struct flow {
	char bytes[ROOM];
	size_t at, len; /* what is to be written of it */
	bool is_over;   /* nothing more is read */
	uint64_t total; /* written so far */
};

struct pump {
	const struct psd_pump_ends *ends;
	struct flow in, out;
	bool said_end;     /* of the input, to the program */
	bool has_ended;    /* the program */
	bool is_overdue;   /* and was reported */
	bool writes_whole; /* output: no write of it waits for a reader */
	bool is_pipe;      /* output */
	int unread;        /* of the pair, when it was last looked at */
	uint64_t quiet_since;
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

static void
wrote(struct flow *flow, size_t n)
{
	flow->at += n;
	flow->len -= n;
	flow->total += n;
}

static void
got(struct flow *flow, size_t n)
{
	flow->at = 0;
	flow->len = n;
	flow->is_over = n == 0;
}

static int
read_input(struct pump *pump)
{
	const ssize_t n = read(pump->ends->input, pump->in.bytes, ROOM);

	if (n >= 0)
		got(&pump->in, (size_t)n);
	else if (!is_no_error(errno))
		return -errno;
	return 0;
}

/* A program that reads no more is no failure: head does so. */
static void
feed_program(struct pump *pump)
{
	struct flow *in = &pump->in;
	const ssize_t n = send(pump->ends->pair, in->bytes + in->at, in->len,
	    MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n >= 0) {
		wrote(in, (size_t)n);
	} else if (!is_no_error(errno)) {
		in->len = 0;
		in->is_over = true;
	}
}

/*
 * The end is said by shutdown(): whoever else holds a copy of our end could
 * withhold it otherwise.
 */
static void
say_end(struct pump *pump)
{
	if (pump->said_end || !pump->in.is_over || pump->in.len > 0)
		return;
	pump->said_end = true;
	pump->quiet_since = now();
	(void)shutdown(pump->ends->pair, SHUT_WR);
	(void)ioctl(pump->ends->pair, SIOCOUTQ, &pump->unread);
}

/*
 * After a reset what was said before may follow.  A program that has ended says
 * nothing more than what is queued, whatever copy of its end is still open.
 */
static void
hear_program(struct pump *pump)
{
	const ssize_t n =
	    recv(pump->ends->pair, pump->out.bytes, ROOM, MSG_DONTWAIT);

	if (n >= 0) {
		got(&pump->out, (size_t)n);
		pump->quiet_since = now();
	} else if (errno == EAGAIN) {
		pump->out.is_over = pump->has_ended;
	} else if (errno != ECONNRESET && errno != EINTR) {
		pump->out.is_over = true;
	}
}

/*
 * Where the other side may be slow, poll() promises room for PIPE_BUF bytes and
 * no more.  Standard output is others', too, so that it is not ours to make it
 * non-blocking; a single write to a pipe can be.
 */
static ssize_t
write_some(struct pump *pump)
{
	const struct flow *out = &pump->out;
	struct iovec piece = { (char *)pump->out.bytes + out->at, out->len };
	ssize_t n;

	if (pump->is_pipe) {
		n = pwritev2(pump->ends->output, &piece, 1, -1, RWF_NOWAIT);
		if (n >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS))
			return n;
		/* From now on not before poll() says that there is room. */
		pump->is_pipe = false;
		errno = EAGAIN;
		return -1;
	}
	if (!pump->writes_whole && piece.iov_len > PIPE_BUF)
		piece.iov_len = PIPE_BUF;
	return write(pump->ends->output, piece.iov_base, piece.iov_len);
}

static int
write_output(struct pump *pump)
{
	const ssize_t n = write_some(pump);

	if (n >= 0)
		wrote(&pump->out, (size_t)n);
	else if (!is_no_error(errno))
		return -errno;
	/* Whoever reads us was slow, not the program. */
	pump->quiet_since = now();
	return 0;
}

static bool
may_be_overdue(const struct pump *pump)
{
	return pump->said_end && !pump->has_ended && !pump->is_overdue &&
	    pump->out.len == 0 && pump->ends->stop_usec != 0;
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
	const bool has_room = pump->out.len == 0 && !pump->out.is_over;
	const bool reads =
	    pump->in.len == 0 && !pump->in.is_over && !pump->has_ended;

	look_for(&looks[AT_INPUT], ends->input, reads ? POLLIN : 0);
	look_for(&looks[AT_OUTPUT], ends->output,
	    pump->out.len > 0 ? POLLOUT : 0);
	look_for(&looks[AT_PAIR], ends->pair,
	    (short)((pump->in.len > 0 ? POLLOUT : 0) |
		(has_room ? POLLIN : 0)));
	look_for(&looks[AT_CONTROL], ends->control,
	    pump->has_ended ? 0 : POLLIN);
	/* Nothing more comes: what is there is taken without waiting. */
	if (poll(looks, PLACES,
		pump->has_ended && has_room ? 0 : wait_msec(pump)) < 0)
		return errno == EINTR ? 0 : -errno;
	return 0;
}

/* What cannot wait is tried at once: mostly there is room, and no need to ask. */
static bool
can_write(const struct pump *pump, const struct pollfd *look)
{
	return pump->out.len > 0 &&
	    (pump->is_pipe || pump->writes_whole || look->revents != 0);
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
	if (looks[AT_INPUT].revents != 0) {
		r = read_input(pump);
		if (r < 0) {
			psd_ctl_complain("cannot read the input: %s",
			    strerror(-r));
			return r;
		}
	}
	if (pump->in.len > 0)
		feed_program(pump);
	say_end(pump);
	if (pump->out.len == 0 && !pump->out.is_over &&
	    (looks[AT_PAIR].revents != 0 || pump->has_ended))
		hear_program(pump);
	if (can_write(pump, &looks[AT_OUTPUT]))
		r = write_output(pump);
	if (r < 0)
		psd_ctl_complain("cannot write the output: %s", strerror(-r));
	judge_quiet(pump);
	return r;
}

int
psd_pump(const struct psd_pump_ends *ends)
{
	/* Not on the stack: it holds two buffers. */
	_cleanup_free_ struct pump *pump = calloc(1, sizeof(*pump));
	struct stat status;
	int r = 0;

	if (pump == NULL) {
		psd_ctl_complain("out of memory");
		return -ENOMEM;
	}
	pump->ends = ends;
	if (fstat(ends->output, &status) == 0) {
		pump->writes_whole = S_ISREG(status.st_mode);
		pump->is_pipe = S_ISFIFO(status.st_mode);
	}
	psd_progress_begin(&pump->progress, ends->shows_progress);
	while (r == 0 &&
	    (!pump->has_ended || !pump->out.is_over || pump->out.len > 0)) {
		r = turn(pump);
		psd_progress_show(&pump->progress, pump->in.total,
		    pump->out.total);
	}
	psd_progress_end(&pump->progress);
	return r;
}
