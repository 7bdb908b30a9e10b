/* SPDX-License-Identifier: ISC */
#include "policy/bpf.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Where the arguments begin among the 32-bit words of struct seccomp_data. */
enum {
	FIRST_ARGUMENT_WORD =
	    offsetof(struct seccomp_data, args) / sizeof(uint32_t),
};

struct machine {
	uint32_t a;
	uint32_t x;
	uint32_t memory[BPF_MEMWORDS];
};

static void
note_constant(struct psd_bpf_trace *trace, uint32_t constant)
{
	unsigned i;

	if (trace->words_read >> FIRST_ARGUMENT_WORD == 0)
		return;
	for (i = 0; i < trace->n_constants && i < PSD_BPF_CONSTANTS_MAX; i++) {
		if (trace->constants[i] == constant)
			return;
	}
	if (trace->n_constants < PSD_BPF_CONSTANTS_MAX)
		trace->constants[trace->n_constants] = constant;
	trace->n_constants++;
}

static uint32_t
load(const struct seccomp_data *data, uint32_t offset,
    struct psd_bpf_trace *trace)
{
	uint32_t word;

	memcpy(&word, (const unsigned char *)data + offset, sizeof(word));
	trace->words_read |= 1u << (offset / sizeof(word));
	return word;
}

static uint32_t
load_any(const struct machine *machine, const struct sock_filter *step,
    const struct seccomp_data *data, struct psd_bpf_trace *trace)
{
	switch (BPF_MODE(step->code)) {
	case BPF_ABS:
		return load(data, step->k, trace);
	case BPF_LEN:
		return sizeof(struct seccomp_data);
	case BPF_MEM:
		return machine->memory[step->k];
	default:
		return step->k;
	}
}

static uint32_t
calculate(uint16_t code, uint32_t a, uint32_t operand)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return a + operand;
	case BPF_SUB:
		return a - operand;
	case BPF_MUL:
		return a * operand;
	case BPF_DIV:
		return a / operand;
	case BPF_AND:
		return a & operand;
	case BPF_OR:
		return a | operand;
	case BPF_XOR:
		return a ^ operand;
	/* The kernel's own machine takes shifts modulo the word, too. */
	case BPF_LSH:
		return a << (operand & 31);
	case BPF_RSH:
		return a >> (operand & 31);
	default:
		return 0 - a;
	}
}

static bool
compare(uint16_t code, uint32_t a, uint32_t operand)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == operand;
	case BPF_JGT:
		return a > operand;
	case BPF_JGE:
		return a >= operand;
	default:
		return (a & operand) != 0;
	}
}

/* The instruction that follows this one. */
static uint32_t
jump(const struct sock_filter *step, uint32_t at, uint32_t a, uint32_t operand)
{
	if (BPF_OP(step->code) == BPF_JA)
		return at + 1 + step->k;
	return at + 1 + (compare(step->code, a, operand) ? step->jt : step->jf);
}

uint32_t
psd_bpf_run(const struct sock_fprog *program, const struct seccomp_data *data,
    struct psd_bpf_trace *ret_trace)
{
	struct psd_bpf_trace unused;
	struct psd_bpf_trace *trace = ret_trace != NULL ? ret_trace : &unused;
	struct machine machine = { .a = 0 };
	uint32_t at = 0;

	trace->words_read = 0;
	trace->n_constants = 0;
	while (at < program->len) {
		const struct sock_filter *step = &program->filter[at];
		const uint32_t operand =
		    BPF_SRC(step->code) == BPF_X ? machine.x : step->k;

		at++;
		switch (BPF_CLASS(step->code)) {
		case BPF_LD:
			machine.a = load_any(&machine, step, data, trace);
			break;
		case BPF_LDX:
			machine.x = load_any(&machine, step, data, trace);
			break;
		case BPF_ST:
			machine.memory[step->k] = machine.a;
			break;
		case BPF_STX:
			machine.memory[step->k] = machine.x;
			break;
		case BPF_ALU:
			note_constant(trace, operand);
			/* Division by zero ends the program with 0: kill. */
			if (BPF_OP(step->code) == BPF_DIV && operand == 0)
				return SECCOMP_RET_KILL_THREAD;
			machine.a = calculate(step->code, machine.a, operand);
			break;
		case BPF_JMP:
			note_constant(trace, operand);
			at = jump(step, at - 1, machine.a, operand);
			break;
		case BPF_MISC:
			if (BPF_MISCOP(step->code) == BPF_TAX)
				machine.x = machine.a;
			else
				machine.a = machine.x;
			break;
		default: /* BPF_RET */
			return BPF_RVAL(step->code) == BPF_A ? machine.a
							     : step->k;
		}
	}
	return SECCOMP_RET_KILL_PROCESS;
}
