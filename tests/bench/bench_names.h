/* SPDX-License-Identifier: ISC */
#ifndef BENCH_NAMES_H
#define BENCH_NAMES_H

#include "tests/bench/bench_daemon.h"
#include "tests/support/fake_dns.h"

/*
 * A daemon with a resolver, a helper to ask and a name server, in a network of
 * their own, which this process leaves again.
 */
struct bench_names {
	struct daemon_rig rig;
	struct fake_dns dns;
	int client;                /* of the helper */
	int udp;                   /* connected to the name server */
	struct bench_asked direct; /* a process there, by getaddrinfo() */
	pid_t direct_pid;
};

/* 0, or -errno: there is no such network to be had. */
int bench_names_start(struct bench_names *names);
void bench_names_stop(struct bench_names *names);

/* Where a process runs; -1: anywhere. */
void bench_place(pid_t pid, int cpu);

/* The same of the helper and the other asking process, and of all others. */
void bench_names_place(const struct bench_names *names, int asks, int answers);

#endif
