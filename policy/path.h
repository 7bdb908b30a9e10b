/* SPDX-License-Identifier: ISC */
#ifndef PSD_PATH_H
#define PSD_PATH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Does path begin with a slash and name each component once: no empty ones,
 * no "." and no "..", and, but for "/" itself, no slash at the end?  Only
 * such a path says where it leads without a look at the file system.
 */
bool psd_path_is_normal(const char *path, size_t len);

#endif
