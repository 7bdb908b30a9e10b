/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "daemon/call.h"

#include <errno.h>
#include <sys/utsname.h>

/* The reply points into it until it is sent. */
static struct utsname names;

/*
 * Safe because it tells two names and takes nothing from the helper.  They
 * are the daemon's own, the host's: the helper's uname(2) knows only the name
 * of its UTS namespace.  Kernel version and machine are left out.
 */
int
psd_do_get_hostname(struct psd_call *call,
    const struct psd_get_hostname_req *req, struct psd_get_hostname_rep *rep)
{
	(void)call;
	(void)req;
	if (uname(&names) < 0)
		return -errno;
	rep->hostname = psd_str_of(names.nodename);
	rep->domain = psd_str_of(names.domainname);
	return 0;
}
