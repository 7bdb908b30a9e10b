/* SPDX-License-Identifier: ISC */
#ifndef PSD_PAIR_H
#define PSD_PAIR_H

#include <stdbool.h>

/*
 * Creates a connected, unnamed pair of AF_UNIX sockets.
 *
 * type is SOCK_SEQPACKET (one frame a record), SOCK_STREAM (bytes, for
 * programs that know nothing of frames) or SOCK_DGRAM (records, of which a
 * reader with too small a buffer loses the rest without a word), optionally
 * or-ed with SOCK_NONBLOCK.  Both ends are close-on-exec from the moment they
 * exist, whether the caller says SOCK_CLOEXEC or not (POSIX.1-2024,
 * socketpair(), rationale), and close-on-fork where the headers know
 * SOCK_CLOFORK and the caller says so.
 *
 * Returns 0 and the two ends, which the caller owns, or -errno as listed by
 * POSIX.1-2024 (-EAFNOSUPPORT, -EMFILE, -ENFILE, -EOPNOTSUPP,
 * -EPROTONOSUPPORT, -EPROTOTYPE, -EACCES, -ENOBUFS, -ENOMEM) or -EINVAL for
 * an unknown flag; then ret_ends is as it was and no descriptor is lost.
 */
int psd_pair(int type, int ret_ends[2]);

/* The same with every argument of socketpair(); what psd_pair() rests on. */
int psd_pair_in(int domain, int type, int protocol, int ret_ends[2]);

/*
 * Bounds what either end may leave unread in the kernel, whose memory and
 * descriptors are those of the other side's owner: some hundred small frames.
 * 0 or -errno.
 */
int psd_pair_bound_queues(const int ends[2]);

/*
 * True when the close-on-exec flag is set by the call that creates the pair;
 * false in a build without SOCK_CLOEXEC, which has to set it afterwards, so
 * that another thread may fork and exec between the two calls.
 */
bool psd_pair_is_atomic(void);

#endif
