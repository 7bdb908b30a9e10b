/* SPDX-License-Identifier: ISC */
#include "policy/keys.h"
#include "policy/user.h"

#include <errno.h>
#include <string.h>

/* The id behind "user:" or "group:"; -EINVAL when the word is neither. */
static int
find_id(const char *word, struct psd_admission *admission)
{
	static const char user[] = "user:";
	static const char group[] = "group:";
	uid_t uid = 0;
	gid_t gid = 0;
	int r;

	if (strncmp(word, group, strlen(group)) == 0) {
		r = psd_user_find_group(word + strlen(group), &gid);
		admission->is_group = true;
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
	const int r = find_id(build->word, &admission);

	if (r == -ENOENT) {
		psd_diag_error(build->diag, &setting->where,
		    "%s=%s: there is no such %s in /etc/%s; a number will do "
		    "as well",
		    key->name, build->word,
		    admission.is_group ? "group" : "user",
		    admission.is_group ? "group" : "passwd");
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
