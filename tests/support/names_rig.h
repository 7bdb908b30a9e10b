/* SPDX-License-Identifier: ISC */
#ifndef TEST_NAMES_RIG_H
#define TEST_NAMES_RIG_H

#include "tests/support/daemon_rig.h"
#include "tests/support/fake_dns.h"

/*
 * A real privsepd with its resolver, and a helper that asks for names
 * (tests/helpers/asker.c), in a network of the test's own with a name server
 * of the test's own.
 */
extern struct daemon_rig names_rig;
extern struct fake_dns names_dns;
extern char *names_files; /* the directory of what stands for the system's */

/* For a group of tests, and for each. */
int names_rig_enter(void **state);
int names_rig_leave(void **state);
int names_rig_prepare(void **state);
int names_rig_clean(void **state);

/* Writes NAME.policy for an asker. */
void names_rig_write(const char *name, const char *policy_lines);

/* Starts privsepd with one of these lines, "one", and connects to it. */
int names_rig_start(const char *policy_lines);

/* One of the processes that run the resolver, or -1. */
pid_t names_rig_resolver(void);

#endif
