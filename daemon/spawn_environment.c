/* SPDX-License-Identifier: ISC */
#include "daemon/spawn_environment.h"

#include <stddef.h>
#include <stdlib.h>

/* LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES. */
enum { LISTEN_VARIABLES = 3 };

char **
psd_spawn_environment(char *const *given, char *pid_variable, bool has_pair)
{
	static char fds[] = "LISTEN_FDS=1";
	static char names[] = "LISTEN_FDNAMES=privsep";
	char **environment;
	size_t n = 0;

	while (given != NULL && given[n] != NULL)
		n++;
	environment = calloc(n + LISTEN_VARIABLES + 1, sizeof(*environment));
	if (environment == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		environment[i] = given[i];
	if (!has_pair)
		return environment;
	environment[n] = pid_variable;
	environment[n + 1] = fds;
	environment[n + 2] = names;
	return environment;
}
