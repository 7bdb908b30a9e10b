/* SPDX-License-Identifier: ISC */
#include "policy/modifier.h"

#include "common/endpoint.h"
#include "common/mem.h"
#include "policy/distance.h"
#include "policy/phase.h"
#include "policy/site.h"
#include "policy/user.h"
#include "policy/visible.h"

#include <errno.h>
#include <string.h>

/* Two lines of an operation, with regard to one modifier. */
struct pair {
	const struct psd_op_row *row;
	const struct psd_grant *wider, *narrower;
	bool was, is; /* does the wider one have it, does the narrower one? */
};

/* A word that takes something away can be added, not left out. */
static bool
takes_away(const struct pair *pair)
{
	return pair->is || !pair->was;
}

/* A word that gives something more can be left out, not added. */
static bool
gives_more(const struct pair *pair)
{
	return pair->was || !pair->is;
}

/*
 * Does a request that the line covers make something, which then belongs to
 * the owner that the line names?  These are the ones that need CAP_CHOWN.
 */
static bool
gives_away(const struct pair *pair)
{
	for (const struct psd_op_cap *cap = pair->row->caps; cap->name != NULL;
	     cap++)
		if (strcmp(cap->name, "chown") == 0 &&
		    (cap->access == 0 ||
			(cap->access & pair->narrower->access) != 0))
			return true;
	return false;
}

/* Of what is there, an owner asks more; to what is made, it gives another. */
static bool
keeps_owner(const struct pair *pair)
{
	if (pair->was)
		return pair->is && pair->wider->owner == pair->narrower->owner;
	return !pair->is || !gives_away(pair);
}

static bool
is_no_farther(const struct pair *pair)
{
	return !pair->was ||
	    (pair->is && pair->narrower->max_nsec <= pair->wider->max_nsec);
}

static bool
is_in_phase(const struct pair *pair)
{
	return !pair->was ||
	    (pair->is &&
		strcmp(pair->wider->phase, pair->narrower->phase) == 0);
}

/* A line without the word shows something, too. */
static bool
shows_no_more(const struct pair *pair)
{
	return (pair->narrower->fields & ~pair->wider->fields) == 0;
}

static bool
is_of_family(const struct pair *pair)
{
	return !pair->was ||
	    (pair->is && pair->wider->family == pair->narrower->family);
}

/* The addresses are part of the line's reach, as its ports are. */
static bool
is_compared_elsewhere(const struct pair *pair)
{
	(void)pair;
	return true;
}

static const struct {
	const char *word; /* up to and with a "=" when a value follows */
	uint32_t bit;
	bool is_for_paths;
	/* As far as this word goes, is the narrower line within the other? */
	bool (*contains)(const struct pair *pair);
} modifiers[] = {
	{ "once", PSD_MODIFIER_ONCE, false, takes_away },
	{ "follow", PSD_MODIFIER_FOLLOW, true, gives_more },
	{ "xdev", PSD_MODIFIER_XDEV, true, gives_more },
	{ "links=1", PSD_MODIFIER_LINKS1, true, takes_away },
	{ "owner=", PSD_MODIFIER_OWNER, true, keeps_owner },
	{ "max=", PSD_MODIFIER_MAX, false, is_no_farther },
	{ "phase=", PSD_MODIFIER_PHASE, false, is_in_phase },
	{ "fields=", PSD_MODIFIER_FIELDS, false, shows_no_more },
	{ "family=", PSD_MODIFIER_FAMILY, false, is_of_family },
	{ "to=", PSD_MODIFIER_TO, false, is_compared_elsewhere },
};

static bool
is_named(const char *word, const char *name)
{
	const size_t len = strlen(name);

	if (name[len - 1] == '=')
		return strncmp(word, name, len) == 0;
	return strcmp(word, name) == 0;
}

static const char *
take_owner(const struct psd_build *build, struct psd_grant *grant,
    const char *name)
{
	gid_t gid;
	int r;

	if (build->is_asked)
		return psd_user_number(name, &grant->owner) < 0
		    ? "a user's number must follow owner="
		    : NULL;
	r = psd_user_find(name, &grant->owner, &gid);
	if (r == -ENOENT)
		return "there is no such user in /etc/passwd; a number will do "
		       "as well";
	return r < 0 ? "a user's name or number must follow owner=" : NULL;
}

static const char *
take_phase(struct psd_build *build, struct psd_grant *grant, const char *name)
{
	const char *wrong = psd_phase_wrong(name);

	if (wrong == NULL)
		grant->phase = psd_build_copy(build, name);
	return wrong;
}

static bool
has_distance(const struct psd_op_row *row)
{
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end; f++)
		if (psd_distance_is_of(f->kind))
			return true;
	return false;
}

static bool
has_field(const struct psd_op_row *row, enum psd_kind kind)
{
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end; f++)
		if (f->kind == kind)
			return true;
	return false;
}

static const char *
take_family(struct psd_grant *grant, const char *name)
{
	return psd_family_find(name, &grant->family) && grant->family != 0
	    ? NULL
	    : "ipv4 or ipv6 must follow family=";
}

/* What may follow instead of a word that is none. */
static const char *
wanted(const struct psd_grant *grant, const struct psd_op_row *row)
{
	if (has_distance(row))
		return "only the words once, phase=NAME and max=SPAN may "
		       "follow";
	if (has_field(row, PSD_KIND_family))
		return "only the words once, phase=NAME and family=ipv4 or "
		       "family=ipv6 may follow";
	if (has_field(row, PSD_KIND_site))
		return "only the words once, phase=NAME and to=ADDRESS/BITS "
		       "may follow";
	if (psd_visible_is_of(row))
		return "only the words once, phase=NAME and fields=NAME,... "
		       "may follow";
	return grant->glob == NULL
	    ? "only the words once and phase=NAME may follow"
	    : "only the words once, phase=NAME, follow, xdev, links=1 and "
	      "owner=USER may follow; a path with white space is written in "
	      "quotes";
}

const char *
psd_modifier_take(struct psd_build *build, struct psd_grant *grant,
    const struct psd_op_row *row, const char *word)
{
	for (size_t i = 0; i < PSD_ELEMENTS(modifiers); i++) {
		if (!is_named(word, modifiers[i].word))
			continue;
		if (modifiers[i].is_for_paths && grant->glob == NULL)
			return "this word belongs to a path, and here is none";
		if (modifiers[i].bit == PSD_MODIFIER_MAX && !has_distance(row))
			return wanted(grant, row);
		if (modifiers[i].bit == PSD_MODIFIER_FIELDS &&
		    !psd_visible_is_of(row))
			return wanted(grant, row);
		if (modifiers[i].bit == PSD_MODIFIER_TO &&
		    !has_field(row, PSD_KIND_site))
			return wanted(grant, row);
		if (modifiers[i].bit == PSD_MODIFIER_FAMILY &&
		    !has_field(row, PSD_KIND_family))
			return wanted(grant, row);
		if ((grant->modifiers & modifiers[i].bit) != 0)
			return "this word stands here twice";
		grant->modifiers |= modifiers[i].bit;
		if (modifiers[i].bit == PSD_MODIFIER_OWNER)
			return take_owner(build, grant,
			    word + strlen("owner="));
		if (modifiers[i].bit == PSD_MODIFIER_MAX)
			return psd_distance_parse(word + strlen("max="),
			    &grant->max_nsec);
		if (modifiers[i].bit == PSD_MODIFIER_FAMILY)
			return take_family(grant, word + strlen("family="));
		if (modifiers[i].bit == PSD_MODIFIER_TO)
			return psd_site_to(build, word + strlen("to="), grant);
		if (modifiers[i].bit == PSD_MODIFIER_FIELDS)
			return psd_visible_parse(row, word + strlen("fields="),
			    &grant->fields);
		if (modifiers[i].bit == PSD_MODIFIER_PHASE)
			return take_phase(build, grant,
			    word + strlen("phase="));
		return NULL;
	}
	return wanted(grant, row);
}

/* A bit that no row of the table is about is contained in nothing. */
bool
psd_modifier_contains(const struct psd_op_row *row,
    const struct psd_grant *wider, const struct psd_grant *narrower)
{
	uint32_t left = wider->modifiers | narrower->modifiers;

	for (size_t i = 0; i < PSD_ELEMENTS(modifiers); i++) {
		const struct pair pair = {
			.row = row,
			.wider = wider,
			.narrower = narrower,
			.was = (wider->modifiers & modifiers[i].bit) != 0,
			.is = (narrower->modifiers & modifiers[i].bit) != 0,
		};

		left &= ~modifiers[i].bit;
		if (!modifiers[i].contains(&pair))
			return false;
	}
	return left == 0;
}
