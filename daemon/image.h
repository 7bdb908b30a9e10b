/* SPDX-License-Identifier: ISC */
#ifndef PSD_IMAGE_H
#define PSD_IMAGE_H

#include "policy/diag.h"

#include <limits.h>
#include <stdbool.h>

/* What executing a file leads to. */
struct psd_image {
	int fd;                /* of the ELF program, read-only; owned */
	char loader[PATH_MAX]; /* its PT_INTERP; "" when it is static */
	bool is_script;        /* fd is the interpreter of one */
	char interpreter[PATH_MAX];
	char argument[PATH_MAX]; /* of the script's first line; "": none */
};

/*
 * Opens the program at path, or the interpreter of the script there, and
 * finds out about its loader.  any_uid: it must be executable by everyone,
 * since helpers are nobody's.  0 and the image, whose descriptor is the
 * caller's, or -errno with diag naming where.
 */
int psd_image_open(const char *path, bool any_uid,
    const struct psd_where *where, struct psd_image *ret,
    struct psd_diag *diag);

#endif
