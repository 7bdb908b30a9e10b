/* SPDX-License-Identifier: ISC */
#ifndef PSD_INHERIT_H
#define PSD_INHERIT_H

/*
 * Which descriptor is our end of the pair, according to LISTEN_PID,
 * LISTEN_FDS and LISTEN_FDNAMES of the environment, which stay as they are.
 * Returns its number, -ENOENT when there is none for this process, -EINVAL
 * when what the variables say makes no sense.
 */
int psd_inherit_find(void);

/*
 * Is fd one end of a connected pair of the kind that we speak over?  Then it
 * is made close-on-exec.  0, -ENOTSOCK, -EPROTOTYPE for another kind of
 * socket, or another -errno.
 */
int psd_inherit_check(int fd);

#endif
