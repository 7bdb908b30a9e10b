/* SPDX-License-Identifier: ISC */
#ifndef TEST_ATTACK_H
#define TEST_ATTACK_H

/*
 * One attack of a helper that was taken over is one file here: a function and
 * its row in a table, which ATTACK() adds to.  tests/helpers/attacker.c runs
 * it, and tests/system/test_attacks.c judges what became of everybody else.
 */
#include "common/frame.h"
#include "helper/privsep.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

/* A key that whoever starts the daemon has, and the session's ring it is in. */
#define ATTACK_KEY "privsep-attack-key"
#define ATTACK_RING "privsep-attack-ring"

/* Where it is fought. */
struct arena {
	struct privsep *conversation;
	int pair;
	const char *dir; /* inside/ is granted, for reading; outside/ is not */
	pid_t daemon, neighbour;
};

enum attack_kind {
	ATTACK_ASKS,   /* the daemon answers, or ends us */
	ATTACK_FAILS,  /* the name is granted, what has it is not taken */
	ATTACK_OTHERS, /* succeeds or not: only the others are judged */
	ATTACK_CALLS,  /* the kernel answers, or the filter ends us */
	/* The filter refuses it; without, only the others are judged. */
	ATTACK_FILTERED,
};

struct attack {
	const char *name;
	enum attack_kind kind;
	/*
	 * Returns the errno with which it was refused, or 0 when what it
	 * wanted was had.
	 */
	int (*run)(const struct arena *arena);
};

/* The linker collects the rows: __start_attacks to __stop_attacks. */
#define ATTACK(id, what) \
	static int attack_##id(const struct arena *arena); \
	static const struct attack row_##id = { #id, what, attack_##id }; \
	static const struct attack *const entry_##id \
	    __attribute__((used, section("attacks"))) = &row_##id; \
	static int attack_##id( \
	    __attribute__((unused)) const struct arena *arena)

/* What a call returned that fails with -1, or with -errno. */
static inline int
attack_errno(long r)
{
	return r < 0 ? errno : 0;
}

/* A record goes out as it is; the errno of the answer, or EPIPE for the end. */
static inline int
attack_send(const struct arena *arena, const void *record, size_t len)
{
	unsigned char answer[PSD_FRAME_MAX];
	int32_t status;

	if (send(arena->pair, record, len, MSG_NOSIGNAL) < 0)
		return errno;
	if (recv(arena->pair, answer, sizeof(answer), 0) < PSD_FRAME_HEADER)
		return EPIPE;
	memcpy(&status, answer + 8, sizeof(status));
	return -status;
}

/* The header of a request, little-endian as we are. */
static inline size_t
attack_header(unsigned char *ret, uint16_t type, uint16_t op, int32_t status)
{
	const uint32_t id = 7;

	memcpy(ret, &type, sizeof(type));
	memcpy(ret + 2, &op, sizeof(op));
	memcpy(ret + 4, &id, sizeof(id));
	memcpy(ret + 8, &status, sizeof(status));
	return PSD_FRAME_HEADER;
}

#endif
