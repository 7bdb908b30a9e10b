/* SPDX-License-Identifier: ISC */
#ifndef PSD_EXEC_PATH_H
#define PSD_EXEC_PATH_H

/*
 * An empty string at an address that is drawn at random once a process, for
 * the one execveat() of a helper's start.  The filter lets only this address
 * pass, and the helper, which has none of our memory after its exec, cannot
 * guess it among 2^37 or more: each wrong guess is a denied call.  Returns
 * NULL when it cannot be had; errno tells.
 */
const char *psd_exec_path(void);

#endif
