/* SPDX-License-Identifier: ISC */
#include "helper/resolver/resolver.h"

#include "common/codec.h"
#include "common/list.h"
#include "common/lookup.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

enum { GROUPS_MAX = PSD_IDS_MAX };

/* Where the C library puts an entry, however long it is. */
static char room[1 << 20];
static unsigned char list[PSD_BYTES_MAX];

/* What the *_r functions say when there is nothing, and when they failed. */
static int
failure(int r)
{
	/* Of sources that do not have it, in the words of some. */
	if (r == 0 || r == ENOENT || r == ESRCH || r == EBADF)
		return -ENOENT;
	return -r;
}

int
psd_answer_lookup_user(const struct psd_lookup_user_req *req,
    struct psd_lookup_user_rep *rep)
{
	struct passwd entry, *found = NULL;
	uint32_t uid;
	int r = 0;

	if (psd_lookup_number(req->user.at, &uid))
		r = getpwuid_r(uid, &entry, room, sizeof(room), &found);
	else if (!psd_lookup_is_number(req->user.at))
		r = getpwnam_r(req->user.at, &entry, room, sizeof(room),
		    &found);
	if (found == NULL)
		return failure(r);
	rep->name = psd_str_of(entry.pw_name);
	rep->uid = entry.pw_uid;
	rep->gid = entry.pw_gid;
	rep->comment = psd_str_of(entry.pw_gecos);
	rep->home = psd_str_of(entry.pw_dir);
	rep->shell = psd_str_of(entry.pw_shell);
	/* A secret that a file of users may still have stays here. */
	explicit_bzero(entry.pw_passwd, strlen(entry.pw_passwd));
	return 0;
}

/* The strings one behind the other.  0, or -EOVERFLOW. */
int
psd_resolver_list(char *const *names, struct psd_bytes *ret)
{
	size_t len = 0;

	for (; names != NULL && *names != NULL; names++) {
		const size_t n = strlen(*names) + 1;

		if (n == 1)
			continue;
		if (n > PSD_NAME_MAX + 1 || sizeof(list) - len < n)
			return -EOVERFLOW;
		memcpy(list + len, *names, n);
		len += n;
	}
	*ret = (struct psd_bytes){ list, (uint32_t)len };
	return 0;
}

int
psd_answer_lookup_group(const struct psd_lookup_group_req *req,
    struct psd_lookup_group_rep *rep)
{
	struct group entry, *found = NULL;
	uint32_t gid;
	int r = 0;

	if (psd_lookup_number(req->group.at, &gid))
		r = getgrgid_r(gid, &entry, room, sizeof(room), &found);
	else if (!psd_lookup_is_number(req->group.at))
		r = getgrnam_r(req->group.at, &entry, room, sizeof(room),
		    &found);
	if (found == NULL)
		return failure(r);
	rep->name = psd_str_of(entry.gr_name);
	rep->gid = entry.gr_gid;
	explicit_bzero(entry.gr_passwd, strlen(entry.gr_passwd));
	return psd_resolver_list(entry.gr_mem, &rep->members);
}

int
psd_answer_lookup_groups(const struct psd_lookup_groups_req *req,
    struct psd_lookup_groups_rep *rep)
{
	static gid_t groups[GROUPS_MAX];
	int n = GROUPS_MAX;

	if (psd_lookup_is_number(req->user.at))
		return -ENOENT;
	if (getgrouplist(req->user.at, req->gid, groups, &n) < 0)
		return -EOVERFLOW;
	for (int i = 0; i < n; i++)
		psd_ids_put(list + (size_t)i * PSD_ID_LEN, groups[i]);
	rep->groups = (struct psd_bytes){ list, (uint32_t)n * PSD_ID_LEN };
	return 0;
}
