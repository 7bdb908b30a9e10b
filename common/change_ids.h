/* SPDX-License-Identifier: ISC */
#ifndef PSD_CHANGE_IDS_H
#define PSD_CHANGE_IDS_H

#include <sys/types.h>

/*
 * As setresgid(2) and setresuid(2) of all three ids, and the memory stays closed
 * to core dumps and, without a moment in between, to whoever has the uid.  They
 * are raw system calls: for one thread, or a child in its parent's memory.  0 or
 * -errno, after which the process must not go on.
 */
int psd_change_gid(gid_t gid);
int psd_change_uid(uid_t uid);

#endif
