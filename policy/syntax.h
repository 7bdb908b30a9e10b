/* SPDX-License-Identifier: ISC */
#ifndef PSD_SYNTAX_H
#define PSD_SYNTAX_H

#include "policy/diag.h"

#include <stddef.h>

/*
 * The reader of systemd.syntax(7) files, for policies and privsepd.conf:
 * sections, Key=value, comments, continuation lines.
 */

/* One line Key=value, or a section's header.  Valid during the call only. */
struct psd_setting {
	const char *section;
	const char *key;   /* NULL: the section begins here */
	const char *value; /* without white space around it, %% undone, lines
			      joined; empty: take back what was said */
	const char *text;  /* key and value as written, "Key=value" */
	struct psd_where where; /* file is the caller's; where the key is */
};

/*
 * What is done with a setting.  Errors go to diag; reading goes on, so that
 * one run finds them all.
 */
typedef void psd_syntax_setting(void *cookie, const struct psd_setting *setting,
    struct psd_diag *diag);

/*
 * Walks through text (len bytes, from the file named file) and calls setting
 * for each section header and key in turn.  What is not well formed is an
 * error in diag with its line.  Sections and keys whose names begin with X-
 * are passed over.  Whoever calls looks at diag->errors.
 */
void psd_syntax_read(const char *file, const char *text, size_t len,
    psd_syntax_setting *setting, void *cookie, struct psd_diag *diag);

/*
 * The same for text that stands within a section already, as if its header
 * stood above the first line.
 */
void psd_syntax_read_within(const char *section, const char *file,
    const char *text, size_t len, psd_syntax_setting *setting, void *cookie,
    struct psd_diag *diag);

#endif
