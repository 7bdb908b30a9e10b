/* SPDX-License-Identifier: ISC */
#include "helper/inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The first number that LISTEN_FDS= counts, sd_listen_fds(3). */
enum { FIRST = 3, LISTEN_MAX = 65536 };

static const char NAME[] = "privsep";

/* Digits and nothing else: no sign, no blank, no leading zero. */
static bool
parse_number(const char *text, long max, long *ret)
{
	long value = 0;

	if (*text < '1' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		value = value * 10 + (*text - '0');
		if (value > max)
			return false;
	}
	if (*text != '\0')
		return false;
	*ret = value;
	return true;
}

/*
 * The place of our name among names, which colons separate.  There must be
 * as many names as descriptors, and ours only once.
 */
static int
find_name(const char *names, long n)
{
	int found = -ENOENT;
	int place = 0;

	for (;; place++) {
		const size_t len = strcspn(names, ":");

		if (len == strlen(NAME) && memcmp(names, NAME, len) == 0) {
			if (found >= 0)
				return -EINVAL;
			found = place;
		}
		if (names[len] == '\0')
			break;
		if (place + 1 >= n)
			return -EINVAL;
		names += len + 1;
	}
	return place + 1 == n ? found : -EINVAL;
}

int
psd_inherit_find(void)
{
	const char *const pid = getenv("LISTEN_PID");
	const char *const fds = getenv("LISTEN_FDS");
	const char *const names = getenv("LISTEN_FDNAMES");
	long number;
	int place;

	if (pid == NULL || fds == NULL || names == NULL)
		return -ENOENT;
	if (!parse_number(pid, INT32_MAX, &number))
		return -EINVAL;
	/* Meant for a process that we descend from. */
	if (number != (long)getpid())
		return -ENOENT;
	if (!parse_number(fds, LISTEN_MAX, &number))
		return -EINVAL;
	place = find_name(names, number);
	return place < 0 ? place : FIRST + place;
}

static int
check_option(int fd, int option, int expected)
{
	int value = 0;
	socklen_t len = sizeof(value);

	if (getsockopt(fd, SOL_SOCKET, option, &value, &len) < 0)
		return -errno;
	return value == expected ? 0 : -EPROTOTYPE;
}

int
psd_inherit_check(int fd)
{
	int r;

	r = check_option(fd, SO_DOMAIN, AF_UNIX);
	if (r < 0)
		return r;
	r = check_option(fd, SO_TYPE, SOCK_SEQPACKET);
	if (r < 0)
		return r;
	return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
}
