/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_LOG_SHOW_H
#define PSD_CTL_LOG_SHOW_H

#include <stdbool.h>
#include <systemd/sd-journal.h>

/* Prints the present entry: its time and text, or as JSON on a line. */
void psd_log_show(sd_journal *journal, bool as_json);

#endif
