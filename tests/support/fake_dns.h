/* SPDX-License-Identifier: ISC */
#ifndef TEST_FAKE_DNS_H
#define TEST_FAKE_DNS_H

#include <sys/types.h>

/*
 * A name server on 127.0.0.1:53, for tests in a network of their own.  Of a
 * name the first label decides: "slow" is never answered, "none" does not
 * exist, "many" has 64 times the address and needs TCP for them, "local" is
 * 127.0.0.1, and all else is 192.0.2.1.  Every address is back.test.
 */
struct fake_dns {
	pid_t pid;
	volatile unsigned *asked; /* questions so far */
};

/*
 * Puts this process into namespaces of its own where loopback is up and files
 * of ours stand for resolv.conf, hosts and nsswitch.conf.  0 or -errno.
 */
int fake_dns_enter(const char *dir);

int fake_dns_start(struct fake_dns *dns);
void fake_dns_stop(struct fake_dns *dns);

#endif
