/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/deliver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than a pipe of the usual size has room for. */
enum { SPLICED_MAX = 1 << 20 };

void
psd_delivery_begin(struct psd_delivery *delivery, int pair, int output)
{
	struct stat status;

	delivery->pair = pair;
	delivery->output = output;
	if (fstat(output, &status) < 0)
		return;
	delivery->writes_whole = S_ISREG(status.st_mode);
	delivery->splices = S_ISFIFO(status.st_mode);
}

bool
psd_delivery_is_held(const struct psd_delivery *delivery)
{
	return delivery->len > 0 || delivery->is_full;
}

static bool
is_no_error(int error)
{
	return error == EAGAIN || error == EINTR;
}

/* After a reset what was said before may follow. */
static int
hear(struct psd_delivery *delivery, bool has_ended)
{
	const ssize_t n = recv(delivery->pair, delivery->bytes,
	    sizeof(delivery->bytes), MSG_DONTWAIT);

	if (n > 0) {
		delivery->at = 0;
		delivery->len = (size_t)n;
		return 1;
	}
	if (n < 0 && (errno == ECONNRESET || errno == EINTR))
		return 0;
	if (n < 0 && errno != EAGAIN) {
		delivery->is_deaf = true;
		return -errno;
	}
	delivery->is_over = n == 0 || has_ended;
	return 0;
}

/*
 * Where the other side may be slow, poll() promises room for PIPE_BUF bytes and
 * no more.  Standard output is others', too, so that it is not ours to make it
 * non-blocking.
 */
static int
write_some(struct psd_delivery *delivery)
{
	const size_t len = delivery->writes_whole || delivery->len < PIPE_BUF
	    ? delivery->len
	    : PIPE_BUF;
	const ssize_t n =
	    write(delivery->output, delivery->bytes + delivery->at, len);

	if (n < 0)
		return is_no_error(errno) ? 0 : -errno;
	delivery->at += (size_t)n;
	delivery->len -= (size_t)n;
	delivery->total += (size_t)n;
	return 1;
}

/* By our own memory. */
static int
copy(struct psd_delivery *delivery, bool output_is_ready, bool has_ended)
{
	int heard = 0, r = 0;

	if (delivery->len == 0)
		heard = hear(delivery, has_ended);
	if (heard < 0)
		return heard;
	/* What cannot wait is tried at once, there is no need to ask. */
	if (delivery->len > 0 && (delivery->writes_whole || output_is_ready))
		r = write_some(delivery);
	return r == 0 ? heard : r;
}

/* Nothing to be heard, or no room for it? */
static void
look_why(struct psd_delivery *delivery, bool has_ended)
{
	int queued = 0;

	(void)ioctl(delivery->pair, FIONREAD, &queued);
	delivery->is_full = queued > 0;
	delivery->is_over = queued == 0 && has_ended;
}

/*
 * From the pair to a pipe without a copy: what the program said lies in pages
 * that nobody writes to any more.
 */
static int
pass_on(struct psd_delivery *delivery, bool has_ended)
{
	const ssize_t n = splice(delivery->pair, NULL, delivery->output, NULL,
	    SPLICED_MAX, SPLICE_F_NONBLOCK);

	if (n >= 0) {
		delivery->is_full = false;
		delivery->is_over = n == 0;
		delivery->total += (size_t)n;
		return n > 0;
	}
	switch (errno) {
	case EAGAIN:
		look_why(delivery, has_ended);
		return 0;
	case EINTR:
	case ECONNRESET:
		return 0;
	case EINVAL:
		/* A pipe that takes no pages; the kernel knows why. */
		delivery->splices = false;
		delivery->is_full = false;
		return 0;
	default:
		/* All that a pipe has against being written to. */
		delivery->is_deaf = errno != EPIPE;
		return -errno;
	}
}

int
psd_delivery_go_on(struct psd_delivery *delivery, bool output_is_ready,
    bool has_ended)
{
	if (delivery->is_over && delivery->len == 0)
		return 0;
	return delivery->splices ? pass_on(delivery, has_ended)
				 : copy(delivery, output_is_ready, has_ended);
}
