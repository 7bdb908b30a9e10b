/* SPDX-License-Identifier: ISC */
#ifndef TEST_REEXEC_BUSY_H
#define TEST_REEXEC_BUSY_H

/*
 * A daemon with one of nearly all that is carried over a re-exec, for a test
 * that stands in the place of its program (tests/support/state_change.h).
 */
#include "common/fd.h"
#include "tests/support/door_rig.h"
#include "tests/support/guests.h"
#include "tests/support/install_rig.h"
#include "tests/support/state_change.h"
#include "tests/system/reexec_narrow.h"

#include <limits.h>
#include <sys/un.h>

static char ourselves[PATH_MAX];

/* A local listener that has room for no connection. */
static inline void
make_full_listener(int fds[3])
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path),
	    "%s/files/full", rig.dir);
	fds[0] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fds[0], (struct sockaddr *)&address,
			     sizeof(address)),
	    0);
	assert_int_equal(chmod(address.sun_path, 0666), 0);
	assert_int_equal(listen(fds[0], 0), 0);
	for (int i = 1; i < 3; i++) {
		fds[i] = socket(AF_UNIX,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)connect(fds[i], (struct sockaddr *)&address,
		    sizeof(address));
	}
}

/* One of each that there is to be carried. */
struct busy {
	int one, echo, served, waiting;
	int full[3];
};

static inline void
write_policies(void)
{
	daemon_rig_puppet(&rig, "one", "",
	    "SystemCallFilter=@processes\n"
	    "AllowOpen=read %s/files/**\nAllowLog=info\nAllowRun=sh\n"
	    "AllowClone=yes\nAllowStat=%s/files/* once\n"
	    "AllowConnectUnix=%s/files/full\nRequestTimeoutSec=60s");
	daemon_rig_write(&rig, "policies/sh.policy",
	    "[Helper]\nType=program\nExecStart=/bin/sh -c \"read line\"\n"
	    "[Policy]\n"
	    "SystemCallFilter=@helper @loader @basic-io @processes getcwd\n"
	    "AllowOpen=@runtime\n");
	daemon_rig_puppet(&rig, "svc",
	    "Instances=1\nClients=user:0\nMaxConnections=2", "");
	guests_write_echo(&rig, "");
}

static inline void
get_busy(struct busy *busy)
{
	char line[256];

	write_policies();
	install_rig_put(&rig, install_rig_ours());
	daemon_rig_start(&rig);
	make_full_listener(busy->full);
	busy->one = daemon_rig_connect(&rig, "one");
	(void)snprintf(line, sizeof(line), "AllowOpen=read %s/files/a",
	    rig.dir);
	narrow(busy->one, line);
	assert_string_equal(daemon_rig_say(busy->one, "run sh"), "0 1");
	assert_string_equal(daemon_rig_say(busy->one, "child"), "0");
	(void)snprintf(line, sizeof(line), "connect-unix %s/files/full",
	    rig.dir);
	tell(busy->one, line);
	busy->served = door_connect(&rig, "svc");
	assert_int_equal(door_say(busy->served, "ping 1", NULL, 0), 0);
	busy->waiting = door_connect(&rig, "svc");
	busy->echo = daemon_rig_connect(&rig, "echo");
	tell(busy->echo, "word");
	assert_true(test_poll(busy->echo, POLLIN, TEST_DEADLINE) != 0);
	install_rig_put(&rig, ourselves);
}

#endif
