/* SPDX-License-Identifier: ISC */
#ifndef PSD_CONVERSATION_H
#define PSD_CONVERSATION_H

#include "common/conv.h"
#include "common/kind.h"
#include "common/ops.h"
#include "helper/mark.h"
#include "helper/privsep.h"

#include <pthread.h>
#include <stdbool.h>
#include <sys/queue.h>

/*
 * Requests that one conversation may have waiting at a time; how many of them
 * may be accept, and how many places accept and wait_program, whose replies can
 * take for ever, leave to the others.
 */
enum { PSD_ASKED_MAX = 16, PSD_ACCEPTS_MAX = 8, PSD_SPARE_PLACES = 4 };

enum psd_wait_state {
	PSD_WAIT_FREE,     /* no request */
	PSD_WAIT_ASKED,    /* sent, no reply yet */
	PSD_WAIT_ANSWERED, /* status and rep are there to be taken */
};

/* Whose reply it will be. */
enum psd_wait_owner {
	PSD_FOR_CALLER, /* a thread is in psd_exchange_answer() for it */
	PSD_FOR_TAKER,  /* privsep_accept_take(), some time */
	PSD_FOR_HANDLE, /* handle's, as soon as it comes */
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
	uint32_t id;
	uint32_t
	    key; /* tells requests of a row apart, psd_waiting_find_left() */
	int status;
	const struct psd_op_row *row;
	struct psd_handle *handle; /* of PSD_FOR_HANDLE */
	union psd_any_rep rep;
	pthread_cond_t answered; /* or its turn to receive, or all is over */
};

/* Whom a conversation is with, and so which catalogue it speaks. */
enum psd_side {
	PSD_ASKS_DAEMON,   /* common/ops.def */
	PSD_ASKS_SERVICE,  /* common/service.def */
	PSD_SERVES_CLIENT, /* the same, and we answer */
};

/* Handles in the order in which they came to be there. */
TAILQ_HEAD(psd_handles, psd_handle);

/*
 * What is said over a pair.  lock guards everything but what the comments
 * except; it is free while a thread waits for the daemon.  At most one thread
 * receives at a time, and hands what it finds to whoever waits for it, so that
 * one thread may wait for a connection while others open files.
 */
struct psd_exchange {
	pthread_mutex_t lock;
	pthread_cond_t room; /* a place of waiting became free */
	struct psd_conv conv;
	int fate;       /* 0 as long as it goes on, then -EPIPE, -EPROTO or
			   what our own receiving failed with */
	bool receiving; /* a thread is in recvmsg(), and in is its own */
	bool is_full;   /* a handle found no room in the socket */
	/* Whose reply in still holds; nobody receives before it was taken. */
	struct psd_waiting *unread;
	uint32_t n_blocked; /* threads that wait for another to receive */
	uint32_t last_id;
	bool has_wrapped; /* last_id did: one that waits may have the next */
	struct psd_waiting waiting[PSD_ASKED_MAX];
	size_t n_used; /* of these: all behind have always been free */
	struct psd_handles handles; /* all of them */
	struct psd_handles pending; /* those with a request under way */
	struct psd_handles due;     /* those whose callback is to be called */
	struct psd_frame out;
	struct psd_frame *in; /* owned */
	bool has_call; /* of PSD_SERVES_CLIENT: received, not yet answered */
	uint32_t call_id;
	/* These do not change after hello. */
	enum psd_side side;
	char service[PSD_NAME_MAX + 1];
	struct psd_mark mark; /* of the process whose conversation it is */
	bool is_foreign;      /* seen by a child of it, in memory of its own */
};

/*
 * What the functions of privsep.h are given: the conversation itself, with
 * which they wait, or one of its handles, with which they do not.
 */
struct privsep {
	struct psd_exchange *exchange;
	struct psd_handle *handle; /* or NULL; then exchange is owned */
	uint64_t timeout; /* of each request, in microseconds; 0: none */
};

/*
 * A conversation in which nothing was said yet; takes over fd, also when it
 * fails for want of memory, which NULL says.
 */
struct privsep *psd_conversation_make(int fd, enum psd_side side);

#endif
