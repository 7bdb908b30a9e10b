/* SPDX-License-Identifier: ISC */
#ifndef TEST_DOOR_RIG_H
#define TEST_DOOR_RIG_H

#include "tests/support/daemon_rig.h"

/* Who a client is, in a process of its own. */
struct door_user {
	uid_t uid;
	gid_t gid;
	gid_t group; /* supplementary; 0: none */
};

/* Becomes that user, for good.  0 or -errno. */
int door_become(const struct door_user *user);

/* Connects to NAME's door.  A descriptor or -errno. */
int door_connect(const struct daemon_rig *rig, const char *name);

/*
 * Says a line to the puppet behind the door and waits for the answer, copied
 * into ret when that is not NULL.  0, the status of a refusal, or -EPIPE when
 * the conversation ended without a word.
 */
int door_say(int fd, const char *line, char *ret, size_t size);

/* Waits for what comes without saying anything; as door_say(). */
int door_hear(int fd, char *ret, size_t size);

/*
 * Connects as that user, says "ping 1", and returns 0 or the -errno that
 * connect() or the refusal told.
 */
int door_try(const struct daemon_rig *rig, const char *name,
    const struct door_user *user);

#endif
