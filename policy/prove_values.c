/* SPDX-License-Identifier: ISC */
#include "policy/prove_values.h"

#include <string.h>

enum {
	ARGUMENT_WORD = offsetof(struct seccomp_data, args) / sizeof(uint32_t),
	BITS = 64,
};

static void
add_value(struct psd_prove_values *values, unsigned argument, uint64_t value)
{
	unsigned *n = &values->n[argument];
	unsigned i;

	for (i = 0; i < *n; i++) {
		if (values->at[argument][i] == value)
			return;
	}
	if (*n == PSD_PROVE_VALUES_MAX) {
		values->is_full = true;
		return;
	}
	values->at[argument][(*n)++] = value;
}

static void
add_piece(struct psd_prove_values *values, uint32_t piece)
{
	unsigned i;

	for (i = 0; i < values->n_pieces; i++) {
		if (values->pieces[i] == piece)
			return;
	}
	if (values->n_pieces == PSD_PROVE_PIECES_MAX) {
		values->is_full = true;
		return;
	}
	values->pieces[values->n_pieces++] = piece;
}

static void
add_test(struct psd_prove_values *values, const struct psd_call_test *test)
{
	const uint64_t value = test->value;
	const uint64_t near[] = {
		0,
		UINT64_MAX,
		value,
		value + 1,
		value - 1,
		~value,
		value ^ UINT64_C(0x80000000),
		value ^ UINT64_C(0x100000000),
		value ^ UINT64_C(0x8000000000000000),
		value | UINT64_C(0xffffffff00000000),
	};
	size_t i;

	for (i = 0; i < sizeof(near) / sizeof(near[0]); i++)
		add_value(values, test->argument, near[i]);
	add_piece(values, 0);
	add_piece(values, UINT32_MAX);
	add_piece(values, (uint32_t)value);
	add_piece(values, (uint32_t)(value >> 32));
	add_piece(values, ~(uint32_t)value);
	add_piece(values, ~(uint32_t)(value >> 32));
}

void
psd_prove_values_init(struct psd_prove_values *values,
    const struct psd_callset_entry *entries, size_t n_entries)
{
	const struct psd_call_test *test;
	size_t i;

	values->entries = entries;
	values->n_entries = n_entries;
	memset(values->n, 0, sizeof(values->n));
	values->n_pieces = 0;
	values->is_full = false;
	for (i = 0; i < n_entries; i++) {
		for (test = entries[i].row->tests; test->kind != PSD_TEST_end;
		     test++)
			add_test(values, test);
	}
}

/* Moves on to the next combination; false after the last. */
static bool
advance(const struct psd_prove_values *values,
    unsigned places[PSD_PROVE_ARGUMENTS])
{
	unsigned i;

	for (i = 0; i < PSD_PROVE_ARGUMENTS; i++) {
		if (places[i] + 1 < values->n[i]) {
			places[i]++;
			return true;
		}
		places[i] = 0;
	}
	return false;
}

/* Every value of an argument beside every value of the others. */
static bool
try_combined(const struct psd_prove_values *values,
    bool (*try)(void *cookie, const uint64_t args[PSD_PROVE_ARGUMENTS]),
    void *cookie)
{
	unsigned places[PSD_PROVE_ARGUMENTS] = { 0 };
	uint64_t args[PSD_PROVE_ARGUMENTS] = { 0 };

	do {
		unsigned i;

		for (i = 0; i < PSD_PROVE_ARGUMENTS; i++) {
			if (values->n[i] > 0)
				args[i] = values->at[i][places[i]];
		}
		if (!try(cookie, args))
			return false;
	} while (advance(values, places));
	return true;
}

/* The arguments with most bits for which all tests of the row hold. */
static void
satisfy(const struct psd_call_row *row, uint64_t args[PSD_PROVE_ARGUMENTS])
{
	const struct psd_call_test *test;

	memset(args, 0, PSD_PROVE_ARGUMENTS * sizeof(*args));
	for (test = row->tests; test->kind != PSD_TEST_end; test++) {
		if (test->kind != PSD_TEST_int_lacks)
			args[test->argument] = test->value;
	}
}

/* What a row allows, with each single bit of an argument turned. */
static bool
try_bits(const struct psd_call_row *row, unsigned argument,
    bool (*try)(void *cookie, const uint64_t args[PSD_PROVE_ARGUMENTS]),
    void *cookie)
{
	uint64_t args[PSD_PROVE_ARGUMENTS];
	unsigned bit;

	satisfy(row, args);
	for (bit = 0; bit < BITS; bit++) {
		const uint64_t allowed = args[argument];

		args[argument] = allowed ^ (UINT64_C(1) << bit);
		if (!try(cookie, args))
			return false;
		args[argument] = UINT64_C(1) << bit;
		if (!try(cookie, args))
			return false;
		args[argument] = allowed;
	}
	return true;
}

bool
psd_prove_values_each(const struct psd_prove_values *values,
    bool (*try)(void *cookie, const uint64_t args[PSD_PROVE_ARGUMENTS]),
    void *cookie)
{
	const struct psd_call_test *test;
	size_t i;

	if (!try_combined(values, try, cookie))
		return false;
	for (i = 0; i < values->n_entries; i++) {
		const struct psd_call_row *row = values->entries[i].row;

		for (test = row->tests; test->kind != PSD_TEST_end; test++) {
			if (!try_bits(row, test->argument, try, cookie))
				return false;
		}
	}
	return true;
}

static bool
is_piece(const struct psd_prove_values *values, uint32_t constant)
{
	unsigned i;

	for (i = 0; i < values->n_pieces; i++) {
		if (values->pieces[i] == constant)
			return true;
	}
	return false;
}

bool
psd_prove_values_cover(const struct psd_prove_values *values,
    const struct psd_bpf_trace *trace)
{
	uint32_t words = PSD_BPF_READ_NUMBER | PSD_BPF_READ_ARCH;
	unsigned i;

	if (values->is_full || trace->n_constants > PSD_BPF_CONSTANTS_MAX)
		return false;
	for (i = 0; i < PSD_PROVE_ARGUMENTS; i++) {
		if (values->n[i] > 0)
			words |= 3u << (ARGUMENT_WORD + 2 * i);
	}
	if ((trace->words_read & ~words) != 0)
		return false;
	for (i = 0; i < trace->n_constants; i++) {
		if (!is_piece(values, trace->constants[i]))
			return false;
	}
	return true;
}
