/* SPDX-License-Identifier: ISC */
#ifndef PSD_REEXEC_H
#define PSD_REEXEC_H

#include "daemon/daemon.h"
#include "daemon/state.h"

#include <sys/stat.h>

/*
 * The daemon executes its program anew, which goes on with all that it had: as
 * the same process, with the same children, and with the descriptors that
 * daemon/state.def names.  These lose close-on-exec for that one exec, when
 * nothing is started any more, and get it back from whoever goes on.
 *
 * privsepctl asks for it by ctl_reexec, which is answered here, when it turns out
 * that it cannot be, and otherwise by the successor.
 *
 * Before that a child of the daemon executes the program with a state and all
 * descriptors, and has to say that it could go on.  Meanwhile the daemon does
 * what it always does.
 */

/* No more of it. */
void psd_reexec_cancel(struct psd_daemon *daemon);

/*
 * Returns the sealed state, which is the caller's, or -errno and why.  writer
 * may be NULL: out of memory.
 */
int psd_reexec_save(const struct psd_daemon *daemon,
    struct psd_state_writer *writer, char *ret_why, size_t size);

/* What was executed, by its path; noted once at the start. */
void psd_reexec_note_program(void);

/*
 * The program that is there now: root's or our user's, and nobody else's to
 * change.  0, or -errno and in ret_why one line of what is in the way.
 */
int psd_reexec_look(struct stat *ret, char *ret_why, size_t size);

/*
 * Executes it with the option and the number of the state's descriptor, and
 * what we were given.  Returns -errno.
 */
int psd_reexec_execute(const struct psd_daemon *daemon, const char *option,
    int state_fd);

/* Answers whoever waits: it was done, or report says why not. */
void psd_reexec_answer(struct psd_daemon *daemon, bool failed,
    const char *report);

#endif
