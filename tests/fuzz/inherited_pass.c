/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "tests/fuzz/inherited.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum naming {
	BY_SERVICE,
	BY_COOKIE,
	BY_WRONG_COOKIE,
	BY_LONG_COOKIE,
	BY_OTHER_KIND,
	BY_OTHER_SERVICE,
	BY_LONG_NAME,
	BY_NOTHING,
	BY_BYTES,
	NAMINGS,
};

unsigned
input_take(struct input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

void
inherit_occupy(void)
{
	for (int fd = FIRST; fd < FIRST + THINGS_MAX; fd++)
		assert(dup2(STDERR_FILENO, fd) == fd);
}

void
inherit_vacate(void)
{
	for (int fd = FIRST; fd < FIRST + THINGS_MAX; fd++)
		psd_fd_close(fd);
}

static void
name_bytes(struct input *input, char ret[NAME_MAX_LEN + 1])
{
	size_t len = input_take(input);

	if (len > input->left)
		len = input->left;
	for (size_t i = 0; i < len; i++) {
		const char c = (char)input_take(input);

		/* One string of names is all that an environment has. */
		ret[i] = c == '\0' || c == ':' ? '.' : c;
	}
	ret[len] = '\0';
}

static void
name_thing(struct input *input, const struct place *place, int fd,
    char ret[NAME_MAX_LEN + 1])
{
	const unsigned long long cookie = fd >= 0 ? thing_cookie(fd) : 0;
	const size_t size = NAME_MAX_LEN + 1;

	switch (input_take(input) % NAMINGS) {
	case BY_SERVICE:
		(void)snprintf(ret, size, "%s", place->service);
		break;
	case BY_COOKIE:
		(void)snprintf(ret, size, "%s/%s/%llx", place->kind,
		    place->service, cookie);
		break;
	case BY_WRONG_COOKIE:
		(void)snprintf(ret, size, "%s/%s/%llx", place->kind,
		    place->service, cookie + 1);
		break;
	case BY_LONG_COOKIE:
		(void)snprintf(ret, size, "%s/%s/0%llx", place->kind,
		    place->service, cookie);
		break;
	case BY_OTHER_KIND:
		(void)snprintf(ret, size, "%s/%s/%llx",
		    strcmp(place->kind, "door") == 0 ? "listen" : "door",
		    place->service, cookie);
		break;
	case BY_OTHER_SERVICE:
		(void)snprintf(ret, size, "%s/a/b/%llx", place->kind, cookie);
		break;
	case BY_LONG_NAME:
		memset(ret, 'x', NAME_MAX_LEN);
		ret[NAME_MAX_LEN / 2] = '/';
		ret[NAME_MAX_LEN] = '\0';
		break;
	case BY_NOTHING:
		ret[0] = '\0';
		break;
	default:
		name_bytes(input, ret);
		break;
	}
}

/* Our own copies are out of the way of the numbers that are passed. */
void
inherit_make(struct inheritance *it, struct input *input)
{
	inherit_occupy();
	for (it->n = 0; it->n < THINGS_MAX && input->left > 0; it->n++) {
		struct thing *thing = &it->things[it->n];
		const unsigned kind = input_take(input);
		struct place *place = &it->places[input_take(input) % PLACES];

		thing->fd = thing_make(kind, place);
		name_thing(input, place, thing->fd, thing->name);
	}
	inherit_vacate();
	for (size_t i = 0; i < it->n; i++)
		if (it->things[i].fd >= 0)
			assert(dup2(it->things[i].fd, FIRST + (int)i) ==
			    FIRST + (int)i);
}

static void
set_number(const char *name, long number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%ld", number);
	assert(setenv(name, text, 1) == 0);
}

void
inherit_announce(const struct inheritance *it, bool to_another, int beyond)
{
	static char names[THINGS_MAX * (NAME_MAX_LEN + 1) + 1];
	const long n = (long)it->n + beyond;
	size_t len = 0;

	for (size_t i = 0; i < it->n; i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len,
		    "%s%s", i > 0 ? ":" : "", it->things[i].name);
	names[len] = '\0';
	set_number("LISTEN_PID", to_another ? 1 : (long)getpid());
	/* More would be numbers of ours, and taken. */
	set_number("LISTEN_FDS", n > THINGS_MAX ? THINGS_MAX : n);
	assert(setenv("LISTEN_FDNAMES", names, 1) == 0);
}

void
inherit_keep(struct inheritance *it, size_t n)
{
	assert(n <= it->n);
	for (size_t i = n; i < it->n; i++) {
		if (it->things[i].fd >= 0)
			psd_fd_close(FIRST + (int)i);
		psd_fd_cleanup(&it->things[i].fd);
	}
	it->n = n;
}

void
inherit_end(struct inheritance *it)
{
	for (size_t i = 0; i < it->n; i++)
		psd_fd_cleanup(&it->things[i].fd);
	places_clear(it->places);
}
