/* SPDX-License-Identifier: ISC */
#ifndef PSD_MAY_EXEC_H
#define PSD_MAY_EXEC_H

#include "policy/build.h"

/* Programs that AllowExec= may name: each costs descriptors and mounts. */
enum { PSD_MAY_EXEC_MAX = 64 };

/* What AllowExec= contradicts, and what it gives up, when all was read. */
void psd_may_exec_check(struct psd_build *build);

#endif
