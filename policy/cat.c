/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/arena.h"
#include "policy/keys.h"
#include "policy/load.h"
#include "policy/search.h"

#include <errno.h>
#include <string.h>

/* A line, which a later one may have taken back. */
struct said {
	const char *section;
	const char *key; /* NULL: the header of a section */
	const char *text;
	struct psd_where where;
	bool is_taken_back;
};

struct cat {
	struct psd_arena *arena;
	struct psd_diag *diag;
	struct said *at;
	size_t n;
};

static bool
is_same_key(const struct said *one, const struct said *other)
{
	return one->key != NULL && strcmp(one->key, other->key) == 0 &&
	    strcmp(one->section, other->section) == 0;
}

/* An empty value takes back, and of a key that is no list the last counts. */
static void
take_back(struct cat *cat, const struct said *said, bool is_reset)
{
	if (!is_reset && psd_keys_is_list(said->section, said->key))
		return;
	for (size_t i = 0; i < cat->n; i++)
		if (is_same_key(&cat->at[i], said))
			cat->at[i].is_taken_back = true;
}

static void
take_setting(void *cookie, const struct psd_setting *setting,
    struct psd_diag *diag)
{
	struct cat *cat = cookie;
	struct said said = { .where = setting->where };
	struct said *larger =
	    psd_arena_grow(cat->arena, cat->at, cat->n, sizeof(*larger));

	said.section = psd_arena_copy(cat->arena, setting->section,
	    strlen(setting->section));
	said.text =
	    psd_arena_copy(cat->arena, setting->text, strlen(setting->text));
	if (setting->key != NULL)
		said.key = psd_arena_copy(cat->arena, setting->key,
		    strlen(setting->key));
	if (larger == NULL || said.section == NULL || said.text == NULL ||
	    (setting->key != NULL && said.key == NULL)) {
		psd_diag_no_memory(diag);
		return;
	}
	cat->at = larger;
	if (said.key != NULL)
		take_back(cat, &said, setting->value[0] == '\0');
	if (said.key == NULL || setting->value[0] != '\0')
		cat->at[cat->n++] = said;
}

static void
take_file(void *cookie, const char *path, const struct psd_file *file)
{
	struct cat *cat = cookie;
	const char *name = psd_arena_copy(cat->arena, path, strlen(path));

	if (name == NULL)
		psd_diag_no_memory(cat->diag);
	else
		psd_syntax_read(name, file->text, file->len, take_setting, cat,
		    cat->diag);
}

int
psd_policy_cat(const char *const *dirs, const char *name,
    void (*line)(void *cookie, const struct psd_where *where, const char *text),
    void *cookie, struct psd_diag *diag)
{
	const struct psd_search search = { .dirs = dirs, .name = name };
	const unsigned errors = diag->errors;
	struct cat cat = { .arena = psd_arena_new(), .diag = diag };
	enum psd_found found = PSD_FOUND_NOTHING;

	if (cat.arena == NULL) {
		psd_diag_no_memory(diag);
		return -ENOMEM;
	}
	if (psd_search_is_name(name, strlen(name)))
		found = psd_search_files(&search, take_file, &cat, diag);
	if (found == PSD_FOUND_NOTHING)
		psd_diag_error(diag, NULL, "%s: there is no such policy", name);
	for (size_t i = 0; diag->errors == errors && i < cat.n; i++)
		if (!cat.at[i].is_taken_back)
			line(cookie, &cat.at[i].where, cat.at[i].text);
	psd_arena_free(cat.arena);
	if (found == PSD_FOUND_NOTHING)
		return -ENOENT;
	return diag->errors == errors ? 0 : -EINVAL;
}
