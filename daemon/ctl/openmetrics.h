/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_OPENMETRICS_H
#define PSD_CTL_OPENMETRICS_H

#include <stdint.h>
#include <stdio.h>

/*
 * The text format of OpenMetrics 1.0, as far as node_exporter's collector of
 * text files reads it too: no types that only the former has.
 */

struct psd_metric_label {
	const char *name;
	const char *value; /* UTF-8 */
};

/*
 * A family of metrics, whose samples follow.  unit is NULL or what the name
 * ends with.
 */
void psd_metric_family(FILE *out, const char *name, const char *type,
    const char *unit, const char *help);

/*
 * A sample: suffix is "" or what the family's type wants.  labels end with one
 * that has no name.
 */
void psd_metric_count(FILE *out, const char *name, const char *suffix,
    const struct psd_metric_label *labels, int64_t value);

/* The same with a value in seconds. */
void psd_metric_usec(FILE *out, const char *name, const char *suffix,
    const struct psd_metric_label *labels, int64_t usec);

/* Behind all of them. */
void psd_metric_end(FILE *out);

#endif
