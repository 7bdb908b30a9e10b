/* SPDX-License-Identifier: ISC */
#ifndef PSD_VERSION_H
#define PSD_VERSION_H

/* The version of everything that is built together, "0.1.0". */
#ifndef PSD_VERSION
#error "the Makefile defines PSD_VERSION from helper/privsep.h"
#endif

#endif
