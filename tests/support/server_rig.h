/* SPDX-License-Identifier: ISC */
#ifndef TEST_SERVER_RIG_H
#define TEST_SERVER_RIG_H

#include "tests/support/daemon_rig.h"

/*
 * A server that was there already, the puppet, and makes privsepd its own
 * monitor.  daemon_rig_say() speaks with it.
 */
struct server_rig {
	struct daemon_rig daemon; /* DIR, DIR/log; no daemon is started */
	pid_t pid;                /* or -1 */
	int fd;
	char answer[32]; /* to privsep_start_monitor(): "0", "-16", "" */
};

/* What is otherwise than in an ordinary start. */
struct server_oddity {
	const char *program;   /* instead of privsepd: below $B */
	const char *argument;  /* of the puppet */
	const char *policy;    /* path below DIR instead of server.policy */
	void (*prepare)(void); /* in the child, before the puppet */
};

void server_rig_prepare(struct server_rig *rig);

/* Writes server.policy of Type=monitor; "%s" stands for DIR. */
void server_rig_policy(const struct server_rig *rig, const char *helper_lines,
    const char *policy_lines);

/* Starts the server and waits for its answer.  oddity may be NULL. */
void server_rig_start(struct server_rig *rig,
    const struct server_oddity *oddity);

/* The end of the server: its exit status, or 128 and the signal. */
int server_rig_wait(struct server_rig *rig);

/* Kills what is left and forgets it; the next start can come. */
void server_rig_stop(struct server_rig *rig);
void server_rig_clean(struct server_rig *rig);

/* The value of a line of /proc/PID/status, as "0000000000000000". */
const char *server_rig_status(const struct server_rig *rig, const char *name);

/*
 * The server may gain privileges by an exec as far as this process may: a sandbox
 * around both, such as the shipped unit, may have ended that for all.
 */
bool server_rig_gains_as_we(const struct server_rig *rig);

/* Nothing of the server has changed: uid 0, capabilities, no filter of ours. */
bool server_rig_is_untouched(const struct server_rig *rig);

/* The monitor's process id, or -1 when there is none. */
pid_t server_rig_monitor(const struct server_rig *rig);

/* Is there no monitor any more, by the deadline? */
bool server_rig_monitor_ends(const struct server_rig *rig);

#endif
