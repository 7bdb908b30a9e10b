/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_OUT_H
#define PSD_CTL_OUT_H

#include "daemon/ctl/ctl.h"

#include <stdio.h>

/* "privsepctl: ..." on standard error. */
void psd_ctl_complain(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * Writes text to stream, \n and printable characters as they are, all else
 * as \xNN: it may hold what a helper said, and was escaped for a log line
 * already, so backslashes stay single.
 */
void psd_ctl_put(FILE *stream, const char *text);

/* A line of it. */
void psd_ctl_put_line(FILE *stream, const char *text);

/* Once, before all that is made of JSON; and was there memory for all of it? */
void psd_ctl_json_begin(void);
bool psd_ctl_json_is_short(void);

/*
 * The fields of a reply under their names; the list texts (control.def) as
 * arrays.  The caller's; NULL when memory is short.
 */
json_t *psd_ctl_json(const struct psd_op_row *row, const void *rep);

/* text as a JSON string, also when it is not UTF-8 (escaped then). */
json_t *psd_ctl_json_text(const char *text, size_t len);

/* The lines of text as an array, without empty ones. */
json_t *psd_ctl_json_lines(const char *text, size_t len);

/* What an object has under a name; "" or 0 when it has no such thing. */
const char *psd_ctl_text_of(const json_t *object, const char *key);
int64_t psd_ctl_count_of(const json_t *object, const char *key);

/*
 * Prints value and a newline on standard output, and drops it.  NULL, from
 * whatever made it short of memory, is PSD_CTL_FAILED.
 */
enum psd_ctl_exit psd_ctl_print_json(json_t *value);

/* The same of a reply to what can fail, or is only tried (--dry-run). */
enum psd_ctl_exit psd_ctl_print_attempt(enum psd_op op, const void *rep,
    bool has_failed, bool is_dry);

/* "2h 5min", the two largest units. */
void psd_ctl_print_usec(char *ret, size_t size, uint64_t usec);

/*
 * A table with its columns as wide as they must be; numbers are flush right.
 * rows: an array of arrays of strings, the first one the heading.  The last
 * column is not padded.
 */
void psd_ctl_print_table(const json_t *rows);

#endif
