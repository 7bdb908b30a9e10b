/* SPDX-License-Identifier: ISC */
#include "tests/support/partner_rig.h"

#include "helper/privsep.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { POLICY_MAX = 8192 };

void
partner_policy(const struct daemon_rig *rig, const char *name,
    const char *argument, const char *helper_lines, const char *policy_lines)
{
	char policy[POLICY_MAX], file[NAME_MAX];
	const char *dir = getenv("PSD_HELPERS");

	if (dir == NULL)
		dir = getenv("B");
	assert_non_null(dir);
	(void)snprintf(policy, sizeof(policy),
	    "[Helper]\n"
	    "ExecStart=%s/tests/helpers/partner %s\n"
	    "%s\n"
	    "[Policy]\n"
	    "AllowOpen=@runtime\n"
	    "AllowAccept=yes\n"
	    "%s\n",
	    dir, argument, helper_lines, policy_lines);
	(void)snprintf(file, sizeof(file), "policies/%s.policy", name);
	daemon_rig_write(rig, file, policy);
}

void
partner_find(const struct daemon_rig *rig)
{
	char run[PATH_MAX];

	(void)snprintf(run, sizeof(run), "%s/run", rig->dir);
	assert_int_equal(setenv("PRIVSEP_RUNTIME_DIR", run, 1), 0);
}

int
partner_ask(const char *service, const char *message, int fd, char *ret_text,
    size_t size, int *ret_fd)
{
	struct privsep_message call = {
		.bytes = message,
		.len = strlen(message),
		.fds = { fd },
		.n_fds = fd >= 0,
	};
	struct privsep_buffer reply = { .bytes = ret_text, .size = size - 1 };
	struct privsep *client;
	int r = privsep_connect(&client, service);

	if (r < 0)
		return r;
	r = privsep_call(client, &call, &reply);
	ret_text[r == 0 ? reply.len : 0] = '\0';
	for (size_t i = 0; r == 0 && i < reply.n_fds; i++)
		if (i > 0 || ret_fd == NULL)
			(void)close(reply.fds[i]);
	if (ret_fd != NULL)
		*ret_fd = r == 0 && reply.n_fds > 0 ? reply.fds[0] : -1;
	(void)privsep_end(client);
	return r;
}
