/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "helper/exchange.h"
#include "helper/stub.h"

int
privsep_clone_fd(struct privsep *conversation)
{
	struct psd_clone_req req = { .end = 0 };
	struct psd_clone_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_clone(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? r : psd_fd_take(&rep.conversation);
}

int
privsep_clone(struct privsep *conversation, struct privsep **ret)
{
	const int fd = privsep_clone_fd(conversation);

	return fd < 0 ? fd : privsep_from_fd(ret, fd);
}
