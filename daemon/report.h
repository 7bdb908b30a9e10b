/* SPDX-License-Identifier: ISC */
#ifndef PSD_REPORT_H
#define PSD_REPORT_H

#include "daemon/instance.h"
#include "policy/seen.h"

#include <linux/seccomp.h>

/* What was found of the names that a program asked for last. */
enum { PSD_REPORTS_KEPT = 64 };

struct psd_reports {
	uint64_t names[PSD_REPORTS_KEPT]; /* hashes; 0: none */
	bool is_refused[PSD_REPORTS_KEPT];
	unsigned next;
	struct psd_rate looks;
};

void psd_reports_init(struct psd_reports *reports);

/*
 * A call that the filter lets pass: tells and counts it, when the view or the
 * network that the program has will refuse it.  Each name once, and none that
 * the host does not have either, as far as that is seen at once; so many in a
 * while.
 */
void psd_report_passed(struct psd_instance *instance,
    struct psd_reports *reports, const struct seccomp_data *data,
    struct psd_seen *seen);

#endif
