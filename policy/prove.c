/* SPDX-License-Identifier: ISC */
#include "policy/program.h"

#include "common/arch.h"
#include "common/mem.h"
#include "policy/bpf.h"
#include "policy/callname.h"
#include "policy/prove_values.h"

#include <errno.h>
#include <linux/audit.h>
#include <stdio.h>

enum {
	BEYOND = 64, /* numbers looked at above the highest known one */
	VERDICT_MAX = 32,
};

struct proof {
	const struct psd_callset *set;
	const struct sock_fprog *program;
	const struct psd_where *where;
	struct psd_diag *diag;
};

static bool
refuse(const struct proof *proof, const struct seccomp_data *data,
    uint32_t verdict, uint32_t expected)
{
	char found[VERDICT_MAX], wanted[VERDICT_MAX], call[256];
	uint64_t args[PSD_PROVE_ARGUMENTS];
	size_t i;

	for (i = 0; i < PSD_PROVE_ARGUMENTS; i++)
		args[i] = data->args[i];
	psd_filter_print_call(call, sizeof(call), data->arch, data->nr, args);
	psd_prove_print(found, sizeof(found), verdict);
	psd_prove_print(wanted, sizeof(wanted), expected);
	psd_diag_error(proof->diag, proof->where,
	    "the compiled filter is wrong and not used: for %s, architecture "
	    "0x%08x, it %s where the policy %s; another release of libseccomp "
	    "may compile SystemCallFilter= rightly",
	    call, data->arch, found, wanted);
	return false;
}

static bool
compare(const struct proof *proof, const struct seccomp_data *data,
    struct psd_bpf_trace *ret_trace)
{
	const uint32_t verdict = psd_bpf_run(proof->program, data, ret_trace);
	const uint32_t expected = psd_prove_expect(proof->set, data);

	return verdict == expected || refuse(proof, data, verdict, expected);
}

/*
 * A program that looks at an argument of which the policy says nothing, or
 * for a value that it does not name, is wrong, even though no verdict showed
 * it: the values that would are not among those that were tried.
 */
static bool
looked_rightly(const struct proof *proof, const struct psd_prove_values *values,
    const struct seccomp_data *data, const struct psd_bpf_trace *trace)
{
	char name[PSD_CALL_NAME_MAX + 1];

	if (psd_prove_values_cover(values, trace))
		return true;
	if (psd_call_name(data->arch, data->nr, name) < 0)
		(void)snprintf(name, sizeof(name), "call %d", data->nr);
	psd_diag_error(proof->diag, proof->where,
	    "the compiled filter is wrong and not used: it looks at arguments "
	    "of %s in a way that the policy does not say; another release of "
	    "libseccomp may compile SystemCallFilter= rightly",
	    name);
	return false;
}

/* One call with one set of arguments after the other. */
struct trial {
	const struct proof *proof;
	const struct psd_prove_values *values;
	struct seccomp_data data;
	struct psd_bpf_start start;
	uint32_t otherwise; /* the verdict when no row applies */
};

static bool
try_arguments(void *cookie, const uint64_t args[PSD_PROVE_ARGUMENTS])
{
	struct trial *trial = cookie;
	const struct proof *proof = trial->proof;
	struct psd_bpf_trace trace;
	uint32_t verdict, expected;
	size_t i;

	for (i = 0; i < PSD_PROVE_ARGUMENTS; i++)
		trial->data.args[i] = args[i];
	verdict =
	    psd_bpf_finish(proof->program, &trial->data, trial->start, &trace);
	expected = psd_prove_expect_of(trial->values->entries,
	    trial->values->n_entries, args, trial->otherwise);
	if (verdict != expected)
		return refuse(proof, &trial->data, verdict, expected);
	return looked_rightly(proof, trial->values, &trial->data, &trace);
}

static bool
try_call(const struct proof *proof, int number)
{
	struct psd_prove_values values;
	struct trial trial = {
		.proof = proof,
		.values = &values,
		.data = { .nr = number, .arch = proof->set->arch },
		.otherwise = psd_prove_otherwise(proof->set, number),
	};
	const struct psd_callset_entry *entries;
	size_t n;

	entries = psd_callset_find(proof->set, number, &n);
	psd_prove_values_init(&values, entries, n);
	trial.start = psd_bpf_begin(proof->program, &trial.data);
	return psd_prove_values_each(&values, try_arguments, &trial);
}

static bool
try_native(const struct proof *proof)
{
	const int end = proof->set->highest + BEYOND;
	int number;

	for (number = 0; number <= end; number++) {
		if (!try_call(proof, number))
			return false;
	}
	return true;
}

/* Numbers that no call has: of the x32 ABI, negative, single bits. */
static bool
try_odd_numbers(const struct proof *proof, uint32_t arch)
{
	static const uint32_t bases[] = {
		0x40000000,
		0x7fffff00,
		0x80000000,
		0xc0000000,
		0xfffffc00,
	};
	struct seccomp_data data = { .arch = arch };
	size_t i;
	int offset, bit;

	for (i = 0; i < PSD_ELEMENTS(bases); i++) {
		for (offset = 0; offset < PSD_CALLS_MAX; offset++) {
			data.nr = (int)(bases[i] + (uint32_t)offset);
			if (!compare(proof, &data, NULL))
				return false;
		}
	}
	for (bit = 0; bit < 32; bit++) {
		data.nr = (int)(1u << bit);
		if (!compare(proof, &data, NULL))
			return false;
	}
	return true;
}

/* All numbers there are, and some of the others. */
static bool
try_numbers(const struct proof *proof, uint32_t arch)
{
	struct seccomp_data data = { .arch = arch };

	for (data.nr = 0; data.nr < PSD_CALLS_MAX; data.nr++) {
		if (!compare(proof, &data, NULL))
			return false;
	}
	return try_odd_numbers(proof, arch);
}

/*
 * A program that ends without having read anything but the architecture ends
 * so for every call of it: then one run tells them all.
 */
static bool
try_architecture(const struct proof *proof, uint32_t arch)
{
	const struct seccomp_data data = { .arch = arch };
	struct psd_bpf_trace trace;

	if (!compare(proof, &data, &trace))
		return false;
	return trace.words_read == PSD_BPF_READ_ARCH ||
	    try_numbers(proof, arch);
}

static bool
try_foreign(const struct proof *proof)
{
	const uint32_t own = proof->set->arch;
	const uint32_t others[] = {
		AUDIT_ARCH_I386,
		AUDIT_ARCH_X86_64,
		AUDIT_ARCH_ARM,
		AUDIT_ARCH_AARCH64,
		own ^ __AUDIT_ARCH_64BIT,
		own ^ __AUDIT_ARCH_LE,
		own + 1,
		0,
		UINT32_MAX,
	};
	size_t i;

	for (i = 0; i < PSD_ELEMENTS(others); i++) {
		if (others[i] != own && !try_architecture(proof, others[i]))
			return false;
	}
	return true;
}

bool
psd_prove(const struct psd_callset *set, const struct sock_fprog *program,
    const struct psd_where *where, struct psd_diag *diag)
{
	const struct proof proof = {
		.set = set,
		.program = program,
		.where = where,
		.diag = diag,
	};

	if (psd_bpf_check(program) < 0) {
		psd_diag_error(diag, where,
		    "the compiled filter is wrong and not used: the kernel "
		    "would not load it");
		return false;
	}
	return try_native(&proof) && try_odd_numbers(&proof, set->arch) &&
	    try_foreign(&proof);
}
