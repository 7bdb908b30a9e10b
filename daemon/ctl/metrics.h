/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_METRICS_H
#define PSD_CTL_METRICS_H

#include <jansson.h>
#include <stdio.h>

/* Writes all that was gathered (cmd_metrics.c) as OpenMetrics text. */
void psd_metrics_write(FILE *out, const json_t *all);

#endif
