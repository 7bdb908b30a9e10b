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
	uint32_t at; /* the instruction that comes next */
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

/* How far an instruction that jumps leads beyond the next. */
static uint32_t
jump(const struct sock_filter *step, uint32_t a, uint32_t operand)
{
	if (BPF_OP(step->code) == BPF_JA)
		return step->k;
	return compare(step->code, a, operand) ? step->jt : step->jf;
}

/* Any instruction but a return.  False: a division by zero, which kills. */
static bool
make_step(struct machine *machine, const struct sock_filter *step,
    const struct seccomp_data *data, struct psd_bpf_trace *trace)
{
	const uint32_t operand =
	    BPF_SRC(step->code) == BPF_X ? machine->x : step->k;

	machine->at++;
	switch (BPF_CLASS(step->code)) {
	case BPF_LD:
		machine->a = load_any(machine, step, data, trace);
		break;
	case BPF_LDX:
		machine->x = load_any(machine, step, data, trace);
		break;
	case BPF_ST:
		machine->memory[step->k] = machine->a;
		break;
	case BPF_STX:
		machine->memory[step->k] = machine->x;
		break;
	case BPF_ALU:
		note_constant(trace, operand);
		if (BPF_OP(step->code) == BPF_DIV && operand == 0)
			return false;
		machine->a = calculate(step->code, machine->a, operand);
		break;
	case BPF_JMP:
		note_constant(trace, operand);
		machine->at += jump(step, machine->a, operand);
		break;
	default: /* BPF_MISC */
		if (BPF_MISCOP(step->code) == BPF_TAX)
			machine->x = machine->a;
		else
			machine->a = machine->x;
		break;
	}
	return true;
}

/* Depends on nothing but the architecture and the number. */
static bool
is_settled(const struct sock_filter *step)
{
	if (BPF_CLASS(step->code) == BPF_JMP)
		return BPF_SRC(step->code) == BPF_K;
	return step->code == (BPF_LD | BPF_W | BPF_ABS) &&
	    step->k <= offsetof(struct seccomp_data, arch);
}

struct psd_bpf_start
psd_bpf_begin(const struct sock_fprog *program, const struct seccomp_data *data)
{
	struct machine machine = { .at = 0, .a = 0 };
	struct psd_bpf_trace trace = { .words_read = 0 };

	while (is_settled(&program->filter[machine.at]))
		(void)make_step(&machine, &program->filter[machine.at], data,
		    &trace);
	return (
	    struct psd_bpf_start){ machine.at, machine.a, trace.words_read };
}

uint32_t
psd_bpf_finish(const struct sock_fprog *program,
    const struct seccomp_data *data, struct psd_bpf_start start,
    struct psd_bpf_trace *ret_trace)
{
	struct machine machine = { .at = start.at, .a = start.a };
	const struct sock_filter *step = &program->filter[machine.at];

	ret_trace->words_read = start.words_read;
	ret_trace->n_constants = 0;
	while (BPF_CLASS(step->code) != BPF_RET) {
		if (!make_step(&machine, step, data, ret_trace))
			return SECCOMP_RET_KILL_THREAD;
		step = &program->filter[machine.at];
	}
	return BPF_RVAL(step->code) == BPF_A ? machine.a : step->k;
}

uint32_t
psd_bpf_run(const struct sock_fprog *program, const struct seccomp_data *data,
    struct psd_bpf_trace *ret_trace)
{
	struct psd_bpf_trace unused;

	return psd_bpf_finish(program, data, psd_bpf_begin(program, data),
	    ret_trace != NULL ? ret_trace : &unused);
}
