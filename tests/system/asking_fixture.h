/* SPDX-License-Identifier: ISC */
#ifndef ASKING_FIXTURE_H
#define ASKING_FIXTURE_H

/* A helper to which each operation is granted, and asks for it. */
#include "tests/support/sample.h"
#include "tests/system/rig_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { HEX_MAX = 3800, LINES_MAX = 32768 };

/* What it asks for; accept would be the next client's. */
static inline bool
is_asked(const struct psd_op_row *row)
{
	return row->op != PSD_OP_hello && row->op != PSD_OP_accept;
}

/* The policy NAME, of these lines and one for each operation. */
static inline void
grant_all(const char *name, const char *helper_lines, const char *policy_lines)
{
	static char lines[LINES_MAX];
	size_t len = (size_t)snprintf(lines, sizeof(lines),
	    "SystemCallFilter=@send-descriptors\n%s", policy_lines);

	sample_make(rig.dir);
	for (size_t i = 0; i < psd_op_count; i++) {
		char line[SAMPLE_LINE_MAX];

		if (!is_asked(&psd_op_rows[i]) || psd_op_rows[i].is_free)
			continue;
		sample_line(&psd_op_rows[i], "Allow", SAMPLE_COVERING, "",
		    line);
		len += (size_t)snprintf(lines + len, sizeof(lines) - len,
		    "%s\n", line);
		assert_true(len < sizeof(lines));
	}
	daemon_rig_puppet(&rig, name, helper_lines, lines);
}

/* The program that may be run. */
static inline void
write_program(const char *file, const char *program)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
	    "[Helper]\nType=program\nExecStart=%s\nStartLimitBurst=0\n"
	    "[Policy]\nSystemCallFilter=@helper @loader\nAllowOpen=@runtime\n",
	    program);
	daemon_rig_write(&rig, file, text);
}

/* 0, or 77 having said why. */
static inline int
keep_host(void)
{
	const int r = geteuid() == 0 ? sample_keep_host() : -EPERM;

	if (r == 0)
		return 0;
	print_message("SKIP: no namespaces of our own: %s\n", strerror(-r));
	return 77;
}

#endif
