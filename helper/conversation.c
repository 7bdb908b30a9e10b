/* SPDX-License-Identifier: ISC */
#include "helper/conversation.h"

#include "common/fd.h"
#include "helper/deadline.h"
#include "helper/exchange.h"
#include "helper/inherit.h"
#include "helper/stub.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

const char *
privsep_version(void)
{
	return PRIVSEP_VERSION;
}

/* The daemon may only choose a version that we named. */
static int
greet(struct privsep *conversation)
{
	struct psd_hello_req req = {
		.oldest = PSD_PROTOCOL,
		.newest = PSD_PROTOCOL,
	};
	struct psd_hello_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_hello(conversation, &req, &rep);
	if (r == 0 && rep.version != PSD_PROTOCOL)
		r = psd_exchange_break(conversation);
	if (r == 0) {
		memcpy(conversation->service, rep.service.at, rep.service.len);
		conversation->service[rep.service.len] = '\0';
	}
	psd_exchange_unlock(conversation);
	return r;
}

/* Takes over fd, also when it fails. */
static struct privsep *
make(int fd)
{
	struct privsep *conversation = calloc(1, sizeof(*conversation));

	if (conversation == NULL) {
		psd_fd_close(fd);
		return NULL;
	}
	(void)pthread_mutex_init(&conversation->lock, NULL);
	psd_deadline_cond_init(&conversation->room);
	for (size_t i = 0; i < PSD_ASKED_MAX; i++)
		psd_deadline_cond_init(&conversation->waiting[i].answered);
	psd_conv_init(&conversation->conv, fd);
	psd_frame_init(&conversation->out);
	psd_frame_init(&conversation->in);
	return conversation;
}

int
privsep_from_fd(struct privsep **ret, int fd)
{
	struct privsep *conversation;
	int r;

	r = psd_inherit_check(fd);
	if (r < 0) {
		psd_fd_close(fd);
		return r;
	}
	conversation = make(fd);
	if (conversation == NULL)
		return -ENOMEM;
	r = greet(conversation);
	if (r < 0) {
		privsep_free(conversation);
		return r;
	}
	*ret = conversation;
	return 0;
}

int
privsep_init(struct privsep **ret)
{
	const int fd = psd_inherit_find();

	return fd < 0 ? fd : privsep_from_fd(ret, fd);
}

const char *
privsep_service(const struct privsep *conversation)
{
	return conversation->service;
}

int
privsep_fd(const struct privsep *conversation)
{
	return conversation->conv.fd;
}

void
privsep_set_timeout(struct privsep *conversation, uint64_t usec)
{
	psd_exchange_lock(conversation);
	conversation->timeout = usec;
	psd_exchange_unlock(conversation);
}

/*
 * Late replies are of no use any more.  An error that goes on would keep us
 * here, so only records and their absence count as progress.
 */
static int
read_to_the_end(struct privsep *conversation)
{
	const psd_deadline deadline = psd_deadline_after(conversation->timeout);

	for (;;) {
		const int r =
		    psd_deadline_poll(conversation->conv.fd, POLLIN, deadline);

		if (r < 0)
			return r;
		psd_frame_init(&conversation->in);
		switch (
		    psd_conv_recv(&conversation->conv, 0, &conversation->in)) {
		case PSD_HEARD_FRAME:
			psd_frame_clear(&conversation->in);
			break;
		case PSD_HEARD_NOTHING:
			break;
		case PSD_HEARD_END:
			return 0;
		case PSD_HEARD_BROKEN:
			return -EPROTO;
		case PSD_HEARD_ERROR:
			return -errno;
		}
	}
}

int
privsep_end(struct privsep *conversation)
{
	int r;

	if (conversation == NULL)
		return 0;
	psd_exchange_lock(conversation);
	r = conversation->fate == -EPIPE ? 0 : conversation->fate;
	if (r == 0)
		r = psd_conv_end(&conversation->conv);
	if (r == 0)
		r = read_to_the_end(conversation);
	psd_exchange_unlock(conversation);
	privsep_free(conversation);
	return r;
}

void
privsep_free(struct privsep *conversation)
{
	if (conversation == NULL)
		return;
	psd_exchange_release(conversation);
	psd_frame_clear(&conversation->in);
	psd_conv_close(&conversation->conv);
	for (size_t i = 0; i < PSD_ASKED_MAX; i++)
		(void)pthread_cond_destroy(&conversation->waiting[i].answered);
	(void)pthread_cond_destroy(&conversation->room);
	(void)pthread_mutex_destroy(&conversation->lock);
	free(conversation);
}
