/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/grant.h"
#include "policy/inetd.h"
#include "policy/keys.h"
#include "policy/near.h"
#include "policy/runs.h"

#include <stdio.h>
#include <string.h>

static const char *const sections[] = { "Helper", "Policy" };

static bool
is_section(const char *name)
{
	for (size_t i = 0; i < PSD_ELEMENTS(sections); i++)
		if (strcmp(sections[i], name) == 0)
			return true;
	return false;
}

static void
take_section(struct psd_build *build, const struct psd_setting *setting)
{
	struct psd_near near = psd_near_to(setting->section);

	if (is_section(setting->section))
		return;
	for (size_t i = 0; i < PSD_ELEMENTS(sections); i++)
		psd_near_try(&near, sections[i]);
	if (psd_near_best(&near) != NULL)
		psd_diag_error(build->diag, &setting->where,
		    "there is no section [%s]; did you mean [%s]?",
		    setting->section, psd_near_best(&near));
	else
		psd_diag_error(build->diag, &setting->where,
		    "there is no section [%s]; a policy has [Helper] and "
		    "[Policy]",
		    setting->section);
}

/* Offers the keys of the section that follow from the catalogue. */
static void
try_operations(struct psd_near *near)
{
	char operation[PSD_NAME_MAX + 1];
	char key[sizeof("Allow") + PSD_NAME_MAX];

	for (size_t i = 0; i < psd_op_count; i++) {
		if (psd_op_rows[i].is_free)
			continue;
		psd_op_key(&psd_op_rows[i], operation, sizeof(operation));
		(void)snprintf(key, sizeof(key), "Allow%s", operation);
		psd_near_try(near, key);
		(void)snprintf(key, sizeof(key), "Deny%s", operation);
		psd_near_try(near, key);
	}
}

static const char *
other_section(const struct psd_setting *setting)
{
	bool is_deny;

	for (size_t i = 0; i < PSD_ELEMENTS(sections); i++)
		if (psd_keys_find(sections[i], setting->key) != NULL)
			return sections[i];
	return psd_grant_row(setting->key, &is_deny) == NULL ? NULL : "Policy";
}

static void
refuse_unknown(struct psd_build *build, const struct psd_setting *setting)
{
	struct psd_near near = psd_near_to(setting->key);
	const char *other = other_section(setting);

	for (const struct psd_key *key = psd_keys; key->section != NULL; key++)
		if (strcmp(key->section, setting->section) == 0)
			psd_near_try(&near, key->name);
	if (strcmp(setting->section, "Policy") == 0)
		try_operations(&near);
	if (other != NULL)
		psd_diag_error(build->diag, &setting->where,
		    "%s= belongs to section [%s], not to [%s]", setting->key,
		    other, setting->section);
	else if (psd_near_best(&near) != NULL)
		psd_diag_error(build->diag, &setting->where,
		    "there is no key %s= in [%s]; did you mean %s=?",
		    setting->key, setting->section, psd_near_best(&near));
	else
		psd_diag_error(build->diag, &setting->where,
		    "there is no key %s= in [%s]; privsepd.policy(5) lists "
		    "them, and X-%s= is passed over",
		    setting->key, setting->section, setting->key);
}

static void
note_start(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	const bool is_reset = setting->value[0] == '\0';

	if (is_reset && build->start_key == key->name)
		build->start_key = NULL;
	if (!key->is_of_start || is_reset || build->start_key != NULL)
		return;
	build->start_key = key->name;
	build->start_where = setting->where;
}

static void
note_where(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	if (key->where_at != 0)
		memcpy((unsigned char *)build->policy + key->where_at,
		    &setting->where, sizeof(setting->where));
}

void
psd_keys_take(void *cookie, const struct psd_setting *setting,
    struct psd_diag *diag)
{
	struct psd_build *build = cookie;
	const struct psd_op_row *row;
	const struct psd_key *key;
	bool is_deny = false;

	(void)diag; /* the build's own */
	if (build->is_short)
		return;
	if (setting->key == NULL) {
		take_section(build, setting);
		return;
	}
	/* The section itself was refused already. */
	if (!is_section(setting->section))
		return;
	key = psd_keys_find(setting->section, setting->key);
	if (key != NULL) {
		note_start(build, key, setting);
		psd_runs_note(build, key->name, setting);
		psd_inetd_note(build, key->name, setting);
		note_where(build, key, setting);
		key->parse(build, key, setting);
		return;
	}
	row = strcmp(setting->section, "Policy") == 0
	    ? psd_grant_row(setting->key, &is_deny)
	    : NULL;
	if (row != NULL)
		psd_grant_take(build, row, is_deny, setting);
	else
		refuse_unknown(build, setting);
}
