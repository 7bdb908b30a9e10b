/* SPDX-License-Identifier: ISC */
#ifndef PSD_PRINT_H
#define PSD_PRINT_H

#include "common/ops.h"

/*
 * Copies len bytes of text into ret (size bytes, always closed by NUL, cut
 * where full, never inside an escape): printable ASCII and well-formed UTF-8
 * as they are, everything else, backslash and double quote as \xNN or \\ or
 * \".  C1 controls and bidirectional overrides count as not printable.
 * Returns the length written.
 */
size_t psd_print_escaped(char *ret, size_t size, const char *text, size_t len);

/* The same for a whole line of a log: quotes and backslashes stay. */
size_t psd_print_line(char *ret, size_t size, const char *text, size_t len);

/*
 * Writes a request as a reader knows it, 'open(read, "/etc/passwd")', into
 * ret (closed by NUL, cut where full).
 */
void psd_print_request(char *ret, size_t size, const struct psd_op_row *row,
    const void *req);

/*
 * Writes one field, without its name, as above: of a list or bytes only how
 * long they are.  Returns the length written.
 */
size_t psd_print_briefly(char *ret, size_t size, enum psd_kind kind,
    const void *at);

/* The same with all that a list holds, and the first ones of bytes. */
size_t psd_print_field(char *ret, size_t size, enum psd_kind kind,
    const void *at);

/*
 * Writes all fields of a request or reply under their names, in full:
 * 'access=read, path="/etc/passwd", mode=0000'; as above.
 */
void psd_print_fields(char *ret, size_t size, const struct psd_field *layout,
    const void *fields);

/*
 * Writes what a field of kind bytes, targets, names or ids holds; as above, and
 * of bytes the first ones alone.  Returns the length written.
 */
size_t psd_print_list(char *ret, size_t size, enum psd_kind kind,
    const struct psd_bytes *list);

/*
 * "read,create", or "none"; PSD_ACCESS_TEXT_MAX + 1 bytes always suffice.  And
 * the way back: 0 and the bits, or -EINVAL.
 */
enum { PSD_ACCESS_TEXT_MAX = 63 };
void psd_print_access(char *ret, size_t size, uint32_t access);
int psd_parse_access(const char *words, uint32_t *ret_access);

/*
 * "33:33", "-:33" where the user stays as it is; PSD_OWNER_TEXT_MAX + 1 bytes
 * always suffice.
 */
enum { PSD_OWNER_TEXT_MAX = 21 };
void psd_print_owner(char *ret, size_t size, uint64_t owner);

/* "0640"; PSD_MODE_TEXT_MAX + 1 bytes suffice for what a mode may be. */
enum { PSD_MODE_TEXT_MAX = 11 };
void psd_print_mode(char *ret, size_t size, uint32_t mode);

/* "warning" for 4, NULL above 7; and the way back, or -EINVAL. */
const char *psd_priority_name(uint32_t priority);
int psd_parse_priority(const char *word, uint32_t *ret_priority);

#endif
