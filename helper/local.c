/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "helper/exchange.h"
#include "helper/stub.h"

int
privsep_connect_unix(struct privsep *conversation, const char *path)
{
	struct psd_connect_unix_req req = { .path = psd_str_of(path) };
	struct psd_connect_unix_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_connect_unix(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? r : rep.connection;
}

int
privsep_listen_unix(struct privsep *conversation, const char *path, mode_t mode)
{
	struct psd_listen_unix_req req = {
		.path = psd_str_of(path),
		.mode = mode,
	};
	struct psd_listen_unix_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_listen_unix(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? r : rep.listener;
}

int
privsep_bind_unix(struct privsep *conversation, const char *path, mode_t mode)
{
	struct psd_bind_unix_req req = {
		.path = psd_str_of(path),
		.mode = mode,
	};
	struct psd_bind_unix_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_bind_unix(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? r : rep.socket;
}
