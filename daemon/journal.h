/* SPDX-License-Identifier: ISC */
#ifndef PSD_JOURNAL_H
#define PSD_JOURNAL_H

#include "common/log.h"

#include <stdbool.h>

/* Where journald listens, for programs that know its protocol. */
#define PSD_JOURNAL_SOCKET "/run/systemd/journal/socket"

/*
 * Has messages go to the journal at that socket, with their fields, if our
 * standard error is the journal, which stream ($JOURNAL_STREAM, or NULL) says,
 * and the socket is there.  Returns whether they do now.
 */
bool psd_journal_open(const char *stream, const char *socket_path);

/* Back to standard error. */
void psd_journal_close(void);

/* The sink. */
psd_log_sink psd_journal_send;

#endif
