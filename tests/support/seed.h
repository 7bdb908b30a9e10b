/* SPDX-License-Identifier: ISC */
#ifndef TEST_SEED_H
#define TEST_SEED_H

/*
 * What a sample is drawn by: the number in this variable of the environment.
 * Without it make check draws the same sample each time, so that a change is
 * judged by what it changes; with PSD_SOAK= it is another each time.  Printed.
 */
unsigned test_seed(const char *variable);

#endif
