/* SPDX-License-Identifier: ISC */
#include "tests/bench/bench_daemon.h"

#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void
bench_daemon_prepare(struct bench_daemon *daemon)
{
	char page[PAGE_BYTES + 1];

	memset(page, 'x', PAGE_BYTES);
	page[PAGE_BYTES] = '\0';
	daemon_rig_prepare(&daemon->rig);
	daemon_rig_write(&daemon->rig, "files/a", page);
}

void
bench_daemon_add(const struct bench_daemon *daemon, const char *name,
    const char *program, const char *helper_lines, const char *policy_lines)
{
	_cleanup_free_ char *policy = NULL;
	char file[256];

	if (asprintf(&policy,
		"[Helper]\n"
		"ExecStart=%s\n"
		"%s\n"
		"[Policy]\n"
		"SystemCallFilter=@helper @loader @network-io\n"
		"AllowOpen=@runtime\n"
		"%s\n",
		program[0] == '/' ? program
				  : bench_built("tests/helpers/", program),
		helper_lines, policy_lines) < 0)
		abort();
	(void)snprintf(file, sizeof(file), "policies/%s.policy", name);
	daemon_rig_write(&daemon->rig, file, policy);
}

void
bench_daemon_start(struct bench_daemon *daemon, const char *name,
    const char *program, const char *lines)
{
	char helper_lines[8192];

	(void)snprintf(helper_lines, sizeof(helper_lines),
	    "ListenStream=%%s/run/%s.sock\n%s", name, lines);
	bench_daemon_prepare(daemon);
	bench_daemon_add(daemon, name, program, helper_lines,
	    "AllowOpen=read %s/files/**\nAllowAccept=yes");
	daemon_rig_start(&daemon->rig);
}

/* The helper measures, so that its client takes no part. */
double
bench_ask(void *context, unsigned n)
{
	const struct bench_asked *asked = context;
	char text[512];
	ssize_t len;

	len = snprintf(text, sizeof(text), "%u %s\n", n, asked->command);
	if (send(asked->client, text, (size_t)len, MSG_NOSIGNAL) != len)
		return -1;
	len = recv(asked->client, text, sizeof(text) - 1, 0);
	if (len <= 0)
		return -1;
	text[len] = '\0';
	return strtod(text, NULL);
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
