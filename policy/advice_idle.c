/* SPDX-License-Identifier: ISC */
#include "policy/advice_line.h"
#include "policy/contain.h"
#include "policy/cover.h"
#include "policy/glob.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static bool
has_access(const struct psd_op_row *row)
{
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end; f++)
		if (f->kind == PSD_KIND_access)
			return true;
	return false;
}

/* Patterns that no path is long enough, or short enough, for. */
static bool
is_too_long(struct psd_advice *advice, const struct psd_grant *grant)
{
	size_t component;

	if (grant->glob == NULL)
		return false;
	if (psd_cover_shortest(grant->glob, &component) > PSD_PATH_MAX)
		psd_advice_say(advice, grant,
		    "never matches: a path has at most %d bytes; shorten it",
		    PSD_PATH_MAX);
	else if (component > NAME_MAX)
		psd_advice_say(advice, grant,
		    "never matches: a name in a directory has at most %d "
		    "bytes, and one of these needs %zu; shorten it",
		    NAME_MAX, component);
	else
		return false;
	return true;
}

/* What is made or emptied is also opened, and that only to write. */
static bool
is_half_an_access(struct psd_advice *advice, const struct psd_grant *grant)
{
	if (grant->is_deny || !has_access(advice->row) ||
	    (grant->access & PSD_ADVICE_OPENS) != 0)
		return false;
	psd_advice_say(advice, grant,
	    "allows nothing: a file that is created or truncated is also "
	    "opened to write; add write or append to this line");
	return true;
}

/* Words of a line that do something otherwise, but which do nothing. */
static void
advise_on_words(struct psd_advice *advice, const struct psd_grant *grant)
{
	const uint32_t more = grant->access & ~(uint32_t)PSD_ACCESS_READ;

	if (!grant->is_deny && (grant->access & PSD_ADVICE_WRITES) == 0 &&
	    more != 0)
		psd_advice_say(advice, grant,
		    "allows nothing but to read: a file that is created or "
		    "truncated is also opened to write; add write or append "
		    "to this line, or leave create and truncate out");
	/* A link must lead to what the same line covers. */
	if ((grant->modifiers & PSD_MODIFIER_FOLLOW) != 0 &&
	    grant->glob[psd_glob_literal_len(grant->glob)] == '\0')
		psd_advice_say(advice, grant,
		    "follows no link: where a link leads must be covered by "
		    "the same line, and this one covers a single path; write "
		    "a pattern for both places, or leave follow out");
}

/* Does line say all that other says?  Both allow, or both deny. */
static bool
says_all(struct psd_advice *advice, const struct psd_grant *line,
    const struct psd_grant *other)
{
	/* Two lines with once are two requests. */
	return (line->modifiers & PSD_MODIFIER_ONCE) == 0 &&
	    psd_advice_afford(advice, line->glob, other->glob) &&
	    psd_grant_contains(advice->row, line, other) &&
	    (line->is_deny || psd_grant_gets_as_far(line, other));
}

/* Of two lines that say the same, the later one is said to be too much. */
static bool
makes_idle(struct psd_advice *advice, const struct psd_grant *line,
    const struct psd_grant *other)
{
	return line != other && line->is_deny == other->is_deny &&
	    says_all(advice, line, other) &&
	    (line->index < other->index || !says_all(advice, other, line));
}

/* Of a request with any of these accesses, does the Deny line refuse it? */
static bool
is_enough(const struct psd_advice *advice, const struct psd_grant *deny,
    uint32_t access)
{
	return !has_access(advice->row) ||
	    (access & ~deny->access & PSD_ADVICE_OPENS) == 0;
}

/*
 * Takes from *left what the Deny line refuses of everything that grant allows.
 * True when nothing useful is left.
 */
static bool
takes_the_rest(struct psd_advice *advice, const struct psd_grant *deny,
    const struct psd_grant *grant, uint32_t *left)
{
	if (!deny->is_deny || grant->is_deny ||
	    !psd_advice_afford(advice, deny->glob, grant->glob) ||
	    !psd_grant_is_about(advice->row, deny, grant))
		return false;
	*left &= ~deny->access;
	return is_enough(advice, deny, *left);
}

static bool
is_covered(struct psd_advice *advice, const struct psd_grant *grant)
{
	const struct psd_grant *line, *same = NULL, *deny = NULL;
	struct psd_contain_look look;
	uint32_t left = grant->access;

	psd_contain_look(advice->grants, grant->glob, &look);
	while (
	    deny == NULL && (line = psd_advice_next(advice, &look)) != NULL) {
		if (takes_the_rest(advice, line, grant, &left))
			deny = line;
		else if (same == NULL && makes_idle(advice, line, grant))
			same = line;
	}
	if (deny != NULL && is_enough(advice, deny, grant->access))
		psd_advice_say(advice, grant,
		    "allows nothing: %s refuses all of it; leave one of the "
		    "two out",
		    psd_advice_name(deny).text);
	else if (deny != NULL)
		psd_advice_say(advice, grant,
		    "allows nothing: %s and other lines refuse all of it; "
		    "leave it out, or deny less",
		    psd_advice_name(deny).text);
	else if (same != NULL)
		psd_advice_say(advice, grant,
		    "adds nothing to %s, which %s as much or more; leave it "
		    "out",
		    psd_advice_name(same).text,
		    grant->is_deny ? "refuses" : "allows");
	return deny != NULL || same != NULL;
}

bool
psd_advice_on_idle(struct psd_advice *advice, const struct psd_grant *grant)
{
	if (is_too_long(advice, grant) || is_half_an_access(advice, grant) ||
	    is_covered(advice, grant))
		return true;
	advise_on_words(advice, grant);
	return false;
}
