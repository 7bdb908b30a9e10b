/* SPDX-License-Identifier: ISC */
#ifndef PSD_SPAWN_ENVIRONMENT_H
#define PSD_SPAWN_ENVIRONMENT_H

/*
 * The policy's variables and the instance's own (each or NULL), and those that
 * tell a helper where its end of the pair is: pid_variable among them, NULL
 * when it has none.  The array alone is allocated, and the caller's; NULL when
 * memory is short.
 */
char **psd_spawn_environment(char *const *given, char *const *own,
    char *pid_variable);

#endif
