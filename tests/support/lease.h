/* SPDX-License-Identifier: ISC */
#ifndef TEST_LEASE_H
#define TEST_LEASE_H

/*
 * Takes a lease on a file, so that whoever opens it otherwise waits until it
 * is given back or lease-break-time is over.  Returns a descriptor that holds
 * it, or -errno where leases cannot be had.
 */
int test_lease(const char *path);

#endif
