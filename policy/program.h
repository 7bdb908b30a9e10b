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

/* How many instructions of ours come first. */
enum { PSD_PRELUDE = 7 };

/*
 * Writes them before libseccomp's n, which stand at steps[PSD_PRELUDE], and
 * leaves out what those begin with and ours have done.  Returns the length of
 * the whole.
 */
unsigned short psd_program_begin(const struct psd_callset *set,
    struct sock_filter *steps, size_t n);

/*
 * Leaves out what does nothing: comparisons with an empty mask, a word that
 * is read again, what no way leads to.  What a program costs at each start is
 * checked, translated and run for each call by the kernel, instruction by
 * instruction.  0, or -errno and the program as it was.
 */
int psd_program_shrink(struct sock_fprog *program);

/*
 * Lets a tree over ranges of numbers find what to do with a call: libseccomp's
 * compares with each number that has a rule, but numbers in a row mostly fare
 * alike.  A program that would not get shorter stays as it was.  0 or -ENOMEM.
 */
int psd_program_tree(const struct psd_callset *set, struct sock_fprog *program);

/*
 * Compares the program's verdicts with those that the rows of set give by
 * themselves.  False with an error that names the call and both verdicts.
 */
bool psd_prove(const struct psd_callset *set, const struct sock_fprog *program,
    const struct psd_where *where, struct psd_diag *diag);

/* The verdict of the rows alone: SECCOMP_RET_* with its data. */
uint32_t psd_prove_expect(const struct psd_callset *set,
    const struct seccomp_data *data);

/*
 * The same for a known call whose n entries are at hand, and what it meets when
 * none of them applies.
 */
uint32_t psd_prove_expect_of(const struct psd_callset_entry *entries, size_t n,
    const uint64_t args[PSD_CALL_ARGUMENTS], uint32_t otherwise);
uint32_t psd_prove_otherwise(const struct psd_callset *set, int number);

/* "lets it pass", "kills" ...: a verdict for messages. */
void psd_prove_print(char *ret, size_t size, uint32_t verdict);

#endif
