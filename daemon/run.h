/* SPDX-License-Identifier: ISC */
#ifndef PSD_RUN_H
#define PSD_RUN_H

#include "daemon/instance.h"

/*
 * What a caller knows a program by, from its start until it was awaited, which
 * may be long after it ended.
 */
struct psd_run {
	TAILQ_ENTRY(psd_run) of_caller;
	struct psd_instance *caller;  /* NULL: gone */
	struct psd_instance *program; /* NULL: ended */
	struct psd_call *waiting;     /* for its end, or NULL */
	uint32_t handle;
	struct psd_wait_program_rep end; /* how it ended */
};

/* Makes the place where a program's end is noted; NULL: out of memory. */
struct psd_run *psd_run_make(struct psd_instance *caller, uint32_t handle);

#endif
