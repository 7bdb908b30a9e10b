/* SPDX-License-Identifier: ISC */
#ifndef PSD_OWNER_H
#define PSD_OWNER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * USER, USER:GROUP or :GROUP, each by name, from /etc/passwd and /etc/group, or
 * by number, as the owner that a file is to have (common/kind.h); "-" is one
 * that it keeps.  With by_number no file is read, and a name is -EINVAL.
 * Returns what psd_user_find() does, and -EINVAL for what is none of these, or
 * keeps both.
 */
int psd_owner_find(const char *text, bool by_number, uint64_t *ret_owner);

#endif
