/* SPDX-License-Identifier: ISC */
#include "tests/bench/bench_daemon.h"

#include "common/fd.h"
#include "tests/bench/bench.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void
bench_daemon_start(struct bench_daemon *daemon, const char *name,
    const char *program, const char *lines)
{
	char policy[8192], file[256], page[PAGE_BYTES + 1];

	memset(page, 'x', PAGE_BYTES);
	page[PAGE_BYTES] = '\0';
	daemon_rig_prepare(&daemon->rig);
	(void)snprintf(policy, sizeof(policy),
	    "[Helper]\n"
	    "ExecStart=%s\n"
	    "ListenStream=%%s/run/%s.sock\n"
	    "%s\n"
	    "[Policy]\n"
	    "SystemCallFilter=@helper @loader @network-io\n"
	    "AllowOpen=@runtime\n"
	    "AllowOpen=read %%s/files/**\n"
	    "AllowAccept=yes\n",
	    program[0] == '/' ? program
			      : bench_built("tests/helpers/", program),
	    name, lines);
	(void)snprintf(file, sizeof(file), "policies/%s.policy", name);
	daemon_rig_write(&daemon->rig, file, policy);
	daemon_rig_write(&daemon->rig, "files/a", page);
	daemon_rig_start(&daemon->rig);
}

void
bench_daemon_stop(struct bench_daemon *daemon)
{
	daemon_rig_clean(&daemon->rig);
}

int
bench_daemon_connect(const struct bench_daemon *daemon, const char *name)
{
	_cleanup_fd_ int fd = daemon_rig_connect(&daemon->rig, name);
	char byte;

	if (recv(fd, &byte, 1, 0) != 1)
		return -EPIPE;
	return psd_fd_take(&fd);
}
