/* SPDX-License-Identifier: ISC */
#ifndef TEST_SAMPLE_H
#define TEST_SAMPLE_H

#include "tests/support/op_rig.h"

/*
 * Requests and policy lines made from the rows of ops.def, for tests that are
 * to hold for rows which nobody had thought of when they were written.  Each
 * kind of field has a sample here, without which this does not compile; a row
 * that wants another has a line in the tables of sample.c.
 */

/* What a request is about: something that there is, or is not. */
enum sample_thing { SAMPLE_THERE, SAMPLE_MISSING };

/* What a line of a policy speaks of: both of these, or something else. */
enum sample_cover { SAMPLE_COVERING, SAMPLE_OTHER };

enum { SAMPLE_LINE_MAX = 512, SAMPLE_LINES_MAX = 2048 };

/*
 * Keeps the host as it is, whatever this process is asked to do from now on:
 * a network and a host name of its own, clocks that only seem to be set.
 * Returns 0, or -errno where that takes more than the test may.
 */
int sample_keep_host(void);

/* The same for one that asks another process, and stays as it is. */
int sample_leave_host(void);

/* Are there lines that speak of one request of the row and not of another? */
bool sample_has_cover(const struct psd_op_row *row);

/* The line "AllowOpen=read %s/" and so on; verb is "Allow" or "Deny". */
void sample_line(const struct psd_op_row *row, const char *verb,
    enum sample_cover cover, const char *modifiers, char ret[SAMPLE_LINE_MAX]);

/*
 * Starts a rig with these lines of the row's own, and whatever else the row
 * needs.  op_rig_stop() ends it.
 */
void sample_start(struct op_rig *rig, const struct psd_op_row *row,
    const char *lines);

/*
 * Makes what there is to be found below dir as it was: requests may have
 * removed or made some of it.
 */
void sample_make(const char *dir);

/*
 * Fills in a request of the row.  Strings point into static memory, valid
 * until the next call; descriptors are the request's.
 */
void sample_fill(const struct psd_op_row *row, enum sample_thing thing,
    const char *dir, union psd_any_req *ret);

/* What a request of the row is to be about in order to succeed. */
enum sample_thing sample_succeeds_with(const struct psd_op_row *row);

/* What a request was answered with, or that it has to wait. */
enum { SAMPLE_WAITS = 1 };

/*
 * Makes the things anew, asks, and returns the status, or SAMPLE_WAITS when
 * the answer does not come at once.
 */
int sample_ask(struct op_rig *rig, const struct psd_op_row *row,
    enum sample_thing thing);

#endif
