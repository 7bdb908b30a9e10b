/* SPDX-License-Identifier: ISC */
#ifndef PSD_SEAL_H
#define PSD_SEAL_H

#include <stddef.h>

/* Memory that goes to another process and that nobody can change any more. */

/*
 * Makes it of these bytes; name is for /proc alone.  Returns its descriptor,
 * which is the caller's, or -errno.
 */
int psd_seal_write(const char *name, const void *bytes, size_t size);

/*
 * A copy of the whole, which is the caller's and has between least and most
 * bytes; or NULL with errno, EBADMSG: it is not sealed, or of another size.
 */
unsigned char *psd_seal_read(int fd, size_t least, size_t most,
    size_t *ret_size);

#endif
