/* SPDX-License-Identifier: ISC */
#ifndef PSD_LEAK_H
#define PSD_LEAK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct psd_leak;

/* A process that holds a copy of a socket. */
struct psd_leak_holder {
	pid_t pid;
	int fd;        /* its number there */
	char comm[72]; /* its name, escaped for a log */
};

/*
 * Starts looking for processes other than this one that hold the socket with
 * this inode number (st_ino of fstat(2)).  NULL when /proc cannot be read or
 * memory is short.
 */
struct psd_leak *psd_leak_start(uint64_t inode);
void psd_leak_free(struct psd_leak *leak);

/*
 * Looks on, at a bounded number of processes.  Returns 1 and a holder, 0
 * when it is to be called again (so that others get their turn), or -ENOENT
 * when all have been looked at.  Processes that we may not look into are
 * passed over.
 */
int psd_leak_step(struct psd_leak *leak, struct psd_leak_holder *ret_holder);

#endif
