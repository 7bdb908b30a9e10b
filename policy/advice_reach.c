/* SPDX-License-Identifier: ISC */
#include "policy/advice_line.h"
#include "policy/advice_place.h"
#include "policy/cover.h"
#include "policy/glob.h"
#include "policy/path.h"

#include <stdio.h>
#include <string.h>

enum { PLACE_MAX = PSD_PATH_MAX + sizeof("/*/**") };

/* What was found of one line. */
struct reached {
	unsigned n;            /* places */
	char place[PLACE_MAX]; /* the first, which is the worst */
	char glob[PLACE_MAX];  /* what of it the line covers */
	const char *reason;
	bool is_within; /* the line covers nothing else */
};

/* Which uses the line allows, when the accesses in left are allowed. */
static uint32_t
uses_of(const struct psd_op_row *row, uint32_t left)
{
	uint32_t uses = 0;

	if (row->op == PSD_OP_stat)
		return PSD_USE_STAT;
	if (row->op == PSD_OP_read_directory)
		return PSD_USE_LIST;
	if (row->op == PSD_OP_unlink || row->op == PSD_OP_mkdir ||
	    row->op == PSD_OP_rmdir || row->op == PSD_OP_rename ||
	    row->op == PSD_OP_listen_unix || row->op == PSD_OP_bind_unix)
		return PSD_USE_CHANGE;
	if (row->op == PSD_OP_connect_unix)
		return PSD_USE_CONNECT;
	if (row->op != PSD_OP_open)
		return 0;
	if ((left & PSD_ACCESS_READ) != 0)
		uses |= PSD_USE_READ;
	if ((left & PSD_ADVICE_WRITES) != 0)
		uses |= PSD_USE_CHANGE;
	return uses;
}

/* Of two paths' beginnings, is one a directory above the other, or the same? */
static bool
are_in_line(const char *one, size_t len, const char *other, size_t other_len)
{
	const size_t n = len < other_len ? len : other_len;

	if (n == 1)
		return true;
	return memcmp(one, other, n) == 0 &&
	    (len == other_len || (len > n ? one[n] : other[n]) == '/');
}

/* Does the line get into the file system that the place lies in? */
static bool
enters(const struct psd_grant *grant, const struct psd_advice_place *place)
{
	const size_t len = strcspn(place->glob + 1, "/") + 1;

	return place->extent != PSD_EXTENT_MOUNT ||
	    (grant->modifiers & PSD_MODIFIER_XDEV) != 0 ||
	    (grant->dir_len >= len &&
		are_in_line(grant->glob, grant->dir_len, place->glob, len));
}

/* A place, as far as it says something to those who use it in a certain way. */
struct extent {
	char all[PLACE_MAX];
	char sample[PLACE_MAX]; /* of it, what must be covered at least */
};

/*
 * A tree is what lies beneath its directory: the directory itself says
 * something only when it is listed.  There every name would do, but a line
 * for some names, in whatever directory, is not about this one; so it has to
 * cover one that is likely to be there.
 */
static bool
measure(const struct psd_advice_place *place, uint32_t uses, struct extent *ret)
{
	const size_t len = strlen(place->glob);
	const bool is_tree =
	    len >= 3 && strcmp(place->glob + len - 3, "/**") == 0;
	const bool is_list = (uses & PSD_USE_LIST) != 0;
	const int dir_len = (int)len - 3;

	if (len > PSD_PATH_MAX || (is_list && !is_tree))
		return false;
	(void)snprintf(ret->all, PLACE_MAX, "%s", place->glob);
	(void)snprintf(ret->sample, PLACE_MAX, "%s", place->glob);
	if (is_tree && is_list)
		(void)snprintf(ret->sample, PLACE_MAX, "%.*s", dir_len,
		    place->glob);
	else if (is_tree &&
	    snprintf(ret->all, PLACE_MAX, "%.*s/*/**", dir_len, place->glob) >=
		0)
		(void)snprintf(ret->sample, PLACE_MAX, "%.*s/%s", dir_len,
		    place->glob, place->name == NULL ? "x" : place->name);
	return true;
}

/*
 * What of the line's access no Deny line takes away from all of what it shares
 * with the place.
 */
static bool
is_left(struct psd_advice *advice, const struct psd_grant *grant,
    const char *shared, uint32_t uses)
{
	const struct psd_grant *line;
	struct psd_contain_look look;
	uint32_t left = grant->access;

	psd_contain_look(advice->grants, shared, &look);
	while ((line = psd_advice_next(advice, &look)) != NULL) {
		if (!line->is_deny ||
		    !psd_advice_contains(advice, line, shared))
			continue;
		left &= ~line->access;
		if ((uses_of(advice->row, left) & uses) == 0 ||
		    line->access == 0)
			return false;
	}
	/* Who could not look at all Deny lines says nothing. */
	return advice->work > 0;
}

static bool
reaches(struct psd_advice *advice, const struct psd_grant *grant,
    const struct psd_advice_place *place, uint32_t uses, bool *ret_is_within)
{
	struct extent extent;
	char shared[PLACE_MAX];

	if (!are_in_line(grant->glob, psd_glob_literal_len(grant->glob),
		place->glob, psd_glob_literal_len(place->glob)) ||
	    !enters(grant, place) || !measure(place, uses, &extent))
		return false;
	*ret_is_within = psd_cover_contains(extent.all, grant->glob);
	if (!*ret_is_within &&
	    (place->extent == PSD_EXTENT_WITHIN ||
		!psd_cover_meets(grant->glob, extent.sample)))
		return false;
	/* A Deny line for all of the line was told of before. */
	return *ret_is_within ||
	    (psd_cover_narrow(grant->glob, extent.all, shared,
		 sizeof(shared)) &&
		is_left(advice, grant, shared, uses));
}

static void
look_at(struct psd_advice *advice, const struct psd_grant *grant,
    const struct psd_advice_place *place, struct reached *reached)
{
	const uint32_t uses = place->uses & uses_of(advice->row, grant->access);
	bool is_within = false;

	if (uses == 0 || !reaches(advice, grant, place, uses, &is_within) ||
	    reached->n++ > 0)
		return;
	reached->reason = place->reason;
	reached->is_within = is_within;
	(void)snprintf(reached->place, sizeof(reached->place), "%s",
	    place->glob);
	if (is_within ||
	    !psd_cover_narrow(grant->glob, place->glob, reached->glob,
		sizeof(reached->glob)))
		memcpy(reached->glob, reached->place, sizeof(reached->glob));
}

static void
look_at_table(struct psd_advice *advice, const struct psd_grant *grant,
    const struct psd_advice_place *places, size_t n, struct reached *reached)
{
	for (size_t i = 0; i < n; i++)
		look_at(advice, grant, &places[i], reached);
}

static bool
is_in_table(const char *glob)
{
	for (size_t i = 0; i < psd_advice_trusted_count; i++)
		if (strcmp(psd_advice_trusted[i].glob, glob) == 0)
			return true;
	return false;
}

/* What the policy itself comes from.  tail is "" for a file. */
static void
look_at_path(struct psd_advice *advice, const struct psd_grant *grant,
    const char *path, size_t len, const char *tail, const char *reason,
    struct reached *reached)
{
	char glob[PLACE_MAX];
	const struct psd_advice_place place = {
		.glob = glob,
		.uses = PSD_USE_CHANGE,
		.reason = reason,
	};

	while (len > 1 && path[len - 1] == '/')
		len--;
	if (len > PSD_PATH_MAX || len < 2 || !psd_path_is_normal(path, len) ||
	    strcspn(path, "*?[") < len)
		return;
	(void)snprintf(glob, sizeof(glob), "%.*s%s", (int)len, path, tail);
	if (!is_in_table(glob))
		look_at(advice, grant, &place, reached);
}

static void
look_at_trusted(struct psd_advice *advice, const struct psd_grant *grant,
    struct reached *reached)
{
	static const char policies[] =
	    "policies, which say what helpers may do";
	const struct psd_policy *policy = advice->policy;
	const char *slash = strrchr(policy->file, '/');

	for (size_t i = 0; advice->dirs != NULL && advice->dirs[i] != NULL; i++)
		look_at_path(advice, grant, advice->dirs[i],
		    strlen(advice->dirs[i]), "/**", policies, reached);
	if (advice->dirs == NULL && slash != NULL)
		look_at_path(advice, grant, policy->file,
		    (size_t)(slash - policy->file), "/**", policies, reached);
	if (policy->exec_path != NULL)
		look_at_path(advice, grant, policy->exec_path,
		    strlen(policy->exec_path), "", "the helper's own program",
		    reached);
	for (size_t i = 0; i < policy->may_exec.n; i++)
		look_at_path(advice, grant, policy->may_exec.at[i].text,
		    strlen(policy->may_exec.at[i].text), "",
		    "a program that AllowExec= lets it start", reached);
	look_at_table(advice, grant, psd_advice_trusted,
	    psd_advice_trusted_count, reached);
}

/* "add DenyOpen=any /etc/shadow", as far as it needs no quotes. */
static void
suggest(const struct psd_advice *advice, const struct reached *reached,
    const char *access, char *ret, size_t size)
{
	char key[PSD_NAME_MAX + 1];
	const bool is_plain = strpbrk(reached->place, " \t\n\\\"'%") == NULL;

	psd_op_key(advice->row, key, sizeof(key));
	if (is_plain && strlen(reached->place) <= PSD_ADVICE_TEXT_MAX)
		(void)snprintf(ret, size, "add Deny%s=%s%.*s", key,
		    advice->row->op == PSD_OP_open ? access : "",
		    PSD_ADVICE_TEXT_MAX, reached->place);
	else
		(void)snprintf(ret, size, "deny that");
}

static void
tell(struct psd_advice *advice, const struct psd_grant *grant,
    const struct reached *reached, const char *what, const char *access)
{
	char others[64] = "", deny[PSD_NAME_MAX + PSD_ADVICE_TEXT_MAX + 32];

	if (reached->n == 0)
		return;
	if (reached->n > 1)
		(void)snprintf(others, sizeof(others),
		    " and %u other place%s like it", reached->n - 1,
		    reached->n == 2 ? "" : "s");
	suggest(advice, reached, access, deny, sizeof(deny));
	if (reached->is_within)
		psd_advice_say(advice, grant,
		    "%s %.*s (%s)%s; give the helper a place of its own", what,
		    PSD_ADVICE_TEXT_MAX, reached->glob, reached->reason,
		    others);
	else
		psd_advice_say(advice, grant,
		    "%s %.*s (%s)%s; cover only what the helper needs, or %s",
		    what, PSD_ADVICE_TEXT_MAX, reached->glob, reached->reason,
		    others, deny);
}

void
psd_advice_on_reach(struct psd_advice *advice, const struct psd_grant *grant)
{
	const uint32_t uses = uses_of(advice->row, grant->access);
	struct reached secrets = { .n = 0 }, trusted = { .n = 0 };

	if ((uses & PSD_USE_CHANGE) != 0)
		look_at_trusted(advice, grant, &trusted);
	/* Who may only write there is told of that once. */
	if ((uses & ~(uint32_t)PSD_USE_CHANGE) != 0 || trusted.n == 0)
		look_at_table(advice, grant, psd_advice_secrets,
		    psd_advice_secret_count, &secrets);
	tell(advice, grant, &secrets, "reaches", "any ");
	tell(advice, grant, &trusted, "lets the helper change", "write ");
}
