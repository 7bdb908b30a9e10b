/* SPDX-License-Identifier: ISC */
#include "tests/support/guests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

void
guests_write_echo(const struct daemon_rig *rig, const char *lines)
{
	char policy[1024];

	(void)snprintf(policy, sizeof(policy),
	    "[Helper]\nType=inetd\nExecStart=/bin/cat\n%s"
	    "ListenStream=%%s/run/echo.sock\n[Policy]\n"
	    "SystemCallFilter=@filter @loader shutdown poll\n"
	    "AllowOpen=@runtime\n",
	    lines);
	daemon_rig_write(rig, "policies/echo.policy", policy);
}

int
guests_knock(const struct daemon_rig *rig, const char *name, int type, int *ret)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	assert_true(fd >= 0);
	(void)snprintf(to.sun_path, sizeof(to.sun_path), "%s/run/%s.sock",
	    rig->dir, name);
	r = connect(fd, (const struct sockaddr *)&to, sizeof(to));
	if (ret != NULL)
		*ret = r;
	return fd;
}
