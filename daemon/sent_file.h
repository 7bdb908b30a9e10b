/* SPDX-License-Identifier: ISC */
#ifndef PSD_SENT_FILE_H
#define PSD_SENT_FILE_H

#include "daemon/call.h"

/*
 * Opens path beneath the call's grant, O_PATH, provided that it is a regular
 * file with one name, that sent refers to the same file, and that sent is open
 * for writing.  Returns a descriptor of the caller's; -EBADF, sent cannot write;
 * -ESTALE, it is another file; -EPERM, the file is none that is granted; or
 * another -errno.
 */
int psd_sent_file_open(const struct psd_call *call, const struct psd_str *path,
    int sent);

#endif
