/* SPDX-License-Identifier: ISC */
#include "daemon/rootless.h"

#include "common/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

enum { MAP_SIZE = 32 };

static bool is_inside;
static uid_t outer_uid;
static gid_t outer_gid;

static int
write_file(const char *path, const char *text)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}

/* Groups must be given up first: else they could be dropped to get past. */
static int
write_maps(uid_t uid, gid_t gid)
{
	char map[MAP_SIZE];
	int r = write_file("/proc/self/setgroups", "deny");

	if (r < 0)
		return r;
	(void)snprintf(map, sizeof(map), "0 %u 1", gid);
	r = write_file("/proc/self/gid_map", map);
	if (r < 0)
		return r;
	(void)snprintf(map, sizeof(map), "0 %u 1", uid);
	return write_file("/proc/self/uid_map", map);
}

/* Whoever may change uids was given what it takes on purpose. */
static bool
has_capability(void)
{
	cap_t caps = cap_get_proc();
	cap_flag_value_t is_set = CAP_CLEAR;

	if (caps == NULL)
		return false;
	(void)cap_get_flag(caps, CAP_SETUID, CAP_EFFECTIVE, &is_set);
	(void)cap_free(caps);
	return is_set == CAP_SET;
}

int
psd_rootless_enter(bool *ret_entered, char *ret_why, size_t size)
{
	const uid_t uid = geteuid();
	const gid_t gid = getegid();
	int r;

	*ret_entered = false;
	if (uid == 0 || has_capability())
		return 0;
	r = unshare(CLONE_NEWUSER) < 0 ? -errno : 0;
	if (r < 0) {
		(void)snprintf(ret_why, size,
		    "no user namespace can be made: %s", strerror(-r));
		return r;
	}
	r = write_maps(uid, gid);
	if (r < 0) {
		(void)snprintf(ret_why, size,
		    "the user namespace cannot be mapped: %s", strerror(-r));
		return r;
	}
	*ret_entered = true;
	is_inside = true;
	outer_uid = uid;
	outer_gid = gid;
	return 0;
}

bool
psd_rootless_tell(uid_t *ret_uid, gid_t *ret_gid)
{
	*ret_uid = outer_uid;
	*ret_gid = outer_gid;
	return is_inside;
}

void
psd_rootless_adopt(uid_t uid, gid_t gid)
{
	is_inside = true;
	outer_uid = uid;
	outer_gid = gid;
}

uid_t
psd_rootless_outer_uid(uid_t uid)
{
	return is_inside && uid == 0 ? outer_uid : uid;
}

gid_t
psd_rootless_outer_gid(gid_t gid)
{
	return is_inside && gid == 0 ? outer_gid : gid;
}
