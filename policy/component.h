/* SPDX-License-Identifier: ISC */
#ifndef PSD_COMPONENT_H
#define PSD_COMPONENT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * The components of a path or pattern, one after the other.  Inline, since
 * every request walks along its path.
 */
struct psd_component {
	const char *at; /* the end when there is none */
	size_t len;
};

/* The one that begins at at. */
static inline struct psd_component
psd_component_at(const char *at, const char *end)
{
	const char *slash = memchr(at, '/', (size_t)(end - at));

	return (struct psd_component){ at,
		(size_t)((slash == NULL ? end : slash) - at) };
}

static inline struct psd_component
psd_component_after(const struct psd_component *component, const char *end)
{
	const char *at = component->at + component->len;

	return psd_component_at(at < end ? at + 1 : end, end);
}

/* Is it **, any number of components? */
static inline bool
psd_component_is_any(const struct psd_component *pattern)
{
	return pattern->len == 2 && memcmp(pattern->at, "**", 2) == 0;
}

#endif
