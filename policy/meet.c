/* SPDX-License-Identifier: ISC */
#include "policy/bracket.h"
#include "policy/component.h"
#include "policy/cover.h"

#include <string.h>

/*
 * Both searches walk along glob and keep, for each position of the place,
 * whether what was read so far of the one can be what stands before the
 * position in the other.
 */

/* Steps from before each star, where has[] is true, to behind it. */
static void
step_over_stars(bool *has, const struct psd_component *place)
{
	for (size_t k = 0; k < place->len; k++)
		if (has[k] && place->at[k] == '*')
			has[k + 1] = true;
}

/* Does glob's element at *i match c?  ret_len is its length. */
static bool
matches(const struct psd_component *glob, size_t i, char c, size_t *ret_len)
{
	const char *at = glob->at + i;

	*ret_len = 1;
	if (*at != '[')
		return *at == '?' || *at == c;
	*ret_len = psd_bracket_len(at, glob->len - i);
	return psd_bracket_match(at, glob->len - i, c, ret_len);
}

static size_t
meet_element(const struct psd_component *glob, size_t i,
    const struct psd_component *place, const bool *has, bool *next)
{
	size_t len = 1;

	memset(next, 0, place->len + 1);
	if (glob->at[i] == '*') {
		next[0] = has[0];
		for (size_t k = 1; k <= place->len; k++)
			next[k] = has[k] || next[k - 1];
		return 1;
	}
	for (size_t k = 0; k < place->len; k++) {
		if (place->at[k] == '*')
			next[k] = next[k] || has[k];
		else if (matches(glob, i, place->at[k], &len) && has[k])
			next[k + 1] = true;
	}
	step_over_stars(next, place);
	return glob->at[i] == '[' ? psd_bracket_len(glob->at + i, glob->len - i)
				  : 1;
}

static bool
meet_component(const struct psd_component *glob,
    const struct psd_component *place)
{
	bool rows[2][PSD_COVER_COMPONENT_MAX + 1] = { { true } };
	bool *has = rows[0], *next = rows[1];

	if (place->len > PSD_COVER_COMPONENT_MAX)
		return false;
	step_over_stars(has, place);
	for (size_t i = 0; i < glob->len;) {
		const size_t len = meet_element(glob, i, place, has, next);
		bool *was = has;

		if (len == 0)
			return false;
		i += len;
		has = next;
		next = was;
	}
	return has[place->len];
}

/* The components of a place. */
struct components {
	struct psd_component at[PSD_COVER_COMPONENTS_MAX];
	size_t n;
};

static bool
split(const char *place, struct components *ret)
{
	const char *end = place + strlen(place);

	ret->n = 0;
	for (struct psd_component c = psd_component_at(place + 1, end);
	     c.at < end; c = psd_component_after(&c, end)) {
		if (ret->n == PSD_COVER_COMPONENTS_MAX)
			return false;
		ret->at[ret->n++] = c;
	}
	return true;
}

/* One more component of glob.  False when nothing can be met any more. */
static bool
meet_next(const struct psd_component *pattern, const struct components *place,
    const bool *has, bool *next)
{
	bool any = false;

	memset(next, 0, place->n + 1);
	for (size_t k = 0; k <= place->n; k++) {
		if (psd_component_is_any(pattern)) {
			next[k] = has[k] || (k > 0 && next[k - 1]);
		} else if (has[k] && k < place->n) {
			if (psd_component_is_any(&place->at[k]))
				next[k] = true;
			else if (meet_component(pattern, &place->at[k]))
				next[k + 1] = true;
		}
		/* ** can be no component at all. */
		if (next[k] && k < place->n &&
		    psd_component_is_any(&place->at[k]))
			next[k + 1] = true;
		any = any || next[k];
	}
	return any;
}

bool
psd_cover_meets(const char *glob, const char *place)
{
	const char *end = glob + strlen(glob);
	bool rows[2][PSD_COVER_COMPONENTS_MAX + 1] = { { true } };
	bool *has = rows[0], *next = rows[1];
	struct components parts;

	if (!split(place, &parts))
		return false;
	for (size_t k = 0; k < parts.n && has[k]; k++)
		has[k + 1] = psd_component_is_any(&parts.at[k]);
	for (struct psd_component pattern = psd_component_at(glob + 1, end);
	     pattern.at < end; pattern = psd_component_after(&pattern, end)) {
		bool *was = has;

		if (!meet_next(&pattern, &parts, has, next))
			return false;
		has = next;
		next = was;
	}
	return has[parts.n];
}

static bool
is_literal(const struct psd_component *component)
{
	for (size_t i = 0; i < component->len; i++)
		if (strchr("*?[", component->at[i]) != NULL)
			return false;
	return component->len > 0;
}

bool
psd_cover_narrow(const char *glob, const char *place, char *ret, size_t size)
{
	const char *glob_end = glob + strlen(glob);
	const char *end = place + strlen(place);
	struct psd_component pattern = psd_component_at(glob + 1, glob_end);
	struct psd_component part = psd_component_at(place + 1, end);
	size_t len = 0;

	while (part.at < end) {
		const struct psd_component *taken =
		    is_literal(&pattern) ? &pattern : &part;

		/* Behind ** the components no longer stand side by side. */
		if (psd_component_is_any(&pattern) ||
		    psd_component_is_any(&part)) {
			pattern.at = glob_end;
			pattern.len = 0;
			taken = &part;
		}
		if (size - len < taken->len + 2)
			return false;
		ret[len++] = '/';
		memcpy(ret + len, taken->at, taken->len);
		len += taken->len;
		part = psd_component_after(&part, end);
		pattern = psd_component_after(&pattern, glob_end);
	}
	ret[len] = '\0';
	return len > 0;
}
