/* SPDX-License-Identifier: ISC */
#ifndef PSD_RUNTIME_H
#define PSD_RUNTIME_H

/*
 * Makes the runtime directory (0755, ours) if it is missing, refuses one that
 * is not ours or that others may write to, and locks it: one daemon a
 * directory.  Returns the lock, whose owner is the caller, or -errno:
 * -EWOULDBLOCK when another daemon has it, -EPERM when it is not safe.
 */
int psd_runtime_open(const char *dir);

/*
 * Makes sure of a directory of this name in there, which others may enter and
 * only we can change.  0 or -errno.
 */
int psd_runtime_make_below(const char *dir, const char *name);

#define PSD_RUNTIME_UIDS "/run/privsepd/uids"

/*
 * Opens the file by which all daemons and monitors of a host keep apart the
 * uids that they give, whatever their own directories are.  Returns its
 * descriptor, the caller's, or -errno.
 */
int psd_runtime_open_uids(void);

#endif
