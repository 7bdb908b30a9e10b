/* SPDX-License-Identifier: ISC */
#ifndef TEST_CARRY_BASE_H
#define TEST_CARRY_BASE_H

/* The state of a small daemon, some records of which can be others, or more. */
#include "common/codec.h"
#include "common/mem.h"
#include "daemon/carry.h"
#include "daemon/daemon.h"
#include "daemon/instance.h"
#include "daemon/loaded.h"
#include "daemon/service.h"
#include "policy/rights.h"

#include <stddef.h>
#include <string.h>

/* Descriptors of the state; the first of those below go along always. */
enum {
	FD_LOCK = 100,
	FD_PROGRAM,
	FD_PROCESS,
	FD_PAIR,
	FD_CONTROL,
	FD_ENOUGH, /* so many */
	FD_FILE = FD_ENOUGH,
	FD_SOCKET,
	FD_DIRECTORY,
	FD_PIPE,
	FD_HELPER, /* the other end of FD_PAIR */
	FD_ALL,
};

/* Behind which record of the base there is more. */
enum place {
	AT_DAEMON = 1,
	AT_HOST,
	AT_SOURCE,
	AT_PLAN,
	AT_SERVICE,
	AT_INSTANCE, /* its conversation */
	AT_CONTROL,
	AT_END,
};

struct base {
	struct psd_record_daemon daemon;
	struct psd_record_host host;
	struct psd_record_loaded loaded;
	struct psd_record_plan plan;
	struct psd_record_service service;
	struct psd_record_instance instance;
	struct psd_record_conversation conversation;
	struct psd_record_used used;
	struct psd_record_control control;
	const char *policy;
	bool has_no_plan, has_no_marks;
};

struct extra {
	enum psd_record record;
	const void *fields;
};

/* One for a table of them, its fields as of a structure. */
#define NO_FD PSD_STATE_NO_FD
#define ONE(name, ...) \
	{ \
		PSD_RECORD_##name, &(const struct psd_record_##name) \
		{ \
			__VA_ARGS__ \
		} \
	}
#define BYTES(literal) \
	{ \
		(const unsigned char *)(literal), sizeof(literal) - 1 \
	}
#define STR(literal) \
	{ \
		(literal), sizeof(literal) - 1 \
	}

/* What a frame of a call that waits begins with, or no such thing. */
#define A_HEAD ONE(piece, BYTES("0123456789ab"))

enum { EXTRAS_MAX = 6, SAID_SIZE = 512, MARKS = 1 + PSD_NARROW_ONCE_MAX };

struct altered {
	const char *wrong; /* what is said of it, or NULL */
	enum place place;
	struct extra extras[EXTRAS_MAX];
	enum psd_record cut; /* such a record ends too late; 0: none */
	size_t rounds;       /* how often they are there; 0: once */
	int holds[3];        /* which descriptors go along as well */
	void (*change)(struct base *base);
	/* What came of it, in the child that read this: is it right? */
	bool (*is_right)(const struct psd_daemon *daemon, int state_fd);
};

static const struct base usual = {
	.daemon = { .next_instance = 10,
	    .credentials = PSD_STATE_NO_FD,
	    .lock = FD_LOCK },
	.plan = { .program = FD_PROGRAM,
	    .mount = PSD_STATE_NO_FD,
	    .network = PSD_STATE_NO_FD,
	    .ipc = PSD_STATE_NO_FD,
	    .uts = PSD_STATE_NO_FD,
	    .landlock = PSD_STATE_NO_FD },
	.instance = { .id = 1,
	    .pidfd = FD_PROCESS,
	    .leaf = UINT32_MAX,
	    .listener = PSD_STATE_NO_FD,
	    .report = PSD_STATE_NO_FD,
	    .output = PSD_STATE_NO_FD,
	    .waiting_end = PSD_STATE_NO_FD,
	    .state = PSD_INSTANCE_READY,
	    .is_counted = 1 },
	.conversation = { .fd = FD_PAIR, .has_greeted = 1 },
	.used = { .n = 1, .room = MARKS },
	.control = { .fd = FD_CONTROL },
	.policy = "[Helper]\nExecStart=/bin/true\n"
		  "[Policy]\nAllowLog=info\n",
};

static inline void
put_extras(struct psd_state_writer *writer, const struct altered *altered,
    enum place place)
{
	const size_t rounds = altered->rounds == 0 ? 1 : altered->rounds;

	if (altered->place != place)
		return;
	for (size_t n = 0; n < rounds; n++)
		for (size_t i = 0; i < EXTRAS_MAX; i++)
			if (altered->extras[i].record != 0)
				psd_state_put(writer, altered->extras[i].record,
				    altered->extras[i].fields);
}

static inline void
put_policy(struct psd_state_writer *writer, const struct base *base,
    const struct altered *altered)
{
	const struct psd_record_source source = {
		.file = psd_str_of("/etc/svc.policy"),
		.size = (uint32_t)strlen(base->policy),
	};

	psd_state_put(writer, PSD_RECORD_loaded, &base->loaded);
	psd_state_put(writer, PSD_RECORD_source, &source);
	psd_state_put_bytes(writer, base->policy, source.size);
	put_extras(writer, altered, AT_SOURCE);
	if (!base->has_no_plan)
		psd_state_put(writer, PSD_RECORD_plan, &base->plan);
	put_extras(writer, altered, AT_PLAN);
}

static inline void
put_service(struct psd_state_writer *writer, const struct base *base,
    const struct altered *altered)
{
	static const unsigned char marks[2 * MARKS];

	psd_state_put(writer, PSD_RECORD_service, &base->service);
	put_extras(writer, altered, AT_SERVICE);
	psd_state_put(writer, PSD_RECORD_instance, &base->instance);
	psd_state_put(writer, PSD_RECORD_conversation, &base->conversation);
	psd_state_put(writer, PSD_RECORD_used, &base->used);
	if (!base->has_no_marks)
		psd_state_put_bytes(writer, marks, base->used.room);
	put_extras(writer, altered, AT_INSTANCE);
}

static inline int
write_base(const struct base *base, const struct altered *altered)
{
	const struct psd_record_end end = { .end = 0 };
	struct psd_state_writer *writer = psd_state_write();
	int sealed;

	for (int fd = FD_LOCK; fd < FD_ENOUGH; fd++)
		(void)psd_state_hold(writer, fd);
	for (size_t i = 0; i < PSD_ELEMENTS(altered->holds); i++)
		if (altered->holds[i] > 0)
			(void)psd_state_hold(writer, altered->holds[i]);
	psd_state_put(writer, PSD_RECORD_daemon, &base->daemon);
	put_extras(writer, altered, AT_DAEMON);
	psd_state_put(writer, PSD_RECORD_host, &base->host);
	put_extras(writer, altered, AT_HOST);
	put_policy(writer, base, altered);
	put_service(writer, base, altered);
	psd_state_put(writer, PSD_RECORD_control, &base->control);
	put_extras(writer, altered, AT_CONTROL);
	psd_state_put(writer, PSD_RECORD_end, &end);
	put_extras(writer, altered, AT_END);
	sealed = psd_state_seal(writer);
	psd_state_writer_free(writer);
	return sealed;
}

#endif
