/* SPDX-License-Identifier: ISC */
/*
 * Names below a place where all may be removed, renamed and truncated, that
 * lead to another place in one way of reading or the other.
 */
#include "tests/attacks/attack.h"

#include <limits.h>
#include <stdio.h>

static const char *const names[] = { "../outside/secret", "./../outside/secret",
	"/../outside/secret", "//..//outside//secret", "x/../../outside/secret",
	"away/secret", "away/../secret", "away/./secret", "link", "link/",
	"link/.", "away", "away/", "away/.", "away/..", "..", "../", "../.",
	".", "", "/", "%2e%2e/outside/secret", "..%2foutside/secret",
	"\xc0\xae\xc0\xae/outside/secret", "\xe2\x80\xa4./outside/secret",
	"..\\outside\\secret", "../outside/secret\n", "\n../outside/secret",
	" ../outside/secret", "~/secret", "$HOME", "`id`", "../outside",
	"../outside/", "../inside/file", "../../policies", "../../run",
	"../scratch2/secret", "*", "?", "[.][.]/outside/secret",
	"..;/outside/secret" };

typedef int removal(struct privsep *conversation, const char *path);

static int
rename_away(struct privsep *conversation, const char *path)
{
	char to[PATH_MAX];

	(void)snprintf(to, sizeof(to), "%s.new", path);
	return privsep_rename(conversation, path, to, 0);
}

static int
empty(struct privsep *conversation, const char *path)
{
	return privsep_truncate(conversation, path, 0);
}

/* A link that is there may be removed itself. */
static bool
is_there(const char *name)
{
	return strcmp(name, "link") == 0 || strcmp(name, "away") == 0;
}

static int
try_all(const struct arena *arena, removal *remove_it)
{
	char path[PATH_MAX];
	int r = EPERM;

	(void)snprintf(path, sizeof(path), "%s/scratch/none", arena->dir);
	/* Otherwise this is refused for being asked at all. */
	if (remove_it(arena->conversation, path) != -ENOENT)
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/scratch/%s", arena->dir,
		    names[i]);
		if (remove_it(arena->conversation, path) == 0 &&
		    !is_there(names[i]))
			r = 0;
	}
	return r;
}

ATTACK(unlink_encodings, ATTACK_FAILS)
{
	return try_all(arena, privsep_unlink);
}

ATTACK(rmdir_encodings, ATTACK_FAILS)
{
	return try_all(arena, privsep_rmdir);
}

ATTACK(rename_encodings, ATTACK_FAILS)
{
	return try_all(arena, rename_away);
}

ATTACK(truncate_encodings, ATTACK_FAILS)
{
	return try_all(arena, empty);
}
