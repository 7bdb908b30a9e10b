/* SPDX-License-Identifier: ISC */
#ifndef TEST_CALL_OP_FIXTURE_H
#define TEST_CALL_OP_FIXTURE_H

#include "common/fd.h"
#include "daemon/client.h"
#include "tests/support/child.h"
#include "tests/support/fds.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* The service provides what its own helper calls. */
static const char helper_lines[] = "Provides=sign\nProvides=verify";
static const char policy_lines[] =
    "AllowCall=sign,nobody\nAllowAccept=yes\nSystemCallFilter=@send-descriptors";

static inline int
call(struct op_rig *rig, const char *name, int *ret_fd)
{
	struct psd_call_req req = { .service = psd_str_of(name) };
	struct psd_call_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_call, &req, &rep);

	*ret_fd = r == 0 ? rep.connection : PSD_NO_FD;
	return r;
}

static inline uint32_t
ask_for_a_client(struct op_rig *rig)
{
	struct psd_accept_req req = { 0 };

	return op_rig_send(rig, PSD_OP_accept, &req);
}

#endif
