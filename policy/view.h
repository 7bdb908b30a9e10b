/* SPDX-License-Identifier: ISC */
#ifndef PSD_VIEW_H
#define PSD_VIEW_H

#include "policy/build.h"

#include <sys/stat.h>

/*
 * The file view of a program that knows nothing of privsepd (Type=filter,
 * Type=program, Type=inetd): its AllowOpen= lines grant no request, since it
 * makes none, but say which files it has in its sight.
 */

/* Where TemporaryFileSystem= is. */
#define PSD_VIEW_TEMPORARY "/tmp"

/* Does the program open files itself, and ask for nothing? */
bool psd_view_is_all(const struct psd_policy *policy);

/*
 * Makes words of the view of such a policy's lines of AllowOpen=; one that no
 * mount could keep is an error.
 */
void psd_view_take(struct psd_build *build);

/* Is path within what TemporaryFileSystem= covers, or that itself? */
bool psd_view_is_covered(const struct psd_policy *policy, const char *path);

/* Looks at what there is of them; what cannot be shown is an error. */
void psd_view_look(const struct psd_policy *policy, struct psd_diag *diag);

/* Is there a place in it where files may be written? */
bool psd_view_is_writable(const struct psd_policy *policy);

/* What a word of the view lets be done, PSD_ACCESS_*. */
uint32_t psd_view_access(const struct psd_word *word);

/*
 * One of the kernel's devices that do nothing to the host: null, zero, full,
 * random and urandom, whatever their names.
 */
bool psd_view_is_harmless_device(const struct stat *status);

/* The word of a view that lets all of access be done to path, or NULL. */
const struct psd_word *psd_view_find(const struct psd_words *view,
    const struct psd_str *path, uint32_t access);

#endif
