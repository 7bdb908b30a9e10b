/* SPDX-License-Identifier: ISC */
#include "tests/fuzz/inherited.h"

#include <stdio.h>
#include <string.h>

static bool
is_named(const struct thing *thing, const struct place *place)
{
	char name[NAME_MAX_LEN];

	if (strcmp(thing->name, place->service) == 0)
		return true;
	(void)snprintf(name, sizeof(name), "%s/%s/%llx", place->kind,
	    place->service, (unsigned long long)thing_cookie(thing->fd));
	return strcmp(thing->name, name) == 0;
}

/* The same for a service of whatever name. */
static bool
is_named_alike(const struct thing *thing, const struct place *place)
{
	char first[32], last[32];
	const size_t len = strlen(thing->name);
	const size_t n_first =
	    (size_t)snprintf(first, sizeof(first), "%s/", place->kind);
	const size_t n_last = (size_t)snprintf(last, sizeof(last), "/%llx",
	    (unsigned long long)thing_cookie(thing->fd));

	return len >= n_first + n_last && len < 256 &&
	    strncmp(thing->name, first, n_first) == 0 &&
	    strcmp(thing->name + len - n_last, last) == 0;
}

static int
find_thing(const struct inheritance *it, const struct place *place,
    const bool is_used[THINGS_MAX],
    bool is_it(const struct thing *thing, const struct place *place))
{
	for (size_t i = 0; i < it->n; i++)
		if (!is_used[i] && thing_is_right(it->things[i].fd, place) &&
		    is_it(&it->things[i], place))
			return (int)i;
	return -1;
}

void
inherit_expect(const struct inheritance *it, struct expected ret[PLACES])
{
	bool is_used[THINGS_MAX] = { false };

	/* control.sock is opened first. */
	for (int n = 0; n < PLACES; n++) {
		const int p = (n + PLACES - 1) % PLACES;
		int thing = find_thing(it, &it->places[p], is_used, is_named);

		ret[p].holder = PSD_HELD_BY_US;
		if (thing >= 0)
			ret[p].holder =
			    strchr(it->things[thing].name, '/') == NULL
			    ? PSD_HELD_BY_UNIT
			    : PSD_HELD_IN_STORE;
		else
			thing = find_thing(it, &it->places[p], is_used,
			    is_named_alike);
		ret[p].thing = thing;
		if (thing >= 0)
			is_used[thing] = true;
	}
}
