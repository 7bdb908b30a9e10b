/* SPDX-License-Identifier: ISC */
#include "policy/near.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

struct psd_near
psd_near_to(const char *word)
{
	return (struct psd_near){ .word = word, .distance = UINT_MAX };
}

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	const unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Insertions, removals and changes from one to the other, whatever the case. */
static unsigned
edit_distance(const char *from, const char *to, size_t to_len)
{
	unsigned row[sizeof(((struct psd_near *)0)->best) + 1];

	for (size_t k = 0; k <= to_len; k++)
		row[k] = (unsigned)k;
	for (unsigned i = 0; from[i] != '\0'; i++) {
		unsigned diagonal = row[0];

		row[0] = i + 1;
		for (size_t k = 0; k < to_len; k++) {
			const unsigned above = row[k + 1];
			const unsigned change =
			    tolower((unsigned char)from[i]) !=
			    tolower((unsigned char)to[k]);

			row[k + 1] =
			    least(above + 1, row[k] + 1, diagonal + change);
			diagonal = above;
		}
	}
	return row[to_len];
}

void
psd_near_try(struct psd_near *near, const char *candidate)
{
	const size_t len = strlen(candidate);
	unsigned distance;

	if (len >= sizeof(near->best) || strlen(near->word) > 2 * len + 2)
		return;
	distance = edit_distance(near->word, candidate, len);
	if (distance >= near->distance)
		return;
	near->distance = distance;
	(void)snprintf(near->best, sizeof(near->best), "%s", candidate);
}

const char *
psd_near_best(const struct psd_near *near)
{
	if (near->best[0] == '\0' || near->distance > strlen(near->best) / 2)
		return NULL;
	return near->best;
}
