/* SPDX-License-Identifier: ISC */
#ifndef TEST_FAKE_JOURNAL_H
#define TEST_FAKE_JOURNAL_H

/*
 * A journal in the place of the one that libsystemd reads, each call of which
 * can fail.  It has one entry, unless a test says otherwise.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

static struct {
	const char *failing; /* the call that fails next, with -EIO */
	const char *field;   /* of the entry: "NAME=VALUE"; NULL: without */
	size_t field_len;    /* of it; 0: all */
	uint64_t at_usec;    /* when it was written */
	uint64_t sought_usec;
	int entries; /* there are, or come while somebody follows */
	int visits;  /* of those that were read */
	int fd;      /* what is waited at */
	uint64_t until_usec;
	int behind; /* entries that there are when one goes back */
	bool was_listed;
} journal;

static inline bool
journal_fails(const char *call)
{
	if (journal.failing == NULL || strcmp(journal.failing, call) != 0)
		return false;
	journal.failing = NULL;
	return true;
}

#define JOURNAL(name, parameters, result) \
	int name parameters \
	{ \
		return journal_fails(#name) ? -EIO : (result); \
	}

JOURNAL(sd_id128_get_machine, (sd_id128_t * ret), (*ret = SD_ID128_NULL, 0))
JOURNAL(sd_journal_open, (sd_journal * *ret, int flags),
    (*ret = (sd_journal *)(void *)&journal, (void)flags, 0))
JOURNAL(sd_journal_set_data_threshold, (sd_journal * j, size_t sz),
    ((void)j, (void)sz, 0))
JOURNAL(sd_journal_add_match, (sd_journal * j, const void *data, size_t size),
    ((void)j, (void)data, (void)size, 0))
JOURNAL(sd_journal_seek_realtime_usec, (sd_journal * j, uint64_t usec),
    ((void)j, journal.sought_usec = usec, 0))
JOURNAL(sd_journal_seek_tail, (sd_journal * j), ((void)j, 0))
JOURNAL(sd_journal_previous_skip, (sd_journal * j, uint64_t skip),
    ((void)j, (int)skip < journal.behind ? (int)skip : journal.behind))
JOURNAL(sd_journal_get_realtime_usec, (sd_journal * j, uint64_t *ret),
    ((void)j, *ret = journal.at_usec, 0))
JOURNAL(sd_journal_next, (sd_journal * j),
    ((void)j, journal.visits < journal.entries ? ++journal.visits : 0))
JOURNAL(sd_journal_get_fd, (sd_journal * j), ((void)j, journal.fd))
JOURNAL(sd_journal_get_events, (sd_journal * j), ((void)j, 1))
JOURNAL(sd_journal_get_timeout, (sd_journal * j, uint64_t *timeout_usec),
    ((void)j, *timeout_usec = journal.until_usec, 0))
/* One more has come. */
JOURNAL(sd_journal_process, (sd_journal * j), ((void)j, journal.entries++, 0))

int
sd_journal_get_data(sd_journal *j, const char *field, const void **data,
    size_t *length)
{
	const size_t len = strlen(field);

	(void)j;
	if (journal.field == NULL || strncmp(journal.field, field, len) != 0 ||
	    journal.field[len] != '=')
		return -ENOENT;
	*data = journal.field;
	*length =
	    journal.field_len > 0 ? journal.field_len : strlen(journal.field);
	return 0;
}

void
sd_journal_restart_data(sd_journal *j)
{
	(void)j;
	journal.was_listed = false;
}

int
sd_journal_enumerate_available_data(sd_journal *j, const void **data,
    size_t *length)
{
	(void)j;
	if (journal.field == NULL || journal.was_listed)
		return 0;
	journal.was_listed = true;
	*data = journal.field;
	*length = strlen(journal.field);
	return 1;
}

void
sd_journal_close(sd_journal *j)
{
	(void)j;
}

/* Where the files are looked for: they are there, and may be read. */
int
access(const char *name, int type)
{
	if (strncmp(name, "/run/log/journal/", 17) == 0)
		return 0;
	return faccessat(AT_FDCWD, name, type, 0);
}

#endif
