/* SPDX-License-Identifier: ISC */
#include "tests/support/fake_names.h"

#include "common/codec.h"
#include "common/list.h"
#include "common/lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const unsigned char members[] = "alice\0bob";
static const unsigned char aliases[] = "www-ssl";

/* 0 for the one that there is, by name or number. */
static int
look(const struct psd_str *asked, const char *name, const char *number)
{
	if (strncmp(asked->at, "error-", 6) == 0)
		return -(int)strtol(asked->at + 6, NULL, 10);
	return strcmp(asked->at, name) == 0 || strcmp(asked->at, number) == 0
	    ? 0
	    : -ENOENT;
}

static int
do_user(const struct psd_get_user_req *req, struct psd_get_user_rep *rep)
{
	rep->fields = PSD_SHOWS_USER;
	rep->name = psd_str_of("alice");
	rep->uid = 1000;
	rep->gid = 100;
	rep->comment = psd_str_of("Alice");
	rep->home = psd_str_of("/home/alice");
	rep->shell = psd_str_of("/bin/sh");
	return look(&req->user, "alice", "1000");
}

static int
do_group(const struct psd_get_group_req *req, struct psd_get_group_rep *rep)
{
	rep->fields = PSD_SHOWS_GROUP;
	rep->name = psd_str_of("users");
	rep->gid = 100;
	rep->members = (struct psd_bytes){ members, sizeof(members) };
	return look(&req->group, "users", "100");
}

static int
do_groups(const struct psd_get_groups_req *req, struct psd_get_groups_rep *rep)
{
	static unsigned char ids[2 * PSD_ID_LEN];

	psd_ids_put(ids, req->gid);
	psd_ids_put(ids + PSD_ID_LEN, 100);
	rep->groups = (struct psd_bytes){ ids, sizeof(ids) };
	return look(&req->user, "alice", "");
}

static int
do_service(const struct psd_get_service_req *req,
    struct psd_get_service_rep *rep)
{
	rep->name = psd_str_of("https");
	rep->port = 443;
	rep->protocol = psd_str_of("tcp");
	rep->aliases = (struct psd_bytes){ aliases, sizeof(aliases) };
	return look(&req->service, "https", "443");
}

static int
do_protocol(const struct psd_get_protocol_req *req,
    struct psd_get_protocol_rep *rep)
{
	rep->name = psd_str_of("icmp");
	rep->number = 1;
	return look(&req->protocol, "icmp", "1");
}

static int
do_resolve(const struct psd_resolve_req *req, struct psd_resolve_rep *rep)
{
	static unsigned char bytes[2 * PSD_TARGET_LEN];
	const struct psd_target targets[] = {
		{ PSD_SOCKET_STREAM, 6,
		    { PSD_FAMILY_INET, 443, { 192, 0, 2, 1 }, 0 } },
		{ PSD_SOCKET_STREAM, 6,
		    { PSD_FAMILY_INET6, 443,
			{ 0x20, 0x01, 0x0d, 0xb8, [15] = 1 }, 0 } },
	};

	psd_targets_put(bytes, &targets[0]);
	psd_targets_put(bytes + PSD_TARGET_LEN, &targets[1]);
	rep->targets = (struct psd_bytes){ bytes, sizeof(bytes) };
	if ((req->flags & PSD_LOOKUP_CANONICAL) != 0)
		rep->canonical = psd_str_of("www.example.org");
	return look(&req->host, "www", "www.example.org");
}

int
fake_names_perform(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	switch ((int)row->op) {
	case PSD_OP_get_user:
		return do_user(&req->as_get_user, &rep->as_get_user);
	case PSD_OP_get_group:
		return do_group(&req->as_get_group, &rep->as_get_group);
	case PSD_OP_get_groups:
		return do_groups(&req->as_get_groups, &rep->as_get_groups);
	case PSD_OP_get_service:
		return do_service(&req->as_get_service, &rep->as_get_service);
	case PSD_OP_get_protocol:
		return do_protocol(&req->as_get_protocol,
		    &rep->as_get_protocol);
	case PSD_OP_resolve:
		return do_resolve(&req->as_resolve, &rep->as_resolve);
	case PSD_OP_resolve_address:
		rep->as_resolve_address.host = psd_str_of("www.example.org");
		rep->as_resolve_address.service = psd_str_of("https");
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}
