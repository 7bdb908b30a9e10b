/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/log_read.h"

#include "common/mem.h"
#include "daemon/ctl/clock.h"
#include "daemon/ctl/out.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FIELD_MAX = 65536, USEC_PER_MSEC = 1000 };

/*
 * sd_journal_open() takes a journal that it may not read for one that is not
 * there, and others' files for the system's.  So we look ourselves.
 */
static const char *
find_obstacle(uid_t uid)
{
	static const char *const dirs[] = { "/run/log/journal",
		"/var/log/journal" };
	char machine[SD_ID128_STRING_MAX], path[PATH_MAX], own[32];
	const char *const files[] = { "system.journal", own };
	sd_id128_t id;
	bool is_there = false;

	(void)snprintf(own, sizeof(own), "user-%u.journal", uid);
	if (sd_id128_get_machine(&id) < 0)
		return "this host has no machine id";
	(void)sd_id128_to_string(id, machine);
	for (size_t i = 0; i < PSD_ELEMENTS(dirs) * PSD_ELEMENTS(files); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s/%s", dirs[i / 2],
		    machine, files[i % 2]);
		if (access(path, R_OK) == 0)
			return NULL;
		is_there |= errno == EACCES;
	}
	return is_there ? "root and members of the groups systemd-journal and "
			  "adm may"
			: "there is no journal on this host; without one the "
			  "daemon writes to its standard error";
}

/* One more that all entries must have.  A value of NULL is any. */
static int
match(sd_journal *journal, const char *name, const char *value)
{
	char text[LINE_MAX];
	const int n = snprintf(text, sizeof(text), "%s=%s", name,
	    value == NULL ? "" : value);

	if (value == NULL)
		return 0;
	if (n < 0 || (size_t)n >= sizeof(text))
		return -E2BIG;
	return sd_journal_add_match(journal, text, (size_t)n);
}

/* The first two say who wrote them, one of them by journald's word. */
static int
add_matches(sd_journal *journal, const struct psd_log_query *query)
{
	char uid[16];
	int r;

	(void)snprintf(uid, sizeof(uid), "%u", query->uid);
	r = match(journal, "_UID", uid);
	if (r >= 0)
		r = match(journal, "SYSLOG_IDENTIFIER", "privsepd");
	if (r >= 0)
		r = match(journal, "PRIVSEP_SERVICE", query->service);
	if (r >= 0)
		r = match(journal, "PRIVSEP_INSTANCE",
		    query->instance[0] == '\0' ? NULL : query->instance);
	if (r >= 0)
		r = match(journal, "PRIVSEP_OPERATION", query->operation);
	if (r >= 0)
		r = match(journal, "PRIVSEP_VERDICT", query->verdict);
	return r;
}

static bool
is_before(sd_journal *journal, uint64_t usec)
{
	uint64_t at;

	return sd_journal_get_realtime_usec(journal, &at) >= 0 && at < usec;
}

/* So that the next entry is the first that is wanted. */
static int
seek(sd_journal *journal, const struct psd_log_query *query)
{
	int r;

	if (query->count == UINT64_MAX)
		return sd_journal_seek_realtime_usec(journal,
		    query->since_usec);
	r = sd_journal_seek_tail(journal);
	/* One more than is wanted, behind which they begin. */
	if (r >= 0)
		r = sd_journal_previous_skip(journal, query->count + 1);
	if (r < 0)
		return r;
	if ((uint64_t)r <= query->count ||
	    is_before(journal, query->since_usec))
		return sd_journal_seek_realtime_usec(journal,
		    query->since_usec);
	return 0;
}

sd_journal *
psd_log_open(const struct psd_log_query *query)
{
	const char *obstacle = find_obstacle(query->uid);
	sd_journal *journal = NULL;
	int r;

	if (obstacle != NULL) {
		psd_ctl_complain("cannot read the journal: %s", obstacle);
		return NULL;
	}
	r = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY);
	if (r >= 0)
		r = sd_journal_set_data_threshold(journal, FIELD_MAX);
	if (r >= 0)
		r = add_matches(journal, query);
	if (r >= 0)
		r = seek(journal, query);
	if (r < 0) {
		psd_ctl_complain("cannot read the journal: %s", strerror(-r));
		sd_journal_close(journal);
		return NULL;
	}
	return journal;
}

bool
psd_log_field_of(sd_journal *journal, const char *name, const char **ret_value,
    size_t *ret_len)
{
	const size_t name_len = strlen(name) + 1;
	const void *data;
	size_t len;

	if (sd_journal_get_data(journal, name, &data, &len) < 0 ||
	    len < name_len)
		return false;
	*ret_value = (const char *)data + name_len;
	*ret_len = len - name_len;
	return true;
}

/* The journal wants to look by itself now and then, says sd_journal_get_fd(3). */
static int
milliseconds(uint64_t until_usec)
{
	uint64_t now_usec;

	if (until_usec == UINT64_MAX)
		return -1;
	now_usec = psd_ctl_clock(CLOCK_MONOTONIC);
	if (until_usec <= now_usec)
		return 0;
	until_usec = (until_usec - now_usec) / USEC_PER_MSEC + 1;
	return until_usec > INT_MAX ? INT_MAX : (int)until_usec;
}

int
psd_log_wait(sd_journal *journal)
{
	struct pollfd look[] = {
		{ .fd = sd_journal_get_fd(journal) },
		{ .fd = STDOUT_FILENO },
	};
	uint64_t until = UINT64_MAX;
	int r;

	if (look[0].fd < 0)
		return look[0].fd;
	r = sd_journal_get_events(journal);
	if (r < 0)
		return r;
	look[0].events = (short)r;
	r = sd_journal_get_timeout(journal, &until);
	if (r < 0)
		return r;
	if (poll(look, PSD_ELEMENTS(look), milliseconds(until)) < 0)
		return -errno;
	if ((look[1].revents & (POLLERR | POLLHUP)) != 0)
		return 0;
	r = sd_journal_process(journal);
	return r < 0 ? r : 1;
}
