/* SPDX-License-Identifier: ISC */
#ifndef TEST_FAKE_DAEMON_H
#define TEST_FAKE_DAEMON_H

/*
 * The daemon's side of a conversation without any of its policy, so that the
 * library and the helpers can be tested alone.  It grants what it can do
 * itself, read-only, but for names that begin with a dot: those are refused.
 */
struct fake_daemon {
	int end;      /* of the pair; taken over */
	int listener; /* whose connections answer accept, or negative */
	int stop;     /* when it has input, the daemon ends its side, as at
			 a stop of the service; or negative */
};

/*
 * Speaks until the helper ends the conversation.  Returns 0 when that was
 * orderly, 1 when the helper broke the protocol.
 */
int fake_daemon_serve(const struct fake_daemon *daemon);

/* The same in a child process, for test_child_start(). */
int fake_daemon_child(void *daemon);

#endif
