/* SPDX-License-Identifier: ISC */
#ifndef TEST_LOCAL_RIG_H
#define TEST_LOCAL_RIG_H

/* Local sockets below the rig's directory, for a helper with a uid. */
#include "common/fd.h"
#include "tests/support/net_rig.h"

#include <sys/stat.h>
#include <sys/un.h>

/* The helper's, which is nobody's: the daemon is root in these tests. */
enum { LOCAL_UID = 54321, OTHER_UID = 54322 };

/* Starts the rig with a helper of that uid; skips the test without root. */
void local_start(struct op_rig *rig, const char *policy_lines);

/* A request that is answered later, and its answer. */
int local_ask(struct op_rig *rig, enum psd_op op, void *req, void *ret_rep);

/* The address of a name below the rig's directory. */
struct sockaddr_un local_address(const struct op_rig *rig, const char *name);

/* A server and a client of our own there; the client 0 or -errno. */
int local_server(const struct op_rig *rig, const char *name, int type);
int local_connect(const struct op_rig *rig, const char *name, int fd);

/* Who the kernel says is at the other end. */
struct ucred local_peer(int fd);

/*
 * Stops the process that has the helper's uid, as another one of that uid can;
 * waits until there is one.
 */
void local_stop_process(void);

/* What is in the rig's directory beside the policy. */
size_t local_count(const struct op_rig *rig);

#endif
