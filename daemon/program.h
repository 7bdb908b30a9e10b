/* SPDX-License-Identifier: ISC */
#ifndef PSD_PROGRAM_H
#define PSD_PROGRAM_H

#include "daemon/instance.h"

/*
 * Programs: instances of a service with Type=program, which a helper starts by
 * the operation run.  They have no pair: a program speaks by its standard
 * input, output and error, whose other ends its caller has.
 */

/* What one helper has running, and has not awaited; more get -EBUSY. */
enum { PSD_RUNS_MAX = 16 };

/* The other ends of a program's stdio, which are the caller's. */
struct psd_program_ends {
	int input;         /* to write */
	int output, error; /* to read */
};

/* Is it the instance of a program, or of a filter, which ends like one? */
bool psd_instance_is_program(const struct psd_instance *instance);

/*
 * Starts none for a while: somebody with the same uid stopped one before it was
 * a program (-ETIMEDOUT), which took two seconds of everybody's time.
 */
void psd_program_hold_back(struct psd_service *service);

/*
 * Starts one for caller.  Returns 0, the handle that the caller knows it by,
 * and the ends; -EAGAIN, as many run as Instances= allows, or too many were
 * started of late; -EBUSY, the caller has PSD_RUNS_MAX; -ESHUTDOWN, the service
 * was stopped; or another -errno.
 */
int psd_program_run(struct psd_instance *caller, struct psd_service *service,
    uint32_t *ret_handle, struct psd_program_ends *ret);

/*
 * Starts one that has one end of a new SOCK_STREAM pair as its standard input
 * and output, and these variables beside its policy's (or NULL).  Returns 0,
 * the program and the other end, which is the caller's and takes no descriptors
 * that the program sends along; or -errno.
 */
int psd_program_start_on_pair(struct psd_service *service,
    char *const *environment, struct psd_instance **ret_program, int *ret_end);

/*
 * Answers call with how the program ended, now or when it does.  Returns 0 with
 * rep filled in, PSD_LATER, -ESRCH without such a handle, -EBUSY when another
 * call waits for it, or -errno.
 */
int psd_program_wait(const struct psd_call *call, uint32_t handle,
    struct psd_wait_program_rep *rep);

/* Sends it a signal.  0, -ESRCH without such a handle, or -errno. */
int psd_program_kill(struct psd_instance *caller, uint32_t handle, int number);

/* Its time is over: asks it to end, and kills it after its grace. */
void psd_program_end(struct psd_instance *program);

/* It has ended: whoever started it is told. */
void psd_program_ended(struct psd_instance *program, enum psd_ending ending,
    bool was_killed, int status);

/* The caller is gone: what it has running ends, too. */
void psd_program_forget_caller(struct psd_instance *caller);

#endif
