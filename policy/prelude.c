/* SPDX-License-Identifier: ISC */
#include "policy/program.h"

#include "common/arch.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/*
 * What libseccomp is not asked for.  Another architecture kills.  A number
 * above all that it knows answers ENOSYS, so that a C library newer than it
 * can fall back, except one of the x32 ABI, which kills.  Known numbers pass
 * four instructions.
 */
static void
put_prelude(const struct psd_callset *set, struct sock_filter *ret)
{
	const uint32_t foreign =
	    set->arch == PSD_AUDIT_ARCH ? PSD_FOREIGN_CALL_BIT : 0;
	const struct sock_filter prelude[PSD_PRELUDE] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, set->arch, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)set->highest, 0,
		    3),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, foreign, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};

	memcpy(ret, prelude, sizeof(prelude));
}

static bool
is_step(const struct sock_filter *step, uint16_t code, uint32_t k)
{
	return step->code == code && step->k == k;
}

/*
 * How many instructions libseccomp's program begins with that look for what
 * the prelude has found: another architecture, a number of x32.
 */
static size_t
count_known(const struct psd_callset *set, const struct sock_filter *steps,
    size_t n)
{
	const uint16_t load = BPF_LD | BPF_W | BPF_ABS;
	const uint16_t is = BPF_JMP | BPF_JEQ | BPF_K;
	const uint16_t is_least = BPF_JMP | BPF_JGE | BPF_K;
	size_t known = 0;

	if (n > 2 &&
	    is_step(&steps[0], load, offsetof(struct seccomp_data, arch)) &&
	    is_step(&steps[1], is, set->arch) && steps[1].jt == 0)
		known = 2;
	if (known > 0 && n > 5 &&
	    is_step(&steps[2], load, offsetof(struct seccomp_data, nr)) &&
	    is_step(&steps[3], is_least, PSD_FOREIGN_CALL_BIT) &&
	    steps[3].jt == 0 && steps[3].jf == 1 &&
	    is_step(&steps[4], is, UINT32_MAX) && steps[4].jt == 0)
		known = 5;
	return known;
}

unsigned short
psd_program_begin(const struct psd_callset *set, struct sock_filter *steps,
    size_t n)
{
	struct sock_filter *theirs = &steps[PSD_PRELUDE];
	const size_t known = count_known(set, theirs, n);

	put_prelude(set, steps);
	memmove(theirs, &theirs[known], (n - known) * sizeof(*theirs));
	return (unsigned short)(PSD_PRELUDE + n - known);
}
