/* SPDX-License-Identifier: ISC */
#include "tests/fuzz/filter_reading.h"

#include "common/mem.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <string.h>

const char filter_exec_path[1] = "";

bool
filter_wish_has(const struct filter_wish *wish, enum filter_choice choice)
{
	return (wish->choices & choice) != 0;
}

/* Bit by bit, as the rules are told in callgroup.def. */
static bool
holds(const struct psd_call_test *test, uint64_t value)
{
	const bool is_long = test->kind == PSD_TEST_long_is ||
	    test->kind == PSD_TEST_long_within;

	for (unsigned bit = 0; bit < (is_long ? 64 : 32); bit++) {
		const bool is_set = (value >> bit & 1) != 0;
		const bool is_named = (test->value >> bit & 1) != 0;

		if (test->kind == PSD_TEST_int_lacks) {
			if (is_set && is_named)
				return false;
		} else if (test->kind == PSD_TEST_int_within ||
		    test->kind == PSD_TEST_long_within) {
			if (is_set && !is_named)
				return false;
		} else if (is_set != is_named) {
			return false;
		}
	}
	return true;
}

static bool
applies(const struct psd_call_row *row, const struct seccomp_data *data)
{
	for (const struct psd_call_test *t = row->tests;
	     t->kind != PSD_TEST_end; t++)
		if (!holds(t, data->args[t->argument]))
			return false;
	return true;
}

/* Told to whoever watches, who then lets it pass. */
static bool
is_told(const struct filter_reading *reading)
{
	static const char *const told[] = { "open", "openat", "openat2",
		"creat", "execve", "execveat", "connect" };

	if (!filter_wish_has(reading->wish, REPORTS) ||
	    !filter_wish_has(reading->wish, NOTIFIES))
		return false;
	for (size_t i = 0; i < PSD_ELEMENTS(told); i++)
		if (strcmp(reading->call, told[i]) == 0)
			return true;
	return false;
}

static void
read_group(struct filter_reading *reading, enum psd_call_group_id group)
{
	for (size_t i = 0; i < psd_call_row_count; i++) {
		const struct psd_call_row *row = &psd_call_rows[i];

		if (row->group != group ||
		    strcmp(row->call, reading->call) != 0 ||
		    (row->error == 0 && is_told(reading)))
			continue;
		assert(reading->n < FILTER_ROWS_MAX);
		reading->rows[reading->n++] = row;
	}
}

void
filter_read(struct filter_reading *ret, const struct filter_wish *wish,
    int number)
{
	static char name[PSD_CALL_NAME_MAX + 1];

	ret->wish = wish;
	ret->call = psd_call_name(wish->arch, number, name) == 0 ? name : "";
	ret->is_free = false;
	ret->n = 0;
	if (ret->call[0] == '\0')
		return;
	read_group(ret, PSD_CALLS_always);
	for (size_t i = 0; i < wish->n; i++) {
		if (wish->words[i][0] == '@')
			read_group(ret, psd_call_group_find(wish->words[i]));
		else if (strcmp(wish->words[i], ret->call) == 0)
			ret->is_free = !is_told(ret);
	}
	if (filter_wish_has(wish, MAY_EXEC))
		read_group(ret, PSD_CALLS_exec);
}

static bool
is_last_step(const struct filter_reading *reading,
    const struct seccomp_data *data)
{
	if (!filter_wish_has(reading->wish, HAS_NUMBERS))
		return false;
	if (strcmp(reading->call, "execveat") == 0)
		return (uint32_t)data->args[0] == FILTER_EXEC_FD &&
		    data->args[1] == (uintptr_t)filter_exec_path &&
		    (uint32_t)data->args[4] == AT_EMPTY_PATH;
	return filter_wish_has(reading->wish, NOTIFIES) &&
	    strcmp(reading->call, "sendmsg") == 0 &&
	    (uint32_t)data->args[0] == FILTER_REPORT_FD;
}

static uint32_t
refusal(const struct filter_wish *wish)
{
	if (filter_wish_has(wish, NOTIFIES))
		return SECCOMP_RET_USER_NOTIF;
	switch (wish->choices & ON_VIOLATION) {
	case 2:
		return SECCOMP_RET_ERRNO | EPERM;
	case 3:
		return SECCOMP_RET_LOG;
	default:
		return SECCOMP_RET_KILL_PROCESS;
	}
}

uint32_t
filter_expect(const struct filter_reading *reading,
    const struct seccomp_data *data)
{
	const struct filter_wish *wish = reading->wish;
	uint32_t verdict = refusal(wish);

	if (data->arch != wish->arch ||
	    (data->arch == AUDIT_ARCH_X86_64 &&
		(data->nr & FILTER_X32_BIT) != 0))
		return SECCOMP_RET_KILL_PROCESS;
	if ((uint32_t)data->nr > (uint32_t)psd_call_highest(wish->arch))
		return SECCOMP_RET_ERRNO | ENOSYS;
	if (reading->is_free || is_last_step(reading, data))
		return SECCOMP_RET_ALLOW;
	for (size_t i = 0; i < reading->n; i++) {
		if (!applies(reading->rows[i], data))
			continue;
		if (reading->rows[i]->error == 0)
			return SECCOMP_RET_ALLOW;
		verdict = SECCOMP_RET_ERRNO | (uint32_t)reading->rows[i]->error;
	}
	return verdict;
}
