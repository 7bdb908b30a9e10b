/* SPDX-License-Identifier: ISC */
#ifndef TEST_NET_RIG_H
#define TEST_NET_RIG_H

/* Sockets of the other side, for tests of what helpers have of the network. */
#include "common/endpoint.h"
#include "common/fd.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* What the text says, or the test fails. */
struct psd_endpoint net_endpoint(const char *text);

bool net_has_inet6(void);

/* A socket bound to the endpoint, and one that listens there. */
int net_socket(const char *text, int type);
int net_listener(const char *text, int backlog);

/* Where fd is bound, as psd_endpoint_parse() reads it. */
void net_name(int fd, char ret[PSD_ENDPOINT_TEXT_MAX + 1]);

/* Connects fd to where other is bound: 0 or -errno; and so that it must. */
int net_try_connect(int fd, int other);
void net_connect(int fd, int other);

/* Connects fd to the endpoint: 0 or -errno. */
int net_connect_to(int fd, const char *text);

/* Says a word in both directions. */
void net_exchange(int one, int other);

/* Runs the daemon's loop until it has said something to the helper. */
void net_wait(struct op_rig *rig);

#endif
