/* SPDX-License-Identifier: ISC */
#ifndef PSD_HIDDEN_H
#define PSD_HIDDEN_H

#include <stdbool.h>

/*
 * Is path, absolute, kept from us by the sandbox that we run in?  One such as
 * ProtectHome= of a unit puts an empty directory of root's without any mode in
 * the place of a directory that others go on seeing, who would be told in vain
 * that what is in it does not exist.
 */
bool psd_is_hidden(const char *path);

/* What is said of it. */
#define PSD_HIDDEN "is hidden from the daemon: see ProtectHome= of its unit"

#endif
