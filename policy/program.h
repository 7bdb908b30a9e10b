/* SPDX-License-Identifier: ISC */
#ifndef PSD_PROGRAM_H
#define PSD_PROGRAM_H

#include "policy/callset.h"

#include <linux/seccomp.h>

/*
 * Makes the filter's instructions; what comes out is only believed after
 * psd_prove().  Returns 0 and ret_program, whose instructions are the
 * caller's to free(), or -errno.
 */
int psd_program_build(const struct psd_callset *set,
    struct sock_fprog *ret_program);

/*
 * Compares the program's verdicts with those that the rows of set give by
 * themselves.  False with an error that names the call and both verdicts.
 */
bool psd_prove(const struct psd_callset *set, const struct sock_fprog *program,
    const struct psd_where *where, struct psd_diag *diag);

/* The verdict of the rows alone: SECCOMP_RET_* with its data. */
uint32_t psd_prove_expect(const struct psd_callset *set,
    const struct seccomp_data *data);

/* "lets it pass", "kills" ...: a verdict for messages. */
void psd_prove_print(char *ret, size_t size, uint32_t verdict);

#endif
