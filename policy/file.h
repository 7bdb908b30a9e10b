/* SPDX-License-Identifier: ISC */
#ifndef PSD_FILE_H
#define PSD_FILE_H

#include "policy/diag.h"

enum {
	PSD_FILE_MAX = 1024 * 1024, /* bytes of a policy or drop-in */
	PSD_FILE_LINE_MAX = 65536,  /* bytes of one line */
};

/* What is to be believed of a file. */
enum psd_file_trust {
	PSD_FILE_CHECKED,   /* it and its directory are root's or our user's,
			       and nobody else may write there */
	PSD_FILE_UNCHECKED, /* any owner, any mode */
};

/* A file that was read, with a NUL behind its text. */
struct psd_file {
	char *text; /* psd_file_free() frees it */
	size_t len;
};

enum psd_found {
	PSD_FOUND_FILE,
	PSD_FOUND_NOTHING, /* no such file or directory; diag is silent */
	PSD_FOUND_MASK,    /* a link to /dev/null */
	PSD_FOUND_BAD,     /* diag says why */
};

/*
 * Reads path whole.  Refuses what is not a regular file, links (other than
 * the mask), files that are too large, and text with NUL bytes or a byte
 * order mark.  Never blocks on a FIFO or device.
 */
enum psd_found psd_file_read(const char *path, enum psd_file_trust trust,
    struct psd_file *ret, struct psd_diag *diag);
void psd_file_free(struct psd_file *file);

/*
 * Is the directory there (PSD_FOUND_FILE), missing, or not to be trusted?
 * Never PSD_FOUND_MASK.
 */
enum psd_found psd_file_check_directory(const char *path,
    enum psd_file_trust trust, struct psd_diag *diag);

#endif
