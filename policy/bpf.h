/* SPDX-License-Identifier: ISC */
#ifndef PSD_BPF_H
#define PSD_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Runs programs as the kernel runs seccomp filters, to see what they do
 * before the kernel is given them.
 */

enum {
	PSD_BPF_CONSTANTS_MAX = 32,
};

/* Words that are no argument, in the words of a trace. */
enum {
	PSD_BPF_READ_NUMBER = 1
	    << offsetof(struct seccomp_data, nr) / sizeof(uint32_t),
	PSD_BPF_READ_ARCH = 1
	    << offsetof(struct seccomp_data, arch) / sizeof(uint32_t),
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

/* How far a run gets before it looks at more than architecture and number. */
struct psd_bpf_start {
	uint32_t at; /* the instruction that comes next */
	uint32_t a;
	uint32_t words_read;
};

/*
 * The two halves of a run: the first is the same whatever the arguments are, so
 * whoever tries many need not repeat it.
 */
struct psd_bpf_start psd_bpf_begin(const struct sock_fprog *program,
    const struct seccomp_data *data);
uint32_t psd_bpf_finish(const struct sock_fprog *program,
    const struct seccomp_data *data, struct psd_bpf_start start,
    struct psd_bpf_trace *ret_trace);

#endif
