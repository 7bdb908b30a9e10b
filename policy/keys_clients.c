/* SPDX-License-Identifier: ISC */
#include "policy/keys.h"
#include "policy/label.h"
#include "policy/unit.h"
#include "policy/user.h"

#include <errno.h>
#include <string.h>

/* Who is behind "user:", "group:" or "unit:"; -EINVAL for other words. */
static int
find_who(const char *word, struct psd_admission *admission)
{
	static const char user[] = "user:";
	static const char group[] = "group:";
	static const char unit[] = "unit:";
	uid_t uid = 0;
	gid_t gid = 0;
	int r;

	if (strncmp(word, unit, strlen(unit)) == 0) {
		admission->kind = PSD_ADMIT_UNIT;
		admission->unit = word + strlen(unit);
		return psd_unit_is_valid(admission->unit) ? 0 : -EINVAL;
	}
	if (strncmp(word, group, strlen(group)) == 0) {
		r = psd_user_find_group(word + strlen(group), &gid);
		admission->kind = PSD_ADMIT_GROUP;
		admission->id = gid;
		return r;
	}
	if (strncmp(word, user, strlen(user)) != 0)
		return -EINVAL;
	r = psd_user_find(word + strlen(user), &uid, &gid);
	admission->id = uid;
	return r;
}

static void
take_word(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	struct psd_policy *policy = build->policy;
	struct psd_admission admission = { .where = setting->where };
	struct psd_admission *larger;
	const int r = find_who(build->word, &admission);
	const bool is_group = admission.kind == PSD_ADMIT_GROUP;

	if (r == -ENOENT) {
		psd_diag_error(build->diag, &setting->where,
		    "%s=%s: there is no such %s in /etc/%s; a number will do "
		    "as well",
		    key->name, build->word, is_group ? "group" : "user",
		    is_group ? "group" : "passwd");
		return;
	}
	if (r < 0) {
		psd_diag_error(build->diag, &setting->where,
		    "%s= takes %s; \"%s\" is none", key->name, key->takes,
		    build->word);
		return;
	}
	larger = psd_build_grow(build, policy->clients, policy->n_clients,
	    sizeof(*larger));
	admission.text = psd_build_copy(build, build->word);
	if (larger == NULL || admission.text == NULL)
		return;
	/* In the copy; the word is overwritten by the next one. */
	if (admission.unit != NULL)
		admission.unit =
		    admission.text + (admission.unit - build->word);
	larger[policy->n_clients++] = admission;
	policy->clients = larger;
}

void
psd_key_clients(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	const char *at = setting->value;
	bool is_bad = false;

	if (*at == '\0')
		build->policy->n_clients = 0;
	while (psd_build_next_word(build, setting, &at, &is_bad))
		take_word(build, key, setting);
}

static const struct psd_word *
find_provided(const struct psd_words *words, const char *text)
{
	for (size_t i = 0; i < words->n; i++)
		if (strcmp(words->at[i].text, text) == 0)
			return &words->at[i];
	return NULL;
}

static void
take_name(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	struct psd_words *provides = &build->policy->provides;
	const struct psd_word *same = find_provided(provides, build->word);
	struct psd_word *larger;
	const char *text;

	if (!psd_label_is_valid(build->word, strlen(build->word))) {
		psd_diag_error(build->diag, &setting->where,
		    "%s= takes %s; \"%s\" is none", key->name, key->takes,
		    build->word);
		return;
	}
	if (same != NULL) {
		psd_diag_error(build->diag, &setting->where,
		    "%s=%s is there already, in line %u of %s", key->name,
		    build->word, same->where.line, same->where.file);
		return;
	}
	larger =
	    psd_build_grow(build, provides->at, provides->n, sizeof(*larger));
	text = psd_build_copy(build, build->word);
	if (larger == NULL || text == NULL)
		return;
	larger[provides->n++] = (struct psd_word){
		.text = text,
		.where = setting->where,
	};
	provides->at = larger;
}

void
psd_key_provides(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	const char *at = setting->value;
	bool is_bad = false;

	if (*at == '\0')
		build->policy->provides.n = 0;
	while (psd_build_next_word(build, setting, &at, &is_bad))
		take_name(build, key, setting);
}
