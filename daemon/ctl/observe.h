/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_OBSERVE_H
#define PSD_CTL_OBSERVE_H

#include "common/ops.h"
#include "policy/learn.h"

#include <linux/seccomp.h>
#include <sys/resource.h>
#include <sys/types.h>

/*
 * A program that is observed: it runs with all of the user's rights, under a
 * filter that has each of its calls wait until it was looked at.
 */

/* A process that waits to be let go, and then executes the program. */
struct psd_observed {
	pid_t pid;    /* -1: none */
	int fd;       /* a pidfd; owned */
	int listener; /* of its filter, and of all its children; owned */
	/*
	 * Readable when the program is executed: then it has ended; or could
	 * not be: then it says an errno.  Owned.
	 */
	int report;
};

/*
 * Makes the process; argv[0] is the program's path and argv + 1 its words.  Its
 * input and output are a copy of end, and watcher is who may read its memory.  0
 * or -errno.  In both cases psd_observed_end() follows.
 */
int psd_observed_start(struct psd_observed *observed, char *const *argv,
    int end, pid_t watcher);

/* 0 or -errno. */
int psd_observed_let_go(const struct psd_observed *observed);

/* The status to exit with, 126 or 127, when it could not be executed; or 0. */
int psd_observed_failure(const struct psd_observed *observed);

/*
 * Waits for the end of the program, and ends what it left in its session.  0
 * or -errno.
 */
int psd_observed_wait(struct psd_observed *observed, int *ret_status,
    struct rusage *ret_usage);

/* Ends what is left of it, and closes what is owned. */
void psd_observed_end(struct psd_observed *observed);

/*
 * Tells of the paths and addresses of a call that waits, as far as it will do
 * what it is asked to.  0; PSD_OBSERVE_IN_VAIN: nobody will answer it, and it
 * need not be let pass; or -errno that it is to be answered with: what no policy
 * can show is not to be there, so that the program does now what it will do
 * then.
 */
enum { PSD_OBSERVE_IN_VAIN = 1 };
int psd_observe_names(struct psd_learn *learn,
    const struct seccomp_notif *request, const struct psd_observe_rep *names);

/* Tells of a file that is mapped as code, when the call is mmap(). */
void psd_observe_mapped(struct psd_learn *learn,
    const struct seccomp_notif *request);

/* The part of it that is about addresses. */
int psd_observe_socket(struct psd_learn *learn, const char *call,
    const struct seccomp_notif *request, const struct psd_observe_rep *names);

/* A number behind a word such as "VmPeak:" of what /proc says of a process. */
uint64_t psd_observe_status(pid_t pid, const char *word);

/*
 * Observes one run, as psd_start_child() has it done; cookie is a struct
 * psd_observe.
 */
struct psd_observe {
	char *const *argv; /* as for psd_observed_start() */
	int record;        /* where what was seen is written, at the end */
};
int psd_observe_run(void *cookie, int control);

#endif
