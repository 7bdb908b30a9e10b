/* SPDX-License-Identifier: ISC */
#ifndef TEST_LOOKUP_RIG_H
#define TEST_LOOKUP_RIG_H

#include "tests/support/op_rig.h"

enum { LOOKUP_RIG_RESOLVERS = 2 };

/*
 * An op_rig with resolvers, for which the test speaks as well: what they are
 * asked is seen, and what they answer is the test's.
 */
struct lookup_rig {
	struct op_rig op;
	struct psd_loaded loaded;
	struct psd_instance *resolvers[LOOKUP_RIG_RESOLVERS];
	int ends[LOOKUP_RIG_RESOLVERS];
};

void lookup_rig_start(struct lookup_rig *rig, const char *policy_lines);
void lookup_rig_stop(struct lookup_rig *rig);

/* Is some resolver being asked something that nobody has looked at? */
bool lookup_rig_is_asked(struct lookup_rig *rig);

/*
 * Takes what resolver i is asked, which must be this operation.  Returns the
 * question's id; its strings are valid until the next call.
 */
uint32_t lookup_rig_hear(struct lookup_rig *rig, size_t i, enum psd_op op,
    void *ret_req);

/* Answers it: status 0 with rep (the row's struct), or -errno. */
void lookup_rig_reply(struct lookup_rig *rig, size_t i, enum psd_op op,
    uint32_t id, int status, void *rep);

/* With a rig of its own: the request is refused, and no resolver is asked. */
void lookup_rig_check_refused(const char *policy_lines, enum psd_op op,
    void *req);

/*
 * With a rig of its own: the request has a resolver asked that question, and
 * is told what that fails with.
 */
void lookup_rig_check_failing(const char *policy_lines, enum psd_op op,
    void *req, enum psd_op question);

/*
 * Another helper of the same policy, in a service of its own, that has said
 * hello.  Its other end is the caller's.
 */
struct psd_instance *lookup_rig_add(struct lookup_rig *rig, int *ret_end);

/* Ends a helper that was added. */
void lookup_rig_drop(struct psd_instance *instance, int *end);

/* Has the helper at that end ask for a host's addresses. */
void lookup_rig_ask(struct lookup_rig *rig, int end, const char *host);

/* The status that came to that end for the next of its requests. */
int lookup_rig_status(struct lookup_rig *rig, int end);

#endif
