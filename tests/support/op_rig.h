/* SPDX-License-Identifier: ISC */
#ifndef TEST_OP_RIG_H
#define TEST_OP_RIG_H

#include "common/codec.h"
#include "daemon/loaded.h"
#include "daemon/service.h"

/*
 * The daemon's side of one conversation, in this process: a real policy file,
 * a real event loop, a real pair, and a child for the pidfd; only nobody is
 * confined.  The test speaks for the helper.
 */
struct op_rig {
	struct psd_daemon daemon;
	struct psd_loaded loaded;
	struct psd_service *service;
	struct psd_instance *instance;
	char *dir;  /* made for the test; %s in the policy's text */
	int helper; /* the helper's end, non-blocking */
	pid_t child;
	uint32_t next_id;
	void (*on_stop)(void); /* called first by op_rig_stop(), or NULL */
};

/*
 * Loads a policy with these lines of [Policy], in which each "%s" stands for
 * the rig's directory, and says hello.  lines of [Helper] may be NULL.
 */
void op_rig_start(struct op_rig *rig, const char *helper_lines,
    const char *policy_lines);
void op_rig_stop(struct op_rig *rig);

/*
 * Asks one request of the row and waits for the answer.  Returns its status;
 * with 0, ret_rep (the row's struct) has what came, valid until the next.
 */
int op_rig_ask(struct op_rig *rig, enum psd_op op, void *req, void *ret_rep);

/* The two halves of it.  send gives the id. */
uint32_t op_rig_send(struct op_rig *rig, enum psd_op op, void *req);
int op_rig_take(struct op_rig *rig, enum psd_op op, uint32_t id, void *ret_rep);

/* True when a look at the pair finds no answer. */
bool op_rig_is_silent(struct op_rig *rig);

/* Sends these bytes as a record, and lets the daemon look at them. */
void op_rig_send_raw(struct op_rig *rig, const void *bytes, size_t len);

/* Did the daemon drop the helper as breaking the protocol? */
bool op_rig_is_broken(struct op_rig *rig);

/*
 * Sends the request's frame cut at every length, with a byte too many, and
 * with a descriptor too many, each to a rig of its own, and fails the test
 * unless each is dropped and no descriptor stays behind.
 */
void op_rig_check_malformed(const char *policy_lines, enum psd_op op,
    void *req);

/* Copies lines with dir in the place of each "%s". */
void op_rig_fill_in(char *ret, size_t size, const char *lines, const char *dir);

/* Lets the daemon do what there is to do. */
void op_rig_turn(struct op_rig *rig);

/*
 * One more instance, of a service of the rig's daemon, whose process is child.
 * Its other end, non-blocking, is the caller's.
 */
struct psd_instance *op_rig_instance(struct psd_service *service,
    struct psd_loaded *loaded, pid_t child, int *ret_end);

/* A path below the rig's directory as a field; valid until the next call. */
struct psd_str op_rig_path(const struct op_rig *rig, const char *name);

#endif
