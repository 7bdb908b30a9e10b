/* SPDX-License-Identifier: ISC */
#include "common/notice.h"

#include "common/fd.h"
#include "common/record.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { VERSION = 1 };

static const char magic[8] = "psdsays";

struct psd_notice
psd_notice_make(enum psd_notice_kind kind)
{
	struct psd_notice notice = { .version = VERSION, .kind = kind };

	memcpy(notice.magic, magic, sizeof(magic));
	return notice;
}

int
psd_notice_send(int fd, const struct psd_notice *notice, const int *fds,
    size_t n_fds)
{
	return psd_record_send(fd, notice, sizeof(*notice), fds, n_fds, 0);
}

void
psd_notice_refuse(int fd, int error, const char *format, ...)
{
	struct psd_notice notice = psd_notice_make(PSD_NOTICE_REFUSED);
	va_list arguments;

	notice.error = error;
	va_start(arguments, format);
	(void)vsnprintf(notice.text, sizeof(notice.text), format, arguments);
	va_end(arguments);
	/* Whoever is gone need not be told. */
	(void)psd_notice_send(fd, &notice, NULL, 0);
}

static int
wait_for_input(int fd, int msec)
{
	struct pollfd look = { .fd = fd, .events = POLLIN };
	int n;

	do {
		n = poll(&look, 1, msec);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n == 0 ? -ETIMEDOUT : 0;
}

/*
 * Padding makes room for more than were meant to come; what does not fit is
 * closed, and the kernel says that it cut the message, or we do.
 */
static bool
take_descriptors(struct msghdr *message, struct psd_noticed *noticed)
{
	bool fits = (message->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;

	for (struct cmsghdr *m = CMSG_FIRSTHDR(message); m != NULL;
	     m = CMSG_NXTHDR(message, m)) {
		const size_t n = (m->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (m->cmsg_level != SOL_SOCKET || m->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(m) + i * sizeof(fd), sizeof(fd));
			if (noticed->n_fds < PSD_NOTICE_FDS_MAX) {
				noticed->fds[noticed->n_fds++] = fd;
			} else {
				psd_fd_close(fd);
				fits = false;
			}
		}
	}
	return fits;
}

static bool
is_good(const struct psd_notice *notice)
{
	if (memcmp(notice->magic, magic, sizeof(magic)) != 0 ||
	    notice->version != VERSION ||
	    notice->text[sizeof(notice->text) - 1] != '\0')
		return false;
	if (notice->kind == PSD_NOTICE_REFUSED)
		return notice->error > 0;
	return notice->error == 0 &&
	    (notice->kind == PSD_NOTICE_PLAN ||
		notice->kind == PSD_NOTICE_CONFINED);
}

int
psd_notice_receive(int fd, int msec, struct psd_noticed *ret)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(PSD_NOTICE_FDS_MAX * sizeof(int))];
	} control;
	struct psd_noticed noticed = {
		.fds = { PSD_NO_FD, PSD_NO_FD, PSD_NO_FD },
	};
	struct iovec record = { &noticed.notice, sizeof(noticed.notice) };
	struct msghdr message = {
		.msg_iov = &record,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int r = wait_for_input(fd, msec);
	ssize_t n;

	if (r < 0)
		return r;
	do {
		message.msg_controllen = sizeof(control);
		n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	if (take_descriptors(&message, &noticed) &&
	    n == sizeof(noticed.notice) && is_good(&noticed.notice)) {
		*ret = noticed;
		return 0;
	}
	psd_notice_clear(&noticed);
	return n == 0 ? -EPIPE : -EBADMSG;
}

void
psd_notice_clear(struct psd_noticed *noticed)
{
	for (size_t i = 0; i < PSD_NOTICE_FDS_MAX; i++)
		psd_fd_cleanup(&noticed->fds[i]);
	noticed->n_fds = 0;
}
