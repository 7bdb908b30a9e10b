/* SPDX-License-Identifier: ISC */
#ifndef PUPPET_FILES_H
#define PUPPET_FILES_H

/* Of tests/helpers/puppet.c: files whose descriptors go to the daemon. */
#include "tests/helpers/puppet.h"

/* "MODE PATH": of a file that the daemon opens for us first. */
static void
do_mode(const char *argument)
{
	char *rest;
	const long mode = strtol(argument, &rest, 8);
	const char *path = rest + strspn(rest, " ");
	const int fd = privsep_open(conversation, path, O_WRONLY, 0);

	answer("%d %d", fd < 0 ? fd : 0,
	    privsep_change_mode(conversation, path, fd, (mode_t)mode));
	(void)close(fd);
}

/* "UID:GID PATH": the same for its owner. */
static void
do_owner(const char *argument)
{
	char *rest;
	const uid_t uid = (uid_t)strtoul(argument, &rest, 10);
	const gid_t gid = (gid_t)strtoul(rest + 1, &rest, 10);
	const char *path = rest + strspn(rest, " ");
	const int fd = privsep_open(conversation, path, O_WRONLY, 0);

	answer("%d %d", fd < 0 ? fd : 0,
	    privsep_change_owner(conversation, path, fd, uid, gid));
	(void)close(fd);
}

#endif
