/* SPDX-License-Identifier: ISC */
#include "policy/cover.h"

#include "policy/bracket.h"
#include "policy/component.h"

#include <string.h>

/* How long the element at at is: a bracket expression, or one character. */
static size_t
element_len(const char *at, size_t left)
{
	const size_t len = *at == '[' ? psd_bracket_len(at, left) : 0;

	return len == 0 ? 1 : len;
}

/*
 * Does the wider pattern's element at *i match whatever the narrower one's at
 * *k does?  If so both move on.  Not for a star of the wider one.
 */
static bool
contain_one(const struct psd_component *wider, size_t *i,
    const struct psd_component *narrower, size_t *k)
{
	const char *at = wider->at + *i, *other = narrower->at + *k;
	const size_t left = wider->len - *i;
	const size_t other_len = element_len(other, narrower->len - *k);
	size_t len = 1;
	bool does;

	if (left == 0 || *other == '*')
		return false;
	if (*at == '?') {
		does = true;
	} else if (*at == '[' && (*other == '[' || *other == '?')) {
		len = element_len(at, left);
		does = len == other_len && memcmp(at, other, len) == 0;
	} else if (*at == '[') {
		does = psd_bracket_match(at, left, *other, &len);
	} else {
		does = *at == *other;
	}
	if (!does)
		return false;
	*i += len;
	*k += other_len;
	return true;
}

/*
 * As a name is matched (policy/glob.c), except that the name has wildcards,
 * which only stand below the same or wider ones.
 */
static bool
contain_component(const struct psd_component *wider,
    const struct psd_component *narrower)
{
	size_t i = 0, k = 0, after_star = 0, resume = 0;
	bool has_star = false;

	while (k < narrower->len) {
		if (i < wider->len && wider->at[i] == '*') {
			has_star = true;
			after_star = ++i;
			resume = k;
		} else if (contain_one(wider, &i, narrower, &k)) {
			continue;
		} else if (has_star) {
			resume += element_len(narrower->at + resume,
			    narrower->len - resume);
			k = resume;
			i = after_star;
		} else {
			return false;
		}
	}
	while (i < wider->len && wider->at[i] == '*')
		i++;
	return i == wider->len;
}

bool
psd_cover_contains(const char *wider, const char *narrower)
{
	const char *wider_end = wider + strlen(wider);
	const char *end = narrower + strlen(narrower);
	struct psd_component pattern = psd_component_at(wider + 1, wider_end);
	struct psd_component other = psd_component_at(narrower + 1, end);
	struct psd_component after_star = { NULL, 0 }, resume = { NULL, 0 };

	while (other.at < end) {
		if (psd_component_is_any(&pattern)) {
			after_star = psd_component_after(&pattern, wider_end);
			resume = other;
			pattern = after_star;
		} else if (pattern.at < wider_end &&
		    !psd_component_is_any(&other) &&
		    contain_component(&pattern, &other)) {
			pattern = psd_component_after(&pattern, wider_end);
			other = psd_component_after(&other, end);
		} else if (after_star.at != NULL) {
			resume = psd_component_after(&resume, end);
			other = resume;
			pattern = after_star;
		} else {
			return false;
		}
	}
	while (psd_component_is_any(&pattern))
		pattern = psd_component_after(&pattern, wider_end);
	return pattern.at == wider_end;
}

/* Of one component, the fewest bytes that match it. */
static size_t
shortest_name(const struct psd_component *pattern)
{
	size_t n = 0;

	for (size_t i = 0; i < pattern->len;
	     i += element_len(pattern->at + i, pattern->len - i))
		n += pattern->at[i] != '*';
	return n > 0 ? n : 1;
}

size_t
psd_cover_shortest(const char *glob, size_t *ret_component)
{
	const char *end = glob + strlen(glob);
	size_t total = 0, longest = 0;

	for (struct psd_component pattern = psd_component_at(glob + 1, end);
	     pattern.at < end; pattern = psd_component_after(&pattern, end)) {
		const size_t n = psd_component_is_any(&pattern)
		    ? 0
		    : shortest_name(&pattern);

		if (n > longest)
			longest = n;
		if (n > 0)
			total += 1 + n;
	}
	*ret_component = longest;
	return total > 0 ? total : 1;
}
