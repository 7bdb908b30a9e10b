/* SPDX-License-Identifier: ISC */
#ifndef TEST_DAEMON_RIG_H
#define TEST_DAEMON_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * A real privsepd with a policy directory and a runtime directory of its
 * own, started as a user would.
 */
struct daemon_rig {
	char *dir;              /* DIR/policies, DIR/run, DIR/log, DIR/files */
	pid_t pid;              /* or -1 */
	bool has_program;       /* DIR/privsepd is started */
	void (*on_birth)(void); /* called in its process before the exec */
};

/*
 * Makes the directories, and DIR/privsepd.conf, which names our resolver.
 * Policies are put there before the start.
 */
void daemon_rig_prepare(struct daemon_rig *rig);

/*
 * Writes NAME.policy for the puppet (tests/helpers/puppet.c) with a listener
 * DIR/run/NAME.sock.  In the lines "%s" stands for DIR, "%p", "%a", "%l",
 * "%c" and "%f" for the paths of puppet, asker, liar, closer and false_relay
 * (tests/helpers), and "%h" for where the helpers are that we ship.
 */
void daemon_rig_puppet(const struct daemon_rig *rig, const char *name,
    const char *helper_lines, const char *policy_lines);

/* Writes a file below DIR, with the same replaced in lines. */
void daemon_rig_write(const struct daemon_rig *rig, const char *name,
    const char *lines);

/* Starts it and waits until it says that it is ready. */
void daemon_rig_start(struct daemon_rig *rig);

/* The same for one that may as well end instead: false, and it is a zombie. */
bool daemon_rig_may_start(struct daemon_rig *rig);

/* The same, and returns the exit status of one that is to fail. */
int daemon_rig_start_fails(struct daemon_rig *rig);

/* SIGTERM, and returns its exit status (128 + N for a signal). */
int daemon_rig_stop(struct daemon_rig *rig);

/* Stops it if it runs, and removes all that was made. */
void daemon_rig_clean(struct daemon_rig *rig);

/* Is text in the log by the deadline?  The other way round: by now. */
bool daemon_rig_logs(const struct daemon_rig *rig, const char *text);
bool daemon_rig_has_logged(const struct daemon_rig *rig, const char *text);

/*
 * Runs privsepctl with these words, the last of which is NULL.  Returns its
 * exit status and what it wrote to both streams, valid until the next.
 */
int daemon_rig_ctl(const struct daemon_rig *rig, const char **ret_text, ...)
    __attribute__((sentinel));

/* A connection to NAME's listener; fails the test when there is none. */
int daemon_rig_connect(const struct daemon_rig *rig, const char *name);

/* The user id of a process, from /proc. */
uid_t daemon_rig_uid_of(const char *pid);

/*
 * Says a line to a puppet and returns its answer, without the newline, valid
 * until the next; "" when the puppet is gone.
 */
const char *daemon_rig_say(int puppet, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
