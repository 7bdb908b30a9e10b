/* SPDX-License-Identifier: ISC */
#ifndef PSD_CALLGROUP_H
#define PSD_CALLGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The groups of system calls that SystemCallFilter= knows.  The rows stand in
 * policy/callgroup.def; everything else (the program, its proof, what
 * privsepctl lists) is made from them.
 */
enum psd_call_group_id {
	PSD_CALLS_single, /* no group: a call that the policy names itself */
#define GROUP(id, name, text) PSD_CALLS_##id,
#include "policy/callgroup_rows.h"
#include "policy/callgroup.def"
#include "policy/callgroup_clear.h"
};

/*
 * What a rule asks of one argument.  Where the kernel takes an int, or
 * ignores the upper half of the register, INT looks at the lower 32 bits
 * alone, as the kernel does; where it looks at all 64, so does LONG.
 */
enum psd_call_test_kind {
	PSD_TEST_end,         /* closes the list; no test */
	PSD_TEST_int_is,      /* lower half is value */
	PSD_TEST_int_within,  /* lower half has no bit beyond value */
	PSD_TEST_int_lacks,   /* lower half has no bit of value */
	PSD_TEST_long_is,     /* all of it is value */
	PSD_TEST_long_within, /* it has no bit beyond value */
};

struct psd_call_test {
	enum psd_call_test_kind kind;
	unsigned argument; /* from 0 */
	uint64_t value;
	const char *text; /* "cmd = F_GETFD" */
};

enum { PSD_CALL_TESTS_MAX = 3, PSD_CALL_ARGUMENTS = 6 };

/* A row: what becomes of one call when all tests hold. */
struct psd_call_row {
	enum psd_call_group_id group;
	const char *call;
	const char *reason;
	int error; /* 0: the call passes; else it answers this errno */
	struct psd_call_test tests[PSD_CALL_TESTS_MAX + 1];
};

/* The rows in the order of the file, and their count. */
extern const struct psd_call_row psd_call_rows[];
extern const size_t psd_call_row_count;

/*
 * The group by its name as policies write it, "@helper"; PSD_CALLS_single
 * when there is none.
 */
enum psd_call_group_id psd_call_group_find(const char *name);

/* "@helper"; "SystemCallFilter=" for a call that is named singly. */
const char *psd_call_group_name(enum psd_call_group_id group);

/*
 * Writes all names, separated by spaces, into ret (closed by NUL, cut where
 * full).
 */
void psd_call_group_names(char *ret, size_t size);

/*
 * Why a policy had better not name this call, or NULL.  Speaks of the call
 * alone, without the argument rules of the groups.
 */
const char *psd_call_danger(const char *call);

/* Is there a row that allows this call for some arguments only? */
bool psd_call_is_ruled(const char *call);

#endif
