/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/list.h"
#include "common/lookup.h"
#include "helper/exchange.h"
#include "helper/room.h"
#include "helper/stub.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

/* Digits of the largest id. */
enum { ID_SIZE = 11 };

/* Never told, and what no password hashes to. */
static const struct psd_str no_password = { "*", 1 };

/*
 * What the *_r functions return for a status: nothing found is no error, and
 * errors are positive.
 */
static int
error_of(int status)
{
	if (status == -ENOENT || status == -EMSGSIZE)
		return 0;
	return -status;
}

/* What has digits only would be taken for an id, and is nobody's name. */
static bool
is_name(const char *text)
{
	return *text != '\0' && !psd_lookup_is_number(text);
}

/* Called with the lock held: rep points into the frame. */
static int
copy_user(const struct psd_get_user_rep *rep, struct passwd *ret, char *buffer,
    size_t size)
{
	struct psd_room room = { .at = buffer, .left = size };
	const struct passwd copy = {
		.pw_name = psd_room_copy(&room, &rep->name),
		.pw_passwd = psd_room_copy(&room, &no_password),
		.pw_uid = rep->uid,
		.pw_gid = rep->gid,
		.pw_gecos = psd_room_copy(&room, &rep->comment),
		.pw_dir = psd_room_copy(&room, &rep->home),
		.pw_shell = psd_room_copy(&room, &rep->shell),
	};

	if (room.is_short)
		return -ERANGE;
	*ret = copy;
	return 0;
}

static int
ask_user(struct privsep *conversation, const char *who, struct passwd *entry,
    char *buffer, size_t size, struct passwd **ret)
{
	struct psd_get_user_req req = { .user = psd_str_of(who) };
	struct psd_get_user_rep rep;
	int r;

	*ret = NULL;
	psd_exchange_lock(conversation);
	r = psd_call_get_user(conversation, &req, &rep);
	if (r == 0)
		r = copy_user(&rep, entry, buffer, size);
	psd_exchange_unlock(conversation);
	if (r == 0)
		*ret = entry;
	return error_of(r);
}

int
privsep_getpwnam_r(struct privsep *conversation, const char *name,
    struct passwd *entry, char *buffer, size_t size, struct passwd **ret)
{
	*ret = NULL;
	if (!is_name(name))
		return 0;
	return ask_user(conversation, name, entry, buffer, size, ret);
}

int
privsep_getpwuid_r(struct privsep *conversation, uid_t uid,
    struct passwd *entry, char *buffer, size_t size, struct passwd **ret)
{
	char who[ID_SIZE];

	(void)snprintf(who, sizeof(who), "%u", (unsigned)uid);
	return ask_user(conversation, who, entry, buffer, size, ret);
}

static int
copy_group(const struct psd_get_group_rep *rep, struct group *ret, char *buffer,
    size_t size)
{
	struct psd_room room = { .at = buffer, .left = size };
	const struct group copy = {
		.gr_name = psd_room_copy(&room, &rep->name),
		.gr_passwd = psd_room_copy(&room, &no_password),
		.gr_gid = rep->gid,
		.gr_mem = psd_room_list(&room, &rep->members),
	};

	if (room.is_short)
		return -ERANGE;
	*ret = copy;
	return 0;
}

static int
ask_group(struct privsep *conversation, const char *which, struct group *entry,
    char *buffer, size_t size, struct group **ret)
{
	struct psd_get_group_req req = { .group = psd_str_of(which) };
	struct psd_get_group_rep rep;
	int r;

	*ret = NULL;
	psd_exchange_lock(conversation);
	r = psd_call_get_group(conversation, &req, &rep);
	if (r == 0)
		r = copy_group(&rep, entry, buffer, size);
	psd_exchange_unlock(conversation);
	if (r == 0)
		*ret = entry;
	return error_of(r);
}

int
privsep_getgrnam_r(struct privsep *conversation, const char *name,
    struct group *entry, char *buffer, size_t size, struct group **ret)
{
	*ret = NULL;
	if (!is_name(name))
		return 0;
	return ask_group(conversation, name, entry, buffer, size, ret);
}

int
privsep_getgrgid_r(struct privsep *conversation, gid_t gid, struct group *entry,
    char *buffer, size_t size, struct group **ret)
{
	char which[ID_SIZE];

	(void)snprintf(which, sizeof(which), "%u", (unsigned)gid);
	return ask_group(conversation, which, entry, buffer, size, ret);
}

int
privsep_getgrouplist(struct privsep *conversation, const char *user, gid_t gid,
    gid_t *groups, int *n_groups)
{
	struct psd_get_groups_req req = { psd_str_of(user), gid, 0 };
	struct psd_get_groups_rep rep;
	const int room = *n_groups;
	int r, n = 0;

	psd_exchange_lock(conversation);
	r = psd_call_get_groups(conversation, &req, &rep);
	if (r == 0) {
		n = (int)psd_ids_count(&rep.groups);
		for (int i = 0; i < n && i < room; i++)
			groups[i] = psd_ids_get(&rep.groups, (size_t)i);
	}
	psd_exchange_unlock(conversation);
	if (r < 0) {
		errno = -r;
		return -1;
	}
	*n_groups = n;
	return n <= room ? n : -1;
}
