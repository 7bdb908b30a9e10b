/* SPDX-License-Identifier: ISC */
#ifndef TEST_CONTROL_FIXTURE_H
#define TEST_CONTROL_FIXTURE_H

/* control.sock of a daemon without services, in a directory of its own. */
#include "common/fd.h"
#include "daemon/control_client.h"
#include "daemon/service.h"
#include "tests/unit/dir_fixture.h"

#include <fcntl.h>
#include <stdio.h>

enum { TURN_USEC = 1000 };

static struct psd_daemon owner;

static inline int
begin_control(void **state)
{
	if (make_dir(state) != 0 || sd_event_new(&owner.event) < 0)
		return -1;
	owner.host.null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	TAILQ_INIT(&owner.services);
	(void)snprintf(owner.config.runtime_dir,
	    sizeof(owner.config.runtime_dir), "%s", dir);
	return psd_control_open(&owner);
}

static inline int
end_control(void **state)
{
	psd_control_close(owner.control);
	psd_fd_close(owner.host.null_fd);
	owner.event = sd_event_unref(owner.event);
	return remove_dir(state);
}

#endif
