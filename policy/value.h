/* SPDX-License-Identifier: ISC */
#ifndef PSD_VALUE_H
#define PSD_VALUE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How values are written.  Each function reads the whole of text, which has
 * no white space around it, and returns 0 and the value, -EINVAL when text is
 * no such value, or -ERANGE when it is one but out of bounds; then ret is as
 * it was.
 */

/* What "infinity" is for times, sizes and numbers. */
#define PSD_VALUE_INFINITY UINT64_MAX

/* yes, true, on, 1 and no, false, off, 0, in either case. */
int psd_value_bool(const char *text, bool *ret);

/* Decimal digits, from min to max. */
int psd_value_number(const char *text, uint64_t min, uint64_t max,
    uint64_t *ret);

/* The same, or "infinity". */
int psd_value_number_or_infinity(const char *text, uint64_t min, uint64_t max,
    uint64_t *ret);

/*
 * A span of systemd.time(7) in microseconds: "5s", "1min 30s", "200ms", "1.5h",
 * a plain number of seconds, "infinity".
 */
int psd_value_span(const char *text, uint64_t *ret_usec);

/* Bytes, with K, M, G, T to the base of 1024, or "infinity". */
int psd_value_size(const char *text, uint64_t *ret_bytes);

/* "N" or "A..B", min <= A <= B <= max. */
int psd_value_range(const char *text, uint32_t min, uint32_t max,
    uint32_t *ret_from, uint32_t *ret_to);

/*
 * A rate, "1000/s" or "60/min" (also /h), as whole requests a second, or
 * "infinity", which is 0.  -ERANGE when there are less than one a second or a
 * fraction remains.
 */
int psd_value_rate(const char *text, uint32_t *ret_per_second);

#endif
