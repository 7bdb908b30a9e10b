/* SPDX-License-Identifier: ISC */
#ifndef PSD_LOG_H
#define PSD_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>

/*
 * One message, at most PSD_LOG_MAX bytes, cut beyond.  priority is a level of
 * syslog(3).  Control characters and bytes that are not UTF-8 come out as
 * \xNN, so a helper's text can neither forge a line nor steer a terminal.
 * Never waits: what cannot be written at once is counted and told later.
 * Keeps errno.
 */
void psd_log(int priority, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Messages above this level are dropped; LOG_INFO at first. */
void psd_log_set_level(int level);

enum { PSD_LOG_MAX = 8192 };

/* A structured field beside a message: PRIVSEP_SERVICE=www. */
struct psd_log_field {
	const char *name;
	const char *value;
};

/* The same with fields, for where messages can carry them (the journal). */
void psd_log_with(int priority, const struct psd_log_field *fields,
    size_t n_fields, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Is there anybody for a message of that level? */
bool psd_log_is_heard(int priority);

/*
 * The same with a text that is escaped already, of at most PSD_LOG_MAX bytes;
 * newlines are between its lines.
 */
void psd_log_escaped(int priority, const char *text,
    const struct psd_log_field *fields, size_t n_fields);

/*
 * Where messages go.  text is escaped, without a newline
 * at its end.  Returns 0, or
 * -errno when the message was not written (-EAGAIN: would have waited).
 */
typedef int psd_log_sink(int priority, const char *text,
    const struct psd_log_field *fields, size_t n_fields);

/* Standard error, one line a message; the sink of the start. */
psd_log_sink psd_log_stderr;

void psd_log_to(psd_log_sink *to);

#endif
