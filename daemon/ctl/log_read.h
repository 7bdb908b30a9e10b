/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_LOG_READ_H
#define PSD_CTL_LOG_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-journal.h>

/* Which entries; NULL stands for any. */
struct psd_log_query {
	uid_t uid; /* of the daemon: what others wrote is not its word */
	const char *service, *operation, *verdict;
	char instance[24]; /* "" stands for any */
	uint64_t count;    /* of the last ones; UINT64_MAX: all */
	uint64_t since_usec;
};

/*
 * Opens this host's journal with the entries that query asks for, in the order
 * of time, and stands before the first.  The user is told what is in the way:
 * NULL then.
 */
sd_journal *psd_log_open(const struct psd_log_query *query);

/* The value of a field of the present entry; false when it has none. */
bool psd_log_field_of(sd_journal *journal, const char *name,
    const char **ret_value, size_t *ret_len);

/*
 * Waits until there may be more entries.  1, 0 when nobody reads our standard
 * output any more, or -errno.
 */
int psd_log_wait(sd_journal *journal);

#endif
