/* SPDX-License-Identifier: ISC */
#include "daemon/spawn_environment.h"

#include <stddef.h>
#include <stdlib.h>

/* LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES. */
enum { LISTEN_VARIABLES = 3 };

static size_t
count(char *const *variables)
{
	size_t n = 0;

	while (variables != NULL && variables[n] != NULL)
		n++;
	return n;
}

char **
psd_spawn_environment(char *const *given, char *const *own, char *pid_variable)
{
	static char fds[] = "LISTEN_FDS=1";
	static char names[] = "LISTEN_FDNAMES=privsep";
	const size_t n_given = count(given), n_own = count(own);
	char **environment = calloc(n_given + n_own + LISTEN_VARIABLES + 1,
	    sizeof(*environment));
	char **at = environment;

	if (environment == NULL)
		return NULL;
	for (size_t i = 0; i < n_given; i++)
		*at++ = given[i];
	for (size_t i = 0; i < n_own; i++)
		*at++ = own[i];
	if (pid_variable == NULL)
		return environment;
	*at++ = pid_variable;
	*at++ = fds;
	*at++ = names;
	return environment;
}
