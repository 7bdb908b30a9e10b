/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/ask.h"
#include "daemon/ctl/clock.h"
#include "daemon/ctl/ctl.h"
#include "daemon/ctl/log_read.h"
#include "daemon/ctl/log_show.h"
#include "daemon/ctl/out.h"

#include "common/kind.h"
#include "common/mem.h"
#include "policy/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Followed without -n: what led there. */
enum { FOLLOW_COUNT = 10, COUNT_MAX = 1000000000 };

/* A day, or a minute or second of it, of the local time. */
static bool
parse_date(const char *text, uint64_t *ret_usec)
{
	static const char *const formats[] = { "%Y-%m-%d %H:%M:%S",
		"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M",
		"%Y-%m-%d" };

	for (size_t i = 0; i < PSD_ELEMENTS(formats); i++) {
		struct tm parts = { .tm_isdst = -1 };
		const char *rest = strptime(text, formats[i], &parts);
		time_t seconds;

		if (rest == NULL || *rest != '\0')
			continue;
		seconds = mktime(&parts);
		if (seconds < 0)
			return false;
		*ret_usec = (uint64_t)seconds * 1000000;
		return true;
	}
	return false;
}

static bool
parse_since(const char *text, uint64_t *ret_usec)
{
	const uint64_t now = psd_ctl_clock(CLOCK_REALTIME);
	uint64_t span;

	if (parse_date(text, ret_usec))
		return true;
	if (psd_value_span(text, &span) < 0)
		return false;
	*ret_usec = span > now ? 0 : now - span;
	return true;
}

/* N or SERVICE/N. */
static bool
parse_instance(const char *text, struct psd_log_query *query,
    char service[PSD_NAME_MAX + 1])
{
	const char *slash = strrchr(text, '/');
	uint64_t id;

	if (slash != NULL) {
		(void)snprintf(service, PSD_NAME_MAX + 1, "%.*s",
		    (int)(slash - text), text);
		if (query->service != NULL &&
		    strcmp(query->service, service) != 0)
			return false;
		query->service = service;
		text = slash + 1;
	}
	if (psd_value_number(text, 1, UINT64_MAX - 1, &id) < 0)
		return false;
	(void)snprintf(query->instance, sizeof(query->instance), "%llu",
	    (unsigned long long)id);
	return true;
}

static bool
is_verdict(const char *text)
{
	return strcmp(text, "allowed") == 0 || strcmp(text, "refused") == 0;
}

/* What is wrong with an argument, or NULL. */
static const char *
make_query(const struct psd_ctl *ctl, struct psd_log_query *ret,
    char service[PSD_NAME_MAX + 1])
{
	*ret = (struct psd_log_query){
		.uid = psd_ctl_daemon_uid(ctl),
		.service = ctl->service,
		.operation = ctl->operation,
		.verdict = ctl->verdict,
		.count = UINT64_MAX,
	};
	if (ctl->count != NULL &&
	    psd_value_number(ctl->count, 0, COUNT_MAX, &ret->count) < 0)
		return "-n takes a number";
	if (ctl->since != NULL && !parse_since(ctl->since, &ret->since_usec))
		return "--since takes a span such as 10min, or a date such as "
		       "2026-11-26 or \"2026-11-26 19:00\"";
	if (ctl->instance != NULL &&
	    !parse_instance(ctl->instance, ret, service))
		return "--instance takes the number that status shows, or "
		       "SERVICE/NUMBER";
	if (ctl->verdict != NULL && !is_verdict(ctl->verdict))
		return "--verdict takes allowed or refused";
	if ((ctl->given & PSD_CTL_TAKES_FOLLOW) != 0 && ctl->count == NULL &&
	    ctl->since == NULL)
		ret->count = FOLLOW_COUNT;
	return NULL;
}

/* All there is; and then, or until nobody reads it, what comes. */
static int
show_all(sd_journal *journal, bool follows, bool as_json)
{
	int r;

	do {
		while ((r = sd_journal_next(journal)) > 0)
			psd_log_show(journal, as_json);
		if (r < 0)
			return r;
		if (fflush(stdout) != 0)
			return 0;
		r = follows ? psd_log_wait(journal) : 0;
	} while (r > 0);
	return r;
}

enum psd_ctl_exit
psd_ctl_log(struct psd_ctl *ctl)
{
	char service[PSD_NAME_MAX + 1];
	struct psd_log_query query;
	const char *wrong = make_query(ctl, &query, service);
	sd_journal *journal;
	int r;

	if (wrong != NULL) {
		psd_ctl_complain("%s", wrong);
		return PSD_CTL_USAGE;
	}
	journal = psd_log_open(&query);
	if (journal == NULL)
		return PSD_CTL_FAILED;
	r = show_all(journal, (ctl->given & PSD_CTL_TAKES_FOLLOW) != 0,
	    ctl->json);
	sd_journal_close(journal);
	if (r < 0) {
		psd_ctl_complain("cannot read the journal: %s", strerror(-r));
		return PSD_CTL_FAILED;
	}
	return PSD_CTL_DONE;
}
