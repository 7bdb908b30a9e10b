/* SPDX-License-Identifier: ISC */
#ifndef TEST_PARTNER_RIG_H
#define TEST_PARTNER_RIG_H

#include "tests/support/door_rig.h"

/*
 * Writes NAME.policy for the partner (tests/helpers/partner.c), which serves
 * by calls; "%s" in the lines stands for the rig's directory.
 */
void partner_policy(const struct daemon_rig *rig, const char *name,
    const char *argument, const char *helper_lines, const char *policy_lines);

/* Makes privsep_connect() in this process look where the rig's daemon is. */
void partner_find(const struct daemon_rig *rig);

/*
 * Connects and calls once, with a descriptor unless that is negative.  Returns
 * what the library returns, and the reply's text, and its first descriptor
 * where ret_fd is not NULL.
 */
int partner_ask(const char *service, const char *message, int fd,
    char *ret_text, size_t size, int *ret_fd);

#endif
