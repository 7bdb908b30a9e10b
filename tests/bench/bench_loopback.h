/* SPDX-License-Identifier: ISC */
#ifndef BENCH_LOOPBACK_H
#define BENCH_LOOPBACK_H

#include <stdint.h>

/* A listener on a port that was free, and which it is.  -errno. */
int bench_loopback_listen(uint16_t *ret_port);

/* A port that was free a moment ago, for others to bind.  -errno. */
int bench_loopback_port(uint16_t *ret_port);

/* A connection that holds nothing back.  -errno. */
int bench_loopback_connect(uint16_t port);

#endif
