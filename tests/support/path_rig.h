/* SPDX-License-Identifier: ISC */
#ifndef TEST_PATH_RIG_H
#define TEST_PATH_RIG_H

#include "tests/support/op_rig.h"

/*
 * An op_rig whose directory lies in one of the test's own, so that there is
 * something outside of the grant that must stay as it is:
 *
 *	outer/sentinel, outer/out/sentinel, outer/out/victim, outer/empty/
 *	outer/privsepd-test.*X/sentinel   the directory's name and one letter
 *	the directory: file, sub/file, sub/empty/, link -> ../out,
 *	    sub/link -> ../../out, name -> ../sentinel, dangling -> none,
 *	    magic -> /proc/self/fd
 */
struct path_rig {
	struct op_rig op;
	char *outer;
};

/* A request for one path; returns its status. */
typedef int path_ask(struct op_rig *rig, struct psd_str path);

void path_rig_start(struct path_rig *rig, const char *policy_lines);
void path_rig_stop(struct path_rig *rig);

/*
 * Asks for the places outside and inside in every spelling that must not
 * reach them, and fails unless each is refused with -EPERM and not one entry
 * of outer changed.
 */
void path_rig_check_refused(struct path_rig *rig, path_ask *ask);

/*
 * Asks for a name of 255 and of 256 bytes and for the longest path, none of
 * which exist.  The policy must grant all beneath the directory.
 */
void path_rig_check_lengths(struct path_rig *rig, path_ask *ask);

/*
 * Asks for swap/victim 20,000 times while a thread makes swap now a directory
 * and now a link to ../out; before each, prepare(cookie, directory) has made
 * what is to be found in the real one.  Fails unless both were met and out
 * did not change.
 */
void path_rig_race(struct path_rig *rig, path_ask *ask,
    void (*prepare)(int directory));

/*
 * Gives this process a mount namespace of its own; before path_rig_start(),
 * since what is held lies in the namespace that it was opened in.  False when
 * that is not possible here, and then it has said SKIP.
 */
bool path_rig_may_mount(void);

/*
 * Mounts a tmpfs with the file "file" in it on the directory's "mount".
 * path_rig_stop() unmounts it.
 */
void path_rig_mount(struct path_rig *rig);

/*
 * Every entry of outer and what stat(2) says of it, one a line, for the
 * caller to free: two of them are equal when nothing was changed.
 */
char *path_rig_snapshot(const char *directory);

#endif
