/* SPDX-License-Identifier: ISC */
#include "tests/faults/day.h"

#include "common/mem.h"
#include "tests/support/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINES_MAX = 32768, RATE = 1000000 };

/* A line of a sample, whose directory is that of the files. */
static void
add_line(char *lines, const char *line)
{
	size_t len = strlen(lines);

	for (const char *c = line; *c != '\0'; c++) {
		const bool is_place = c[0] == '%' && c[1] == 's';

		len += (size_t)snprintf(lines + len, LINES_MAX - len, "%.*s%s",
		    is_place ? 2 : 1, c, is_place ? "/files" : "");
		c += is_place;
	}
	(void)snprintf(lines + len, LINES_MAX - len, "\n");
}

void
day_write_all(const struct day *day)
{
	_cleanup_free_ char *lines = calloc(1, LINES_MAX);
	char line[SAMPLE_LINE_MAX];

	assert_non_null(lines);
	(void)snprintf(lines, LINES_MAX,
	    "RequestRate=%u/s\nRequestTimeoutSec=5s\n"
	    "SystemCallFilter=@send-descriptors\nPhases=first second\n"
	    "AllowClone=yes\nAllowOpen=write %%s/files/**\n",
	    RATE + day->generation);
	for (size_t i = 0; i < psd_op_count; i++) {
		const struct psd_op_row *row = &psd_op_rows[i];
		if (row->is_free || row->op == PSD_OP_accept ||
		    row->op == PSD_OP_clone)
			continue;
		sample_line(row, "Allow", SAMPLE_COVERING, "", line);
		add_line(lines, line);
	}
	daemon_rig_puppet(&day->rig, "all", "Instances=1\nRestartSec=1ms",
	    lines);
}

void
day_write_door(const struct day *day)
{
	char rate[64];

	(void)snprintf(rate, sizeof(rate), "RequestRate=%u/s\n",
	    RATE + day->generation);
	daemon_rig_puppet(&day->rig, "door",
	    "Clients=user:0\nInstances=1..2\nRestartSec=1ms\n", rate);
}
