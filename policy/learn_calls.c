/* SPDX-License-Identifier: ISC */
#include "policy/callname.h"
#include "policy/callset.h"
#include "policy/learn_seen.h"

#include "common/arch.h"
#include "common/mem.h"

#include <errno.h>
#include <string.h>

/*
 * Which groups a program's calls justify.  @filter is what every program that
 * reads and writes has; of the others one is named when it covers enough that
 * nothing else does, the one that covers most first.  Not @helper and
 * @datagrams, which are for helpers, nor @send-descriptors.
 */
static const enum psd_call_group_id candidates[] = {
	PSD_CALLS_loader,
	PSD_CALLS_threads,
	PSD_CALLS_processes,
	PSD_CALLS_io_event,
	PSD_CALLS_timer,
	PSD_CALLS_signal,
	PSD_CALLS_sync,
	PSD_CALLS_basic_io,
	PSD_CALLS_network_io,
};

/* Calls of one group, beside what others cover, before it is worth naming. */
enum { KINDS_MIN = 3 };

/* What is covered so far: an entry for each call that was seen. */
struct cover {
	const struct psd_learn_page *page;
	const struct psd_learn_table *calls;
	enum psd_call_group_id *by; /* PSD_CALLS_single: not yet */
};

/*
 * An error that a group answers is one that programs do without what they
 * asked for, but ls and its kin, which have no other way to ask.
 */
static bool
lets_do(const struct psd_call_row *row, const struct psd_learn_seen *seen)
{
	return strcmp(row->call, seen->text) == 0 &&
	    psd_call_row_applies(row, seen->args) &&
	    (row->error == 0 || strcmp(row->call, "statx") != 0);
}

static bool
covers(enum psd_call_group_id group, const struct psd_learn_seen *seen,
    bool *ret_is_ruled)
{
	for (size_t i = 0; i < psd_call_row_count; i++) {
		const struct psd_call_row *row = &psd_call_rows[i];

		if (row->group != group || !lets_do(row, seen))
			continue;
		*ret_is_ruled = row->tests[0].kind != PSD_TEST_end;
		return true;
	}
	return false;
}

/*
 * How many more kinds of calls the group covers; more than enough when it
 * bounds one that would have to be let pass whatever its arguments else, or
 * that is dangerous on its own.
 */
static size_t
gain_of(const struct cover *cover, enum psd_call_group_id group)
{
	const char *last = "";
	size_t gain = 0;

	for (size_t i = 0; i < cover->calls->n; i++) {
		const struct psd_learn_seen *seen = &cover->calls->at[i];
		bool is_ruled;

		if (cover->by[i] != PSD_CALLS_single ||
		    !covers(group, seen, &is_ruled))
			continue;
		if (is_ruled || psd_call_danger(seen->text) != NULL)
			gain += KINDS_MIN;
		else if (strcmp(seen->text, last) != 0)
			gain++;
		last = seen->text;
	}
	return gain;
}

static void
take_group(struct cover *cover, enum psd_call_group_id group)
{
	bool is_ruled;

	for (size_t i = 0; i < cover->calls->n; i++)
		if (cover->by[i] == PSD_CALLS_single &&
		    covers(group, &cover->calls->at[i], &is_ruled))
			cover->by[i] = group;
}

static void
put_group(const struct cover *cover, enum psd_call_group_id group)
{
	struct psd_learn_count sum = { 0, 0 };
	char line[64];

	for (size_t i = 0; i < cover->calls->n; i++)
		if (cover->by[i] == group)
			psd_learn_sum(&sum, &cover->calls->at[i].count);
	(void)snprintf(line, sizeof(line), "SystemCallFilter=%s",
	    psd_call_group_name(group));
	psd_learn_put(cover->page, line, &sum);
}

static void
choose_groups(struct cover *cover)
{
	for (;;) {
		enum psd_call_group_id best = PSD_CALLS_single;
		size_t most = KINDS_MIN - 1;

		for (size_t i = 0; i < PSD_ELEMENTS(candidates); i++) {
			const size_t gain = gain_of(cover, candidates[i]);

			if (gain > most) {
				best = candidates[i];
				most = gain;
			}
		}
		if (best == PSD_CALLS_single)
			return;
		take_group(cover, best);
		put_group(cover, best);
	}
}

/* AllowExec= and what is in force in every policy speak of these. */
static bool
is_spoken_of(const char *call)
{
	return strcmp(call, "execve") == 0 || strcmp(call, "execveat") == 0 ||
	    strcmp(call, "clone3") == 0;
}

/* Of no use without the socket() that is dangerous. */
static bool
is_of_network(const char *call)
{
	static const char *const calls[] = { "connect", "bind", "listen",
		"accept", "accept4" };

	for (size_t i = 0; i < PSD_ELEMENTS(calls); i++)
		if (strcmp(calls[i], call) == 0)
			return true;
	return false;
}

static void
put_single(const struct psd_learn_page *page, const char *call,
    const struct psd_learn_count *sum)
{
	const char *danger = psd_call_danger(call);
	char line[128];

	/* It was learned where there is another architecture, or kernel. */
	if (psd_call_number(PSD_AUDIT_ARCH, call) < 0)
		return;
	(void)snprintf(line, sizeof(line), "SystemCallFilter=%s", call);
	if (danger != NULL)
		psd_learn_withhold(page, line, sum, danger);
	else if (is_of_network(call))
		psd_learn_withhold(page, line, sum, PSD_LEARN_NO_NETWORK);
	else if (psd_call_is_ruled(call))
		psd_learn_put_word(page, PSD_LEARN_WEAK, line, sum,
		    "it lets pass what the argument rules of the groups hold "
		    "back");
	else
		psd_learn_put(page, line, sum);
}

/* Entries of one call follow each other. */
static void
put_singles(const struct cover *cover)
{
	for (size_t i = 0, next; i < cover->calls->n; i = next) {
		const char *call = cover->calls->at[i].text;
		struct psd_learn_count sum = { 0, 0 };

		for (next = i; next < cover->calls->n &&
		     strcmp(cover->calls->at[next].text, call) == 0;
		     next++)
			if (cover->by[next] == PSD_CALLS_single)
				psd_learn_sum(&sum,
				    &cover->calls->at[next].count);
		if (sum.n > 0 && !is_spoken_of(call))
			put_single(cover->page, call, &sum);
	}
}

bool
psd_learn_put_calls(const struct psd_learn_page *page)
{
	const struct psd_learn_table *calls = &page->learn->calls;
	_cleanup_free_ enum psd_call_group_id *by =
	    calloc(calls->n + 1, sizeof(*by));
	struct cover cover = { .page = page, .calls = calls, .by = by };

	if (by == NULL)
		return false;
	/* These follow from other lines, and are not named. */
	if (page->has_temporary)
		take_group(&cover, PSD_CALLS_temporary);
	if (page->is_writable || page->has_temporary)
		take_group(&cover, PSD_CALLS_write);
	if (page->has_network) {
		take_group(&cover, PSD_CALLS_network_io);
		take_group(&cover, PSD_CALLS_tcp);
	}
	if (page->binds)
		take_group(&cover, PSD_CALLS_bind);
	take_group(&cover, PSD_CALLS_filter);
	put_group(&cover, PSD_CALLS_filter);
	choose_groups(&cover);
	put_singles(&cover);
	return true;
}

/* Names of calls with a path, beside those that @filter has for itself. */
static bool
has_path(const char *call)
{
	return strcmp(call, "newfstatat") == 0 || strcmp(call, "statx") == 0;
}

bool
psd_learn_is_idle(const char *call)
{
	/* At its end a process's memory is looked at. */
	if (has_path(call) || strcmp(call, "exit_group") == 0)
		return false;
	for (size_t i = 0; i < psd_call_row_count; i++)
		if (psd_call_rows[i].group == PSD_CALLS_filter &&
		    psd_call_row_is_free(&psd_call_rows[i]) &&
		    strcmp(psd_call_rows[i].call, call) == 0)
			return true;
	return false;
}
