/* SPDX-License-Identifier: ISC */
#include "policy/bpf.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* What seccomp(2) allows of classic BPF; no packet, no modulo. */
static bool
is_known(uint16_t code)
{
	switch (code) {
	case BPF_LD | BPF_W | BPF_ABS:
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA:
	case BPF_RET | BPF_K:
	case BPF_RET | BPF_A:
	case BPF_JMP | BPF_JA:
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JEQ | BPF_X:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_X:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_X:
	case BPF_JMP | BPF_JSET | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_X:
	case BPF_ALU | BPF_ADD | BPF_K:
	case BPF_ALU | BPF_ADD | BPF_X:
	case BPF_ALU | BPF_SUB | BPF_K:
	case BPF_ALU | BPF_SUB | BPF_X:
	case BPF_ALU | BPF_MUL | BPF_K:
	case BPF_ALU | BPF_MUL | BPF_X:
	case BPF_ALU | BPF_DIV | BPF_K:
	case BPF_ALU | BPF_DIV | BPF_X:
	case BPF_ALU | BPF_AND | BPF_K:
	case BPF_ALU | BPF_AND | BPF_X:
	case BPF_ALU | BPF_OR | BPF_K:
	case BPF_ALU | BPF_OR | BPF_X:
	case BPF_ALU | BPF_XOR | BPF_K:
	case BPF_ALU | BPF_XOR | BPF_X:
	case BPF_ALU | BPF_LSH | BPF_K:
	case BPF_ALU | BPF_LSH | BPF_X:
	case BPF_ALU | BPF_RSH | BPF_K:
	case BPF_ALU | BPF_RSH | BPF_X:
	case BPF_ALU | BPF_NEG:
		return true;
	default:
		return false;
	}
}

static bool
jumps_inside(const struct sock_filter *step, uint32_t left)
{
	if (step->code == (BPF_JMP | BPF_JA))
		return step->k < left;
	return step->jt < left && step->jf < left;
}

/* left counts the instructions behind this one. */
static bool
is_valid(const struct sock_filter *step, uint32_t left)
{
	if (!is_known(step->code))
		return false;
	switch (BPF_CLASS(step->code)) {
	case BPF_JMP:
		return jumps_inside(step, left);
	case BPF_LD:
	case BPF_LDX:
		if (BPF_MODE(step->code) == BPF_ABS)
			return step->k % sizeof(uint32_t) == 0 &&
			    step->k < sizeof(struct seccomp_data);
		return BPF_MODE(step->code) != BPF_MEM ||
		    step->k < BPF_MEMWORDS;
	case BPF_ST:
	case BPF_STX:
		return step->k < BPF_MEMWORDS;
	case BPF_ALU:
		if (step->code == (BPF_ALU | BPF_DIV | BPF_K))
			return step->k != 0;
		if (step->code == (BPF_ALU | BPF_LSH | BPF_K) ||
		    step->code == (BPF_ALU | BPF_RSH | BPF_K))
			return step->k < 32;
		return true;
	default:
		return true;
	}
}

/*
 * The scratch words that are written on every way to each instruction; a read
 * of any other is refused.  All jumps go forward, so one pass is enough.
 */
static int
check_scratch(const struct sock_fprog *program)
{
	uint16_t written[BPF_MAXINSNS];
	uint16_t here = 0;
	uint32_t i;

	memset(written, 0xff, sizeof(written));
	for (i = 0; i < program->len; i++) {
		const struct sock_filter *step = &program->filter[i];

		here &= written[i];
		if (BPF_CLASS(step->code) == BPF_ST ||
		    BPF_CLASS(step->code) == BPF_STX) {
			here |= (uint16_t)(1u << step->k);
		} else if (step->code == (BPF_LD | BPF_MEM) ||
		    step->code == (BPF_LDX | BPF_MEM)) {
			if ((here & (1u << step->k)) == 0)
				return -EINVAL;
		} else if (step->code == (BPF_JMP | BPF_JA)) {
			written[i + 1 + step->k] &= here;
			here = 0xffff;
		} else if (BPF_CLASS(step->code) == BPF_JMP) {
			written[i + 1 + step->jt] &= here;
			written[i + 1 + step->jf] &= here;
			here = 0xffff;
		}
	}
	return 0;
}

int
psd_bpf_check(const struct sock_fprog *program)
{
	uint32_t i;

	if (program->len == 0 || program->len > BPF_MAXINSNS)
		return -EINVAL;
	for (i = 0; i < program->len; i++) {
		if (!is_valid(&program->filter[i], program->len - 1 - i))
			return -EINVAL;
	}
	if (BPF_CLASS(program->filter[program->len - 1].code) != BPF_RET)
		return -EINVAL;
	return check_scratch(program);
}
