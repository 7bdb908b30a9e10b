/* SPDX-License-Identifier: ISC */
#include "common/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool
is_good(const struct psd_trace_head *head, size_t len)
{
	return head->version == PSD_TRACE_VERSION &&
	    head->body_len <= PSD_FRAME_MAX - PSD_FRAME_HEADER &&
	    head->text_len <= PSD_TRACE_TEXT_MAX &&
	    head->n_fds <= PSD_FDS_MAX &&
	    head->service[PSD_TRACE_NAME_MAX] == '\0' &&
	    len == sizeof(*head) + head->body_len + head->text_len;
}

int
psd_trace_receive(int fd, struct psd_trace *ret)
{
	const ssize_t n = recv(fd, ret, sizeof(*ret) - 1, MSG_TRUNC);

	if (n < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	if (n == 0)
		return -EPIPE;
	if ((size_t)n < sizeof(ret->head) || (size_t)n >= sizeof(*ret) ||
	    !is_good(&ret->head, (size_t)n))
		return -EBADMSG;
	ret->bytes[ret->head.body_len + ret->head.text_len] = '\0';
	return 0;
}

int
psd_trace_get_frame(const struct psd_trace *trace, struct psd_frame *ret)
{
	const struct psd_trace_head *head = &trace->head;

	psd_frame_init(ret);
	ret->type = head->type;
	ret->op = head->op;
	ret->id = head->id;
	ret->status = head->status;
	ret->len = PSD_FRAME_HEADER + head->body_len;
	memcpy(ret->bytes + PSD_FRAME_HEADER, trace->bytes, head->body_len);
	while (ret->n_fds < head->n_fds) {
		const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		if (fd < 0) {
			const int error = errno;

			psd_frame_clear(ret);
			return -error;
		}
		ret->fds[ret->n_fds++] = fd;
	}
	return 0;
}

const char *
psd_trace_text(const struct psd_trace *trace)
{
	return trace->bytes + trace->head.body_len;
}
