/* SPDX-License-Identifier: ISC */
#ifndef FUZZ_INHERITED_H
#define FUZZ_INHERITED_H

#include "daemon/store.h"

#include <stdint.h>

/* What fuzz_inherited passes, and where the daemon wants to listen. */

enum { PLACES = 6, FIRST = 3, THINGS_MAX = 12, NAME_MAX_LEN = 300 };

/* Where one of the daemon's own sockets has to be. */
struct place {
	const char *kind, *service;
	int type, protocol;
	bool is_dual;
	struct sockaddr_storage address;
	socklen_t len;
	int right;           /* a socket that is right there, or PSD_NO_FD */
	bool is_taken;       /* something is bound there */
	bool is_unreachable; /* its name was taken away */
};

/* The places of a service "www", and of control.sock, below dir. */
void places_init(struct place places[PLACES], const char *dir);

/* Closes and removes what things were made there. */
void places_clear(struct place places[PLACES]);

/*
 * Makes a thing of the kind that the number stands for, which may have to do
 * with the place: PSD_NO_FD where it cannot be had.
 */
int thing_make(unsigned kind, struct place *place);

/* Is it the place's socket, that listens and can be reached? */
bool thing_is_right(int fd, const struct place *place);

/* Do both mean the same socket or file? */
bool thing_is_same(int a, int b);

/* The socket's cookie, 0 of anything else. */
uint64_t thing_cookie(int fd);

/* What is passed as FIRST and the numbers after it. */
struct thing {
	int fd; /* a copy that stays with us */
	char name[NAME_MAX_LEN + 1];
};

struct inheritance {
	struct place places[PLACES];
	struct thing things[THINGS_MAX];
	size_t n;
};

/* An input as it is read. */
struct input {
	const uint8_t *at;
	size_t left;
};

/* The next byte, 0 behind the end. */
unsigned input_take(struct input *input);

/*
 * Takes the numbers from FIRST on, so that what we open for ourselves gets
 * others; inherit_vacate() gives them back.
 */
void inherit_occupy(void);
void inherit_vacate(void);

/* Makes things of what is left of the input, and puts them there. */
void inherit_make(struct inheritance *it, struct input *input);

/* Sets the environment, for so many descriptors more than there are. */
void inherit_announce(const struct inheritance *it, bool to_another,
    int beyond);

/* Closes those that were not taken, as daemon/clean.c does, by number. */
void inherit_keep(struct inheritance *it, size_t n);

/* Closes our copies, and clears the places. */
void inherit_end(struct inheritance *it);

/* Which thing is to be used at a place, or -1, and who is to have it, too. */
struct expected {
	int thing;
	enum psd_holder holder;
};

void inherit_expect(const struct inheritance *it, struct expected ret[PLACES]);

#endif
