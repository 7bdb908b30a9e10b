/* SPDX-License-Identifier: ISC */
#include "policy/address.h"
#include "policy/keys.h"
#include "policy/path.h"
#include "policy/user.h"
#include "policy/value.h"
#include "policy/view.h"

#include <errno.h>
#include <string.h>

static bool
is_reset(const struct psd_setting *setting)
{
	return setting->value[0] == '\0';
}

/*
 * Appends build->word to an array that ends with NULL.  False when memory is
 * short.
 */
static bool
append_word(struct psd_build *build, char ***array, size_t *n)
{
	char **larger = psd_build_grow(build, *array, *n + 1, sizeof(**array));
	char *copy = psd_build_copy(build, build->word);

	if (larger == NULL || copy == NULL)
		return false;
	larger[(*n)++] = copy;
	larger[*n] = NULL;
	*array = larger;
	return true;
}

/* An array of nothing, for append_word(). */
static char **
no_words(struct psd_build *build)
{
	return psd_build_grow(build, NULL, 0, sizeof(char *));
}

void
psd_key_exec(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	struct psd_policy *policy = build->policy;
	const char *at = setting->value;
	bool is_bad = false;

	policy->argv = no_words(build);
	policy->exec_path = NULL;
	policy->exec_where = setting->where;
	build->n_argv = 0;
	if (policy->argv == NULL)
		return;
	while (psd_build_next_word(build, setting, &at, &is_bad))
		if (!append_word(build, &policy->argv, &build->n_argv))
			return;
	if (is_bad || build->n_argv == 0)
		return;
	policy->exec_path = policy->argv[0];
	if (!psd_path_is_normal(policy->exec_path, strlen(policy->exec_path)) ||
	    policy->exec_path[1] == '\0')
		psd_diag_error(build->diag, &setting->where,
		    "%s= takes %s; \"%s\" is no absolute path without \".\", "
		    "\"..\" and empty components",
		    key->name, key->takes, policy->exec_path);
}

void
psd_key_listen(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	struct psd_policy *policy = build->policy;
	struct psd_listen listen = { .where = setting->where };
	struct psd_listen *larger;

	if (is_reset(setting)) {
		policy->n_listens = 0;
		return;
	}
	if (psd_address_parse(setting->value, &listen.address, &listen.len) <
	    0) {
		psd_key_refuse(build, key, setting);
		return;
	}
	listen.is_dual = listen.address.ss_family == AF_INET6 &&
	    strchr(setting->value, ':') == NULL;
	for (size_t i = 0; i < policy->n_listens; i++)
		if (policy->listens[i].len == listen.len &&
		    memcmp(&policy->listens[i].address, &listen.address,
			listen.len) == 0) {
			psd_diag_error(build->diag, &setting->where,
			    "%s=%s is there already, in line %u of %s",
			    key->name, setting->value,
			    policy->listens[i].where.line,
			    policy->listens[i].where.file);
			return;
		}
	larger = psd_build_grow(build, policy->listens, policy->n_listens,
	    sizeof(*larger));
	listen.text = psd_build_copy(build, setting->value);
	if (larger == NULL || listen.text == NULL)
		return;
	larger[policy->n_listens++] = listen;
	policy->listens = larger;
}

/* The length of NAME in NAME=VALUE, or 0 when it is none. */
static size_t
variable_len(const char *word)
{
	const size_t len = strcspn(word, "=");

	if (word[len] != '=' || (word[0] >= '0' && word[0] <= '9'))
		return 0;
	for (size_t i = 0; i < len; i++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvw"
			   "xyz0123456789_",
			word[i]) == NULL)
			return 0;
	return len;
}

/* A later word for the same variable takes the place of the earlier one. */
static bool
set_variable(struct psd_build *build, size_t name_len)
{
	char **environment = build->policy->environment;
	char *copy;

	for (size_t i = 0; i < build->n_environment; i++) {
		if (strncmp(environment[i], build->word, name_len + 1) != 0)
			continue;
		copy = psd_build_copy(build, build->word);
		if (copy != NULL)
			environment[i] = copy;
		return copy != NULL;
	}
	return append_word(build, &build->policy->environment,
	    &build->n_environment);
}

void
psd_key_environment(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	const char *at = setting->value;
	bool is_bad = false;

	if (is_reset(setting)) {
		build->policy->environment = no_words(build);
		build->n_environment = 0;
		return;
	}
	while (psd_build_next_word(build, setting, &at, &is_bad)) {
		const size_t len = variable_len(build->word);

		if (len == 0) {
			psd_diag_error(build->diag, &setting->where,
			    "%s= takes %s; \"%s\" is none", key->name,
			    key->takes, build->word);
			return;
		}
		/* How a helper finds its end of the pair. */
		if (strncmp(build->word, "LISTEN_", strlen("LISTEN_")) == 0) {
			psd_diag_error(build->diag, &setting->where,
			    "%s= cannot set %.*s, which the daemon sets",
			    key->name, (int)len, build->word);
			return;
		}
		if (!set_variable(build, len))
			return;
	}
}

void
psd_key_user(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	struct psd_policy *policy = build->policy;
	uid_t uid = 0;
	gid_t gid = 0;
	int r;

	policy->user = NULL;
	if (is_reset(setting))
		return;
	build->user_where = setting->where;
	r = psd_user_find(setting->value, &uid, &gid);
	if (r == -ENOENT) {
		psd_diag_error(build->diag, &setting->where,
		    "%s=%s: there is no such user in /etc/passwd; a number "
		    "will do as well",
		    key->name, setting->value);
		return;
	}
	if (r < 0 || uid == 0 || gid == 0) {
		psd_key_refuse(build, key, setting);
		return;
	}
	policy->user = psd_build_copy(build, setting->value);
	policy->uid = uid;
	policy->gid = gid;
}

void
psd_key_dynamic_user(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	build->has_dynamic_user = !is_reset(setting);
	build->dynamic_user_where = setting->where;
	if (!is_reset(setting) &&
	    psd_value_bool(setting->value, &build->dynamic_user) < 0)
		psd_key_refuse(build, key, setting);
}

void
psd_key_require(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	static const struct {
		const char *word;
		uint32_t layer;
	} layers[] = {
		{ "uid", PSD_LAYER_UID },
		{ "landlock", PSD_LAYER_LANDLOCK },
		{ "namespaces", PSD_LAYER_NAMESPACES },
		{ "one-exec", PSD_LAYER_ONE_EXEC },
		{ "cgroup", PSD_LAYER_CGROUP },
		{ "filter", PSD_LAYER_FILTER },
		{ "listener", PSD_LAYER_LISTENER },
	};
	const char *at = setting->value;
	bool is_bad = false;

	if (is_reset(setting))
		build->policy->require = 0;
	build->require_where = setting->where;
	while (psd_build_next_word(build, setting, &at, &is_bad)) {
		uint32_t layer = 0;

		for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++)
			if (strcmp(layers[i].word, build->word) == 0)
				layer = layers[i].layer;
		if (layer == 0)
			psd_diag_error(build->diag, &setting->where,
			    "%s= takes %s; \"%s\" is none", key->name,
			    key->takes, build->word);
		build->policy->require |= layer;
	}
}

void
psd_key_temporary(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	static const char place[] = PSD_VIEW_TEMPORARY ":size=";
	struct psd_policy *policy = build->policy;
	uint64_t bytes = 0;

	policy->temporary = NULL;
	policy->temporary_max = 0;
	if (is_reset(setting))
		return;
	/* To a tmpfs no size is no limit. */
	if (strncmp(setting->value, place, sizeof(place) - 1) != 0 ||
	    psd_value_size(setting->value + sizeof(place) - 1, &bytes) < 0 ||
	    bytes < key->min || bytes > key->max) {
		psd_key_refuse(build, key, setting);
		return;
	}
	policy->temporary = psd_build_copy(build, setting->value);
	policy->temporary_where = setting->where;
	policy->temporary_max = bytes;
}
