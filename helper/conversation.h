/* SPDX-License-Identifier: ISC */
#ifndef PSD_CONVERSATION_H
#define PSD_CONVERSATION_H

#include "common/conv.h"
#include "common/kind.h"
#include "common/ops.h"
#include "helper/privsep.h"

#include <pthread.h>
#include <stdbool.h>

/*
 * Requests that one conversation may have waiting at a time, and how many of
 * them may be accept, whose reply can take for ever.
 */
enum { PSD_ASKED_MAX = 16, PSD_ACCEPTS_MAX = 8 };

enum psd_wait_state {
	PSD_WAIT_FREE,     /* no request */
	PSD_WAIT_ASKED,    /* sent, no reply yet */
	PSD_WAIT_ANSWERED, /* status and rep are there to be taken */
};

/* Whose reply it will be. */
enum psd_wait_owner {
	PSD_FOR_CALLER, /* a thread is in psd_exchange_answer() for it */
	PSD_FOR_TAKER,  /* privsep_accept_take(), some time */
	PSD_FOR_NOBODY, /* was given up: discarded when it comes */
};

/*
 * A request that was sent, until its reply is taken.  One that was given up
 * keeps its place, and its id, until the reply has come, so that no other
 * request is mistaken for it.
 */
struct psd_waiting {
	enum psd_wait_state state;
	enum psd_wait_owner owner;
	pthread_cond_t answered; /* or its turn to receive, or all is over */
	uint32_t id;
	int status;
	const struct psd_op_row *row;
	union psd_any_rep rep;
};

/*
 * A conversation.  lock guards everything but what the comments except; it is
 * free while a thread waits for the daemon.  At most one thread receives at a
 * time, and hands what it finds to whoever waits for it, so that one thread
 * may wait for a connection while others open files.
 */
struct privsep {
	pthread_mutex_t lock;
	pthread_cond_t room; /* a place of waiting became free */
	struct psd_conv conv;
	int fate;       /* 0 as long as it goes on, then -EPIPE, -EPROTO or
			   what our own receiving failed with */
	bool receiving; /* a thread is in recvmsg(), and in is its own */
	/* Whose reply in still holds; nobody receives before it was taken. */
	struct psd_waiting *unread;
	uint32_t last_id;
	uint64_t timeout; /* of each request, in microseconds; 0: none */
	struct psd_waiting waiting[PSD_ASKED_MAX];
	struct psd_frame out;
	struct psd_frame in;
	char service[PSD_NAME_MAX + 1]; /* does not change after hello */
};

#endif
