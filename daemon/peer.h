/* SPDX-License-Identifier: ISC */
#ifndef PSD_PEER_H
#define PSD_PEER_H

#include "policy/unit.h"

#include <stddef.h>
#include <sys/types.h>

/* Who connected to a socket of ours: what the kernel noted, not what it says. */
struct psd_peer {
	uid_t uid; /* as they are where the daemon was started */
	gid_t gid;
	pid_t pid;
	int pidfd; /* owned; PSD_NO_FD where the kernel has none */
};

/* Returns 0 or -errno.  ret then is to be released. */
int psd_peer_look(int fd, struct psd_peer *ret);

/*
 * The supplementary groups it had when it connected, valid until the next
 * call.  Returns their number or -errno.
 */
int psd_peer_groups(int fd, const gid_t **ret_groups);

/*
 * The service manager's unit that its process is in now.  Returns 0, -ENOENT
 * when it is in none, or another -errno when that cannot be told: the process
 * has ended, say, and only others have the connection.
 */
int psd_peer_unit(const struct psd_peer *peer, char ret[PSD_UNIT_SIZE]);

/*
 * "uid 1000, pid 4711 (cat)"; "(gone)" when that process has ended, so that
 * another one may have its number by now.
 */
void psd_peer_print(char *ret, size_t size, const struct psd_peer *peer);

void psd_peer_release(struct psd_peer *peer);

#endif
