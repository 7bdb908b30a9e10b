/* SPDX-License-Identifier: ISC */
#ifndef TEST_GUESTS_H
#define TEST_GUESTS_H

#include "tests/support/daemon_rig.h"

/*
 * Writes the policy of "echo", a server of Type=inetd at run/echo.sock that says
 * what it hears; lines are more of its [Helper] section, each with its end.
 */
void guests_write_echo(const struct daemon_rig *rig, const char *lines);

/*
 * Connects to run/NAME.sock without waiting, and says nothing.  Returns the
 * socket, for the caller to close, and what connect(2) said in ret, if
 * that is not NULL.
 */
int guests_knock(const struct daemon_rig *rig, const char *name, int type,
    int *ret);

#endif
