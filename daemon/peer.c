/* SPDX-License-Identifier: ISC */
#include "daemon/peer.h"

#include "common/fd.h"
#include "common/print.h"
#include "common/sys.h"
#include "daemon/rootless.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Linux 6.5; the headers may be older. */
enum { SO_PEERPIDFD_NUMBER = 77 };

/*
 * The last line of a process's groups is that of version 2.  Before it are
 * those of version 1, of which hardly anybody has any; who has so many, and so
 * long, that it does not fit is in no unit.
 */
enum { NAME_SIZE = 64, GROUPS_SIZE = 8192 };

int
psd_peer_look(int fd, struct psd_peer *ret)
{
	struct ucred who;
	socklen_t len = sizeof(who);
	int pidfd = PSD_NO_FD;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0)
		return -errno;
	len = sizeof(pidfd);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD_NUMBER, &pidfd, &len) < 0)
		pidfd = PSD_NO_FD;
	*ret = (struct psd_peer){
		.uid = psd_rootless_outer_uid(who.uid),
		.gid = psd_rootless_outer_gid(who.gid),
		.pid = who.pid,
		.pidfd = pidfd,
	};
	return 0;
}

int
psd_peer_groups(int fd, const gid_t **ret_groups)
{
	/* The most that a process can have, so that nobody has too many. */
	static gid_t groups[NGROUPS_MAX];
	socklen_t len = sizeof(groups);
	int n;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) < 0)
		return -errno;
	n = (int)(len / sizeof(groups[0]));
	for (int i = 0; i < n; i++)
		groups[i] = psd_rootless_outer_gid(groups[i]);
	*ret_groups = groups;
	return n;
}

static bool
is_alive(const struct psd_peer *peer)
{
	return peer->pidfd >= 0 && psd_sys_pidfd_kill(peer->pidfd, 0) != -ESRCH;
}

/*
 * What is in a file of its directory in /proc; a pid may be another's by now,
 * so that whoever reads it asks afterwards whether the process is alive.
 */
static ssize_t
read_file(pid_t pid, const char *file, char *ret, size_t size)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	char path[32];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, ret, size);
	return n < 0 ? -errno : n;
}

int
psd_peer_unit(const struct psd_peer *peer, char ret[PSD_UNIT_SIZE])
{
	char groups[GROUPS_SIZE + 1];
	ssize_t n;

	/* Of a pid alone, nobody knows whose it was; 0: none that we see. */
	if (peer->pid <= 0 || !is_alive(peer))
		return -ESRCH;
	n = read_file(peer->pid, "cgroup", groups, GROUPS_SIZE);
	if (n < 0)
		return (int)n;
	if (!is_alive(peer))
		return -ESRCH;
	groups[n] = '\0';
	return psd_unit_find(groups, ret);
}

/* Escaped: a process chooses its name. */
static void
read_name(pid_t pid, char *ret, size_t size)
{
	char name[NAME_SIZE];
	ssize_t n = read_file(pid, "comm", name, sizeof(name));

	while (n > 0 && name[n - 1] == '\n')
		n--;
	(void)psd_print_escaped(ret, size, name, n < 0 ? 0 : (size_t)n);
}

void
psd_peer_print(char *ret, size_t size, const struct psd_peer *peer)
{
	char name[NAME_SIZE * 4 + 1] = "";

	/* Alive afterwards, so it was its own name that was read. */
	if (is_alive(peer))
		read_name(peer->pid, name, sizeof(name));
	if (peer->pidfd >= 0 && !is_alive(peer))
		(void)snprintf(name, sizeof(name), "gone");
	(void)snprintf(ret, size, "uid %u, pid %d%s%s%s", peer->uid, peer->pid,
	    name[0] != '\0' ? " (" : "", name, name[0] != '\0' ? ")" : "");
}

void
psd_peer_release(struct psd_peer *peer)
{
	psd_fd_cleanup(&peer->pidfd);
}
