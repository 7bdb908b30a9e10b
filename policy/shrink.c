/* SPDX-License-Identifier: ISC */
#include "policy/program.h"

#include "common/mem.h"
#include "policy/bpf.h"

#include <errno.h>
#include <string.h>

enum {
	LOAD = BPF_LD | BPF_W | BPF_ABS,
	AND = BPF_ALU | BPF_AND | BPF_K,
	IF_EQUAL = BPF_JMP | BPF_JEQ | BPF_K,
	GO = BPF_JMP | BPF_JA,
	CLASS_MASK = 0x07,
};

/* What is in the accumulator before a step, if it is a word that was read. */
enum { UNKNOWN = -1, UNREACHED = -2 };

/* What is known of a step. */
struct known {
	int32_t word;     /* in the accumulator: offset, or one of the above */
	bool is_target;   /* a jump leads here */
	bool is_left_out; /* does nothing, or is never run */
	unsigned short place; /* in the new program, or of the next there */
};

static bool
is_jump(const struct sock_filter *step)
{
	return (step->code & CLASS_MASK) == BPF_JMP;
}

static void
find_targets(const struct sock_fprog *program, struct known *known)
{
	for (size_t i = 0; i < program->len; i++) {
		const struct sock_filter *step = &program->filter[i];

		if (step->code == GO) {
			known[i + 1 + step->k].is_target = true;
		} else if (is_jump(step)) {
			known[i + 1 + step->jt].is_target = true;
			known[i + 1 + step->jf].is_target = true;
		}
	}
}

/*
 * A word is read, masked to nothing and found to be 0, and the next is read:
 * so a comparison of 64 bits begins that has no interest in the upper half.
 */
static bool
is_idle(const struct sock_fprog *program, const struct known *known, size_t i)
{
	const struct sock_filter *step = &program->filter[i];

	return program->len - i > 3 && step[0].code == LOAD &&
	    step[1].code == AND && step[1].k == 0 && step[2].code == IF_EQUAL &&
	    step[2].k == 0 && step[2].jt == 0 && step[3].code == LOAD &&
	    !known[i + 1].is_target && !known[i + 2].is_target;
}

/* A step may be reached by several ways, which have to agree on the word. */
static void
reach(struct known *step, int32_t word)
{
	if (step->word == UNREACHED)
		step->word = word;
	else if (step->word != word)
		step->word = UNKNOWN;
}

/* Where a step that is run leads to, and with what in the accumulator. */
static void
follow(const struct sock_fprog *program, struct known *known, size_t i)
{
	const struct sock_filter *step = &program->filter[i];
	const int32_t word = known[i].word;

	if (is_idle(program, known, i)) {
		for (size_t n = 0; n < 3; n++)
			known[i + n].is_left_out = true;
		reach(&known[i + 3], UNKNOWN);
	} else if (step->code == GO) {
		reach(&known[i + 1 + step->k], word);
	} else if (is_jump(step)) {
		reach(&known[i + 1 + step->jt], word);
		reach(&known[i + 1 + step->jf], word);
	} else if (step->code == LOAD) {
		known[i].is_left_out = word == (int32_t)step->k;
		reach(&known[i + 1], (int32_t)step->k);
	} else if ((step->code & CLASS_MASK) != BPF_RET) {
		reach(&known[i + 1], UNKNOWN);
	}
}

/* Jumps only lead forward, so each step is known before it is looked at. */
static void
find_out(const struct sock_fprog *program, struct known *known)
{
	unsigned short place = 0;

	for (size_t i = 0; i < program->len; i++)
		known[i].word = UNREACHED;
	known[0].word = UNKNOWN;
	find_targets(program, known);
	for (size_t i = 0; i < program->len; i++) {
		if (known[i].word == UNREACHED)
			known[i].is_left_out = true;
		else
			follow(program, known, i);
	}
	for (size_t i = 0; i < program->len; i++) {
		known[i].place = place;
		if (!known[i].is_left_out)
			place++;
	}
}

/* With fewer steps between them, jumps only become shorter. */
static struct sock_filter
move(const struct sock_filter *step, const struct known *known, size_t i)
{
	const unsigned next = known[i].place + 1U;
	struct sock_filter moved = *step;

	if (step->code == GO) {
		moved.k = known[i + 1 + step->k].place - next;
	} else if (is_jump(step)) {
		moved.jt = (uint8_t)(known[i + 1 + step->jt].place - next);
		moved.jf = (uint8_t)(known[i + 1 + step->jf].place - next);
	}
	return moved;
}

int
psd_program_shrink(struct sock_fprog *program)
{
	_cleanup_free_ struct known *known = NULL;
	unsigned short len = 0;

	if (psd_bpf_check(program) < 0)
		return -EINVAL;
	known = calloc(program->len, sizeof(*known));
	if (known == NULL)
		return -ENOMEM;
	find_out(program, known);
	for (size_t i = 0; i < program->len; i++)
		if (!known[i].is_left_out)
			program->filter[len++] =
			    move(&program->filter[i], known, i);
	program->len = len;
	return 0;
}
