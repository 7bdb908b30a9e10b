/* SPDX-License-Identifier: ISC */
#include "helper/conversation.h"

#include "common/fd.h"
#include "common/mem.h"
#include "helper/deadline.h"
#include "helper/exchange.h"
#include "helper/handle.h"
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
	struct psd_exchange *const exchange = conversation->exchange;
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
		memcpy(exchange->service, rep.service.at, rep.service.len);
		exchange->service[rep.service.len] = '\0';
	}
	psd_exchange_unlock(conversation);
	return r;
}

static void
init(struct psd_exchange *exchange, int fd, struct psd_frame *in)
{
	(void)pthread_mutex_init(&exchange->lock, NULL);
	psd_deadline_cond_init(&exchange->room);
	for (size_t i = 0; i < PSD_ASKED_MAX; i++)
		psd_deadline_cond_init(&exchange->waiting[i].answered);
	psd_conv_init(&exchange->conv, fd);
	psd_frame_init(&exchange->out);
	psd_frame_init(in);
	exchange->in = in;
	TAILQ_INIT(&exchange->handles);
	TAILQ_INIT(&exchange->pending);
	TAILQ_INIT(&exchange->due);
	psd_mark_init(&exchange->mark);
}

struct privsep *
psd_conversation_make(int fd, enum psd_side side)
{
	_cleanup_free_ struct privsep *conversation =
	    calloc(1, sizeof(*conversation));
	_cleanup_free_ struct psd_exchange *exchange =
	    calloc(1, sizeof(*exchange));
	struct psd_frame *const in = malloc(sizeof(*in));
	struct privsep *made;

	if (conversation == NULL || exchange == NULL || in == NULL) {
		free(in);
		psd_fd_close(fd);
		return NULL;
	}
	init(exchange, fd, in);
	exchange->side = side;
	conversation->exchange = exchange;
	exchange = NULL;
	made = conversation;
	conversation = NULL;
	return made;
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
	conversation = psd_conversation_make(fd, PSD_ASKS_DAEMON);
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
	return conversation->exchange->service;
}

int
privsep_fd(const struct privsep *conversation)
{
	return conversation->exchange->conv.fd;
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
read_to_the_end(struct psd_exchange *exchange, psd_deadline deadline)
{
	for (;;) {
		const int r =
		    psd_deadline_poll(exchange->conv.fd, POLLIN, deadline);

		if (r < 0)
			return r;
		psd_frame_init(exchange->in);
		switch (psd_conv_recv(&exchange->conv, 0, exchange->in)) {
		case PSD_HEARD_FRAME:
			psd_frame_clear(exchange->in);
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
	struct psd_exchange *exchange;
	int r;

	if (conversation == NULL)
		return 0;
	if (conversation->handle != NULL)
		return -EINVAL;
	exchange = conversation->exchange;
	psd_exchange_lock(conversation);
	r = exchange->fate == -EPIPE ? 0 : exchange->fate;
	if (r == 0)
		r = psd_conv_end(&exchange->conv);
	/* The daemon waits for our end; a client and a service need not. */
	if (r == 0 && exchange->side == PSD_ASKS_DAEMON)
		r = read_to_the_end(exchange,
		    psd_deadline_after(conversation->timeout));
	psd_exchange_unlock(conversation);
	privsep_free(conversation);
	return r;
}

/* A child closes its copy and no more: the end would be its parent's, too. */
static void
close_end(struct psd_exchange *exchange)
{
	if (exchange->is_foreign)
		psd_fd_cleanup(&exchange->conv.fd);
	else
		psd_conv_close(&exchange->conv);
}

static void
free_exchange(struct psd_exchange *exchange)
{
	struct psd_handle *handle;

	while ((handle = TAILQ_FIRST(&exchange->handles)) != NULL)
		psd_handle_free(handle);
	psd_exchange_release(exchange);
	psd_frame_clear(exchange->in);
	free(exchange->in);
	close_end(exchange);
	for (size_t i = 0; i < PSD_ASKED_MAX; i++)
		(void)pthread_cond_destroy(&exchange->waiting[i].answered);
	(void)pthread_cond_destroy(&exchange->room);
	(void)pthread_mutex_destroy(&exchange->lock);
	psd_mark_free(&exchange->mark);
	free(exchange);
}

void
privsep_free(struct privsep *conversation)
{
	if (conversation == NULL)
		return;
	/* Finds out whether it is ours, too. */
	psd_exchange_lock(conversation);
	if (conversation->handle != NULL) {
		struct privsep whole = { .exchange = conversation->exchange };

		psd_handle_free(conversation->handle);
		psd_exchange_unlock(&whole);
		return;
	}
	psd_exchange_unlock(conversation);
	free_exchange(conversation->exchange);
	free(conversation);
}
