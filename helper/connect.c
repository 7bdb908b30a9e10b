/* SPDX-License-Identifier: ISC */
#include "helper/connect.h"

#include "common/codec.h"
#include "common/fd.h"
#include "helper/exchange.h"
#include "helper/message.h"
#include "helper/stub.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

/*
 * How long a stranger may take, unless the program says otherwise: longer
 * than a daemon has a client wait, so that its reason is heard.
 */
enum { WAIT_SEC = 30, USEC_PER_SEC = 1000000 };

enum { ERRNO_MAX = 4095 };

static int
say_hello(struct psd_exchange *exchange, psd_deadline deadline)
{
	struct psd_svc_hello_req req = {
		.oldest = PSD_SVC_PROTOCOL,
		.newest = PSD_SVC_PROTOCOL,
	};
	int r;

	exchange->last_id = PSD_SVC_HELLO_ID;
	r = psd_encode_request(&exchange->out, psd_svc_find(PSD_OP_svc_hello),
	    PSD_SVC_HELLO_ID, &req);
	if (r < 0)
		return r;
	r = psd_message_say(exchange, deadline);
	/* Who was refused before he said it can read why. */
	return r == -EPIPE ? 0 : r;
}

static int
judge_answer(struct psd_frame *frame)
{
	const struct psd_op_row *row = psd_svc_find(PSD_OP_svc_hello);
	struct psd_svc_hello_rep rep;

	if (frame->type != PSD_FRAME_REPLY || frame->op != row->op ||
	    frame->id != PSD_SVC_HELLO_ID || frame->status < -ERRNO_MAX)
		return -EPROTO;
	if (frame->status < 0)
		return frame->status;
	if (psd_decode(frame, row->rep, row->rep_size, &rep) < 0 ||
	    rep.version != PSD_SVC_PROTOCOL)
		return -EPROTO;
	return 0;
}

static int
greet(struct psd_exchange *exchange)
{
	const psd_deadline deadline =
	    psd_deadline_after((uint64_t)WAIT_SEC * USEC_PER_SEC);
	int r;

	r = say_hello(exchange, deadline);
	if (r == 0)
		r = psd_message_hear(exchange, deadline);
	if (r < 0)
		return r;
	r = judge_answer(exchange->in);
	psd_frame_clear(exchange->in);
	return r;
}

int
psd_client_begin(struct privsep **ret, int fd, const char *service)
{
	struct privsep *client = psd_conversation_make(fd, PSD_ASKS_SERVICE);
	int r;

	if (client == NULL)
		return -ENOMEM;
	client->timeout = (uint64_t)WAIT_SEC * USEC_PER_SEC;
	(void)snprintf(client->exchange->service,
	    sizeof(client->exchange->service), "%s", service);
	r = greet(client->exchange);
	if (r < 0) {
		privsep_free(client);
		return r;
	}
	*ret = client;
	return 0;
}

/* A descriptor connected to DIR/service/NAME.sock, or -errno. */
static int
connect_below(const char *dir, const char *below, const char *service)
{
	const struct timeval limit = { .tv_sec = WAIT_SEC };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_fd_ int fd = PSD_NO_FD;
	int n;

	n = snprintf(address.sun_path, sizeof(address.sun_path),
	    "%s%s/service/%s.sock", dir, below, service);
	if (n < 0 || (size_t)n >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* Of connect(), which waits while the backlog is full. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
		return -errno;
	while (connect(fd, (const struct sockaddr *)&address, sizeof(address)) <
	    0) {
		if (errno != EINTR)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
	}
	return psd_fd_take(&fd);
}

/* The system's daemon before the user's own. */
static int
connect_to(const char *service)
{
	const char *dir = secure_getenv("PRIVSEP_RUNTIME_DIR");
	int fd;

	if (dir != NULL)
		return connect_below(dir, "", service);
	fd = connect_below("/run/privsepd", "", service);
	dir = secure_getenv("XDG_RUNTIME_DIR");
	if (fd != -ENOENT || dir == NULL)
		return fd;
	return connect_below(dir, "/privsepd", service);
}

int
privsep_connect(struct privsep **ret, const char *service)
{
	int fd;

	if (*service == '\0' || strchr(service, '/') != NULL)
		return -EINVAL;
	fd = connect_to(service);
	return fd < 0 ? fd : psd_client_begin(ret, fd, service);
}

int
privsep_call_service(struct privsep *conversation, const char *name,
    struct privsep **ret)
{
	struct psd_call_req req = { .service = psd_str_of(name) };
	struct psd_call_rep rep;
	int r;

	/* It waits for the provider, which a handle must not. */
	if (conversation->handle != NULL)
		return -EOPNOTSUPP;
	psd_exchange_lock(conversation);
	r = psd_call_call(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? r : psd_client_begin(ret, rep.connection, name);
}

int
privsep_call(struct privsep *client, const struct privsep_message *call,
    struct privsep_buffer *ret_reply)
{
	const struct psd_op_row *row = psd_svc_find(PSD_OP_svc_call);
	struct psd_svc_call_req req;
	struct psd_svc_call_rep rep;
	int r;

	psd_fields_init(row->req, row->req_size, &req);
	r = psd_message_give(call, &req.message, &req.descriptors);
	if (r == 0) {
		psd_exchange_lock(client);
		r = psd_exchange_request(client, row, &req, &rep);
		if (r == 0)
			r = psd_message_take(&rep.message, &rep.descriptors,
			    ret_reply);
		psd_exchange_unlock(client);
	}
	psd_fields_release(row->req, &req);
	return r;
}
