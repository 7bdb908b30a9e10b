/* SPDX-License-Identifier: ISC */
#include "policy/glob.h"

#include "policy/bracket.h"
#include "policy/component.h"
#include "policy/path.h"

#include <string.h>

static uint64_t tried;

uint64_t
psd_glob_tried(void)
{
	return tried;
}

/*
 * Does the pattern's element at *i match c?  If so *i moves behind it.  Not
 * for stars.
 */
static bool
match_one(const struct psd_component *pattern, size_t *i, char c)
{
	size_t len;

	if (*i >= pattern->len)
		return false;
	if (pattern->at[*i] == '[') {
		if (!psd_bracket_match(pattern->at + *i, pattern->len - *i, c,
			&len))
			return false;
		*i += len;
		return true;
	}
	if (pattern->at[*i] != '?' && pattern->at[*i] != c)
		return false;
	(*i)++;
	return true;
}

/*
 * Only the last star seen is ever tried at another place: what an earlier one
 * could take instead, the last one can take as well.  So the work is bounded
 * by the product of the lengths, however many stars there are.
 */
static bool
match_component(const struct psd_component *pattern,
    const struct psd_component *name)
{
	size_t i = 0, k = 0, after_star = 0, resume = 0;
	bool has_star = false;

	while (k < name->len) {
		if (i < pattern->len && pattern->at[i] == '*') {
			has_star = true;
			after_star = ++i;
			resume = k;
		} else if (match_one(pattern, &i, name->at[k])) {
			k++;
		} else if (has_star) {
			i = after_star;
			k = ++resume;
		} else {
			return false;
		}
	}
	while (i < pattern->len && pattern->at[i] == '*')
		i++;
	return i == pattern->len;
}

/* The same among components, where ** is the star. */
static bool
match_components(const char *glob, const char *glob_end, const char *path,
    const char *path_end)
{
	struct psd_component pattern = psd_component_at(glob, glob_end);
	struct psd_component name = psd_component_at(path, path_end);
	struct psd_component after_star = { NULL, 0 }, resume = { NULL, 0 };

	while (name.at < path_end) {
		if (psd_component_is_any(&pattern)) {
			after_star = psd_component_after(&pattern, glob_end);
			resume = name;
			pattern = after_star;
		} else if (pattern.at < glob_end &&
		    match_component(&pattern, &name)) {
			pattern = psd_component_after(&pattern, glob_end);
			name = psd_component_after(&name, path_end);
		} else if (after_star.at != NULL) {
			resume = psd_component_after(&resume, path_end);
			name = resume;
			pattern = after_star;
		} else {
			return false;
		}
	}
	while (psd_component_is_any(&pattern))
		pattern = psd_component_after(&pattern, glob_end);
	return pattern.at == glob_end;
}

static size_t
count_components(const char *path, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < len; i++)
		n += path[i] == '/';
	return n;
}

bool
psd_glob_can_cover(const char *path, size_t len)
{
	/* Of a normal path each takes two bytes, so few can have too many. */
	return psd_path_is_normal(path, len) &&
	    (len / 2 <= PSD_GLOB_COMPONENTS_MAX ||
		count_components(path, len) <= PSD_GLOB_COMPONENTS_MAX);
}

/* Where the components behind a directory of dir_len bytes begin. */
static const char *
behind(const char *text, size_t dir_len, const char *end)
{
	const char *at = text + dir_len;

	return dir_len > 1 && at < end ? at + 1 : at;
}

bool
psd_glob_match_in(const char *glob, size_t dir_len, const char *path,
    size_t len)
{
	const char *glob_end = glob + strlen(glob), *path_end = path + len;

	tried++;
	if (len < dir_len || memcmp(glob, path, dir_len) != 0)
		return false;
	if (dir_len > 1 &&
	    (glob[dir_len] != '/' || (len > dir_len && path[dir_len] != '/')))
		return false;
	return match_components(behind(glob, dir_len, glob_end), glob_end,
	    behind(path, dir_len, path_end), path_end);
}

bool
psd_glob_match(const char *glob, const char *path, size_t len)
{
	return psd_glob_can_cover(path, len) &&
	    psd_glob_match_in(glob, 1, path, len);
}

static const char *
component_wrong(const struct psd_component *pattern)
{
	if (psd_component_is_any(pattern))
		return NULL;
	for (size_t i = 0; i < pattern->len;) {
		const char *at = pattern->at + i;
		const size_t left = pattern->len - i;
		const size_t len = *at == '[' ? psd_bracket_len(at, left) : 1;

		if (len == 0)
			return "a [ needs characters, ranges from low to high "
			       "or classes such as [:digit:], and a ]; write "
			       "[[] for the character itself";
		if (left >= 2 && at[0] == '*' && at[1] == '*')
			return "** must be a component of its own, as in "
			       "/srv/**/index.html";
		i += len;
	}
	return NULL;
}

const char *
psd_glob_wrong(const char *glob)
{
	const size_t len = strlen(glob);
	const char *end = glob + len;
	struct psd_component pattern;

	if (glob[0] != '/')
		return "a path must be absolute, beginning with /";
	if (len > PSD_GLOB_MAX ||
	    count_components(glob, len) > PSD_GLOB_COMPONENTS_MAX)
		return "a path must have at most 255 components and 12285 "
		       "bytes";
	if (len > 1 && glob[len - 1] == '/')
		return "a path must not end with /; a directory and all "
		       "beneath it is written /srv/www/**";
	if (!psd_path_is_normal(glob, len))
		return "a path must not have empty components, \".\" or "
		       "\"..\"; write where it leads";
	for (pattern = psd_component_at(glob + 1, end); pattern.at < end;
	     pattern = psd_component_after(&pattern, end)) {
		const char *wrong = component_wrong(&pattern);

		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}

size_t
psd_glob_literal_len(const char *glob)
{
	const size_t wild = strcspn(glob, "*?[");
	size_t len = wild;

	if (glob[wild] == '\0')
		return wild;
	while (len > 1 && glob[len - 1] != '/')
		len--;
	return len > 1 ? len - 1 : 1;
}

size_t
psd_glob_directory_len(const char *glob)
{
	size_t len = psd_glob_literal_len(glob);

	if (glob[len] != '\0')
		return len;
	while (len > 1 && glob[len - 1] != '/')
		len--;
	return len > 1 ? len - 1 : 1;
}

size_t
psd_glob_quote(const char *path, size_t len, char *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 3 <= PSD_GLOB_MAX; i++) {
		const bool is_wild = strchr("*?[", path[i]) != NULL;

		if (is_wild)
			ret[n++] = '[';
		ret[n++] = path[i];
		if (is_wild)
			ret[n++] = ']';
	}
	ret[n] = '\0';
	return n;
}
