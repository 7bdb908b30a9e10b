/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { HOSTNAME_MAX = 64 };

static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

/* Labels as in DNS: not empty, and no "-" at the beginning of one. */
static bool
is_hostname(const struct psd_str *name)
{
	const char *at = name->at;

	if (name->len > HOSTNAME_MAX)
		return false;
	for (;; at++) {
		const size_t n = strspn(at, letters);

		if (n == 0 || *at == '-')
			return false;
		at += n;
		if (*at == '\0')
			return true;
		if (*at != '.')
			return false;
	}
}

/*
 * Safe because a name is all that changes, and because it has nothing in it
 * that could be an option, a path or more than one word to the many programs
 * that read it.  Helpers have names of their own and do not notice.
 */
int
psd_do_set_hostname(struct psd_call *call,
    const struct psd_set_hostname_req *req, struct psd_set_hostname_rep *rep)
{
	(void)call;
	(void)rep;
	if (!is_hostname(&req->hostname))
		return -EINVAL;
	return sethostname(req->hostname.at, req->hostname.len) < 0 ? -errno
								    : 0;
}
