/* SPDX-License-Identifier: ISC */
#ifndef PSD_AUDIT_H
#define PSD_AUDIT_H

#include "daemon/instance.h"

/*
 * Counts a verdict, and writes what LogVerdicts= asks for: one line with the
 * request and the line of the policy that decided, and for a refusal the line
 * that would allow it.
 */
void psd_audit(const struct psd_conversation *conversation,
    const struct psd_op_row *row, const void *req,
    const struct psd_verdict *verdict);

#endif
