/* SPDX-License-Identifier: ISC */
#ifndef PSD_STEPS_H
#define PSD_STEPS_H

/* The steps by which a process becomes a helper, in their order. */
enum psd_step {
	PSD_STEP_NONE,
#define STEP(name, text) PSD_STEP_##name,
#include "common/steps.def"
#undef STEP
};

/* "load the system call filter"; never NULL. */
const char *psd_step_name(enum psd_step step);

#endif
