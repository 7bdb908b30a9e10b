/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/advice_place.h"
#include "policy/cover.h"
#include "policy/learn_seen.h"

#include <string.h>

enum {
	/* As many as the kernel follows. */
	HOPS_MAX = 40,
	/* A tree lies at least so deep, or beneath one of the places below. */
	DEPTH_MIN = 3,
};

/* Here each directory is one program's own. */
static const char *const homes_of_programs[] = { "/etc", "/opt", "/srv" };

/* Here even the third directory is for all. */
static const char *const shared[] = { "/usr/local", "/var/cache", "/run/user" };

/* Of devices, these can be shown (policy/view.h). */
static const char *const harmless[] = { "/dev/null", "/dev/zero", "/dev/full",
	"/dev/random", "/dev/urandom" };

/* As the policy's advisers call it; what may be looked at may be read. */
static uint32_t
advised_uses(uint32_t uses)
{
	uint32_t r = 0;

	if ((uses &
		(PSD_LEARN_READ | PSD_LEARN_LOOK | PSD_LEARN_MAP |
		    PSD_LEARN_EXEC)) != 0)
		r |= PSD_USE_READ;
	if ((uses & PSD_LEARN_LIST) != 0)
		r |= PSD_USE_LIST | PSD_USE_READ;
	if ((uses & PSD_LEARN_CHANGES) != 0)
		r |= PSD_USE_CHANGE;
	return r;
}

static const char *
find_place(const struct psd_advice_place *places, size_t n, const char *path,
    uint32_t uses)
{
	for (size_t i = 0; i < n; i++)
		if ((places[i].uses & uses) != 0 &&
		    psd_glob_match(places[i].glob, path, strlen(path)))
			return places[i].reason;
	return NULL;
}

static const char *
judge(const char *path, uint32_t uses)
{
	const char *reason;

	for (size_t i = 0; i < PSD_ELEMENTS(harmless); i++)
		if (strcmp(harmless[i], path) == 0)
			return NULL;
	reason =
	    find_place(psd_advice_secrets, psd_advice_secret_count, path, uses);
	if (reason == NULL)
		reason = find_place(psd_advice_trusted,
		    psd_advice_trusted_count, path, uses);
	if (reason == NULL && psd_glob_match("/proc/**", path, strlen(path)))
		reason = "it is about other processes, too";
	if (reason == NULL && psd_glob_match("/sys/**", path, strlen(path)))
		reason = "it is the kernel's state";
	return reason;
}

const char *
psd_learn_secret(const struct psd_learn_system *system, const char *path,
    uint32_t uses)
{
	const uint32_t advised = advised_uses(uses);
	char at[PSD_PATH_MAX + 1], next[PSD_PATH_MAX + 1];
	const char *reason = judge(path, advised);

	(void)snprintf(at, sizeof(at), "%s", path);
	for (int i = 0; reason == NULL && i < HOPS_MAX &&
	     system->hop(system->cookie, at, next);
	     i++) {
		reason = judge(next, advised);
		memcpy(at, next, sizeof(at));
	}
	return reason;
}

bool
psd_learn_is_beneath(const char *path, const char *dir)
{
	const size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 &&
	    (path[len] == '/' || path[len] == '\0');
}

static bool
is_beneath_any(const char *path, const char *const *dirs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (psd_learn_is_beneath(path, dirs[i]))
			return true;
	return false;
}

static size_t
depth_of(const char *path)
{
	size_t n = 0;

	for (; *path != '\0'; path++)
		n += *path == '/';
	return n;
}

static size_t
depth_min(const char *dir)
{
	if (is_beneath_any(dir, homes_of_programs,
		PSD_ELEMENTS(homes_of_programs)))
		return DEPTH_MIN - 1;
	return is_beneath_any(dir, shared, PSD_ELEMENTS(shared)) ? DEPTH_MIN + 1
								 : DEPTH_MIN;
}

static bool
meets(const struct psd_advice_place *places, size_t n, const char *glob,
    uint32_t uses)
{
	for (size_t i = 0; i < n; i++)
		/* Keys by their names alone could be anywhere. */
		if (places[i].extent != PSD_EXTENT_WITHIN &&
		    (places[i].uses & uses) != 0 &&
		    psd_cover_meets(glob, places[i].glob))
			return true;
	return false;
}

/* Of what the links on the way lead to as well. */
static bool
is_fit(const char *dir, uint32_t uses)
{
	char glob[PSD_GLOB_MAX + 1];
	size_t len;

	if (depth_of(dir) < depth_min(dir) || dir[1] == '\0' ||
	    psd_glob_literal_len(dir) != strlen(dir))
		return false;
	len = psd_glob_quote(dir, strlen(dir), glob);
	(void)snprintf(glob + len, sizeof(glob) - len, "/**");
	return !meets(psd_advice_secrets, psd_advice_secret_count, glob,
		   advised_uses(uses)) &&
	    !meets(psd_advice_trusted, psd_advice_trusted_count, glob,
		advised_uses(uses));
}

bool
psd_learn_may_show_all(const struct psd_learn_system *system, const char *dir,
    uint32_t uses)
{
	char at[PSD_PATH_MAX + 1], next[PSD_PATH_MAX + 1];
	bool is_good =
	    psd_learn_secret(system, dir, uses) == NULL && is_fit(dir, uses);

	(void)snprintf(at, sizeof(at), "%s", dir);
	for (int i = 0;
	     is_good && i < HOPS_MAX && system->hop(system->cookie, at, next);
	     i++) {
		is_good = is_fit(next, uses);
		memcpy(at, next, sizeof(at));
	}
	return is_good;
}
