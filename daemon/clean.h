/* SPDX-License-Identifier: ISC */
#ifndef PSD_CLEAN_H
#define PSD_CLEAN_H

#include "daemon/config.h"
#include "daemon/state.h"
#include "daemon/store.h"

/* What whoever started us has left that is none of ours.  0 or -errno. */
int psd_clean_environment(void);

/* Nothing of ours ends in a core file from now on.  0 or -errno. */
int psd_clean_limits(void);

/*
 * This thread has no restartable sequences, which we do not use, and so a ping
 * takes 70 ns less.
 */
void psd_clean_sequences(void);

/* No child of ours inherits what priority we have; or says that it does. */
void psd_clean_priority(void);

/*
 * Closes descriptors but those that the service manager passed, which the
 * store takes, and opens the first three where they are not.  With a
 * state of a predecessor it is read for that, and the caller's to free.
 */
int psd_clean_descriptors(const struct psd_config *config,
    struct psd_store *store, struct psd_state_reader **ret_state);

#endif
