/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_TOP_SHOW_H
#define PSD_CTL_TOP_SHOW_H

#include "daemon/ctl/top.h"

/*
 * Prints the table, at most that many lines of that many columns, each ended
 * by end: "\n", or what erases the rest of a terminal's line too.
 */
void psd_top_show(const struct psd_top *top, size_t lines, size_t columns,
    const char *end);

/* The same as a line of JSON. */
void psd_top_show_json(const struct psd_top *top);

#endif
