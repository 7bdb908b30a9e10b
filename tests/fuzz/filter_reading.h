/* SPDX-License-Identifier: ISC */
#ifndef TEST_FILTER_READING_H
#define TEST_FILTER_READING_H

#include "policy/callgroup.h"
#include "policy/callname.h"

#include <linux/seccomp.h>

/*
 * What a policy of groups and calls says about one call, found slowly and
 * without anything that the compiler of filters or its proof use but the rows
 * of callgroup.def.
 */

/* What a policy has besides SystemCallFilter=. */
enum filter_choice {
	ON_VIOLATION = 3 << 0, /* none, kill, errno or log */
	MAY_EXEC = 1 << 2,
	REPORTS = 1 << 3,
	NOTIFIES = 1 << 4,
	HAS_NUMBERS = 1 << 5, /* the child's last steps are to pass */
	IS_ARM = 1 << 6,
	IS_PROVED = 1 << 7, /* as the daemon does: slow */
};

enum {
	FILTER_WORDS_MAX = 32,
	FILTER_ROWS_MAX = 512,
	FILTER_EXEC_FD = 1000,
	FILTER_REPORT_FD = 1001,
	FILTER_X32_BIT = 0x40000000,
};

/* The path that the one exec is given, with HAS_NUMBERS. */
extern const char filter_exec_path[1];

/* What the policy is made of. */
struct filter_wish {
	unsigned choices;
	uint32_t arch;
	char words[FILTER_WORDS_MAX][PSD_CALL_NAME_MAX + 1];
	size_t n;
};

/* What it says about one number. */
struct filter_reading {
	const struct filter_wish *wish;
	const char *call; /* "" when the number has no name */
	bool is_free;
	/* As they are written. */
	const struct psd_call_row *rows[FILTER_ROWS_MAX];
	size_t n;
};

bool filter_wish_has(const struct filter_wish *wish, enum filter_choice choice);

/* Collects what there is to say about the number. */
void filter_read(struct filter_reading *ret, const struct filter_wish *wish,
    int number);

/*
 * SECCOMP_RET_* with its data for a call, which has the number that was read,
 * with or without the bit of x32.
 */
uint32_t filter_expect(const struct filter_reading *reading,
    const struct seccomp_data *data);

#endif
