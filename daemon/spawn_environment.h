/* SPDX-License-Identifier: ISC */
#ifndef PSD_SPAWN_ENVIRONMENT_H
#define PSD_SPAWN_ENVIRONMENT_H

#include <stdbool.h>

/*
 * The policy's variables (or NULL), and those that tell a helper where its end
 * of the pair is, if it has one: pid_variable among them.  The array alone is
 * allocated, and the caller's; NULL when memory is short.
 */
char **psd_spawn_environment(char *const *given, char *pid_variable,
    bool has_pair);

#endif
