/* SPDX-License-Identifier: ISC */
#ifndef PSD_DIAG_H
#define PSD_DIAG_H

#include <stdbool.h>
#include <stddef.h>

/* A line of a file, for messages; file is owned by whoever made it. */
struct psd_where {
	const char *file;
	unsigned line; /* from 1; 0: the whole file */
};

/*
 * What was found wrong while files were read: lines of text, errors and
 * warnings, each "FILE:LINE: what is wrong; what to do".
 */
struct psd_diag {
	char *text; /* lines, each closed by \n; NULL when there are none */
	size_t len;
	unsigned errors;
	unsigned warnings;
	bool out_of_memory;
};

void psd_diag_init(struct psd_diag *diag);
void psd_diag_free(struct psd_diag *diag);

/* Adds a line.  where may be NULL.  Keeps at most 64 KiB, then counts on. */
void psd_diag_error(struct psd_diag *diag, const struct psd_where *where,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
void psd_diag_warning(struct psd_diag *diag, const struct psd_where *where,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What is neither, but good to know. */
void psd_diag_note(struct psd_diag *diag, const struct psd_where *where,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* An error that needs no memory to be told. */
void psd_diag_no_memory(struct psd_diag *diag);

#endif
