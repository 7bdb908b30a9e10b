/* SPDX-License-Identifier: ISC */
#ifndef PSD_BPF_H
#define PSD_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>

/*
 * Runs programs as the kernel runs seccomp filters, to see what they do
 * before the kernel is given them.
 */

enum {
	PSD_BPF_CONSTANTS_MAX = 32,
};

/* What a run looked at. */
struct psd_bpf_trace {
	/* A bit for each 32-bit word of struct seccomp_data that was read. */
	uint32_t words_read;
	/*
	 * The constants of the instructions that ran after an argument had
	 * been read: what it may have been compared with.
	 */
	uint32_t constants[PSD_BPF_CONSTANTS_MAX];
	unsigned n_constants; /* counts on beyond what is kept */
};

/*
 * Would the kernel accept the program?  Returns 0, or -EINVAL for an
 * instruction, jump or offset that seccomp(2) refuses, or one that reads
 * scratch memory never written.
 */
int psd_bpf_check(const struct sock_fprog *program);

/*
 * The program's verdict, SECCOMP_RET_* with its data.  The program has passed
 * psd_bpf_check(), so it ends: it only jumps forward.  ret_trace may be NULL.
 */
uint32_t psd_bpf_run(const struct sock_fprog *program,
    const struct seccomp_data *data, struct psd_bpf_trace *ret_trace);

#endif
