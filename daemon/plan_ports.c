/* SPDX-License-Identifier: ISC */
#include "common/sys.h"
#include "daemon/landlock.h"
#include "daemon/plan_work.h"
#include "policy/ports.h"
#include "policy/reach.h"

#include <errno.h>
#include <string.h>

/* The version that bounds TCP. */
enum { LANDLOCK_WITH_TCP = 4 };

/*
 * In the host's network, where the filter keeps it from everything but TCP and
 * Landlock from other ports.  One without the other bounds nothing.
 */
int
psd_plan_check_ports(const struct psd_plan_work *work)
{
	const struct psd_grant *first = psd_ports_first(work->policy);
	const uint32_t layers = work->prepared->layers;

	if (first == NULL ||
	    ((layers & PSD_LAYER_FILTER) != 0 &&
		(layers & PSD_LAYER_LANDLOCK) != 0 &&
		work->host->landlock_abi >= LANDLOCK_WITH_TCP))
		return 0;
	psd_diag_error(work->diag, &first->where,
	    "%s of a program needs the layers filter and landlock, this in "
	    "version %d (Linux 6.7), since nothing else bounds its sockets; "
	    "privsepctl status says what is missing, and OnViolation=log "
	    "bounds nothing",
	    first->text, LANDLOCK_WITH_TCP);
	return -EOPNOTSUPP;
}

static int
allow(const struct psd_plan_work *work, enum psd_op op, uint64_t right)
{
	const struct psd_grants *grants = psd_ports_find(work->policy, op);
	int r = 0;

	for (size_t i = 0; r == 0 && i < grants->n; i++)
		r = psd_landlock_allow_ports(work->prepared->own->landlock_fd,
		    grants->at[i].reach, right);
	return r;
}

int
psd_plan_allow_ports(const struct psd_plan_work *work)
{
	int r = allow(work, PSD_OP_connect, PSD_LANDLOCK_CONNECT_TCP);

	if (r == 0)
		r = allow(work, PSD_OP_bind, PSD_LANDLOCK_BIND_TCP);
	if (r < 0)
		psd_diag_error(work->diag, &work->policy->exec_where,
		    "no Landlock rules for the ports of the program: %s",
		    strerror(-r));
	return r;
}
