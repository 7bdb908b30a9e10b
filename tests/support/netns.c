/* SPDX-License-Identifier: ISC */
#include "tests/support/netns.h"

#include "common/fd.h"
#include "tests/support/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static bool
do_ip(void)
{
	static const char script[] =
	    "set -e; PATH=$PATH:/sbin:/usr/sbin; ip link set dev lo up; "
	    /* So that addresses can be used at once. */
	    "dad=/proc/sys/net/ipv6/conf/default/accept_dad; "
	    "test ! -e $dad || echo 0 >$dad; "
	    "for i in 0 1; do ip link add name near$i type veth "
	    "peer name far$i; ip link set dev near$i up; "
	    "ip link set dev far$i up; done; "
	    "ip addr add 192.0.2.1/24 dev near0; "
	    "ip addr add 198.51.100.1/24 dev near1";
	static const char *const argv[] = { "/bin/sh", "-c", script, NULL };

	return test_child_exit_status(test_child_exec(argv)) == 0;
}

void
test_netns_allow_ping(bool may)
{
	const char *range = may ? "0 2147483647" : "1 0";
	const int fd =
	    open("/proc/sys/net/ipv4/ping_group_range", O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, range, strlen(range)), strlen(range));
	psd_fd_close(fd);
}

bool
test_netns_enter(void)
{
	if (unshare(CLONE_NEWNET) < 0) {
		print_message("SKIP: no network of our own: %s\n",
		    strerror(errno));
		return false;
	}
	if (!do_ip()) {
		print_message("SKIP: no ip, or no virtual interfaces\n");
		return false;
	}
	return true;
}
