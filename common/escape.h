/* SPDX-License-Identifier: ISC */
#ifndef PSD_ESCAPE_H
#define PSD_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes len bytes of text into ret (size bytes, at least 1; always closed by
 * NUL) as common/print.h says of escaped text; quotes says whether quotes and
 * backslashes are escaped too.  Stops before the first piece that does not
 * fit.  Returns the length written, and in ret_used how much of text that is.
 */
size_t psd_escape(char *ret, size_t size, const char *text, size_t len,
    bool quotes, size_t *ret_used);

#endif
