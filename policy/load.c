/* SPDX-License-Identifier: ISC */
#include "policy/load.h"

#include "common/mem.h"
#include "policy/advice.h"
#include "policy/keys.h"
#include "policy/search.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

const char *const psd_policy_dirs[] = { "/etc/privsepd", "/run/privsepd",
	"/usr/local/lib/privsepd", "/usr/lib/privsepd", NULL };

/* What is in force is told by its text, wherever it is needed again. */
static void
keep_source(struct psd_build *build, const struct psd_source *source)
{
	struct psd_policy *policy = build->policy;
	struct psd_source *grown = psd_build_grow(build, policy->sources,
	    policy->n_sources, sizeof(*grown));
	const char *text =
	    psd_arena_copy(policy->arena, source->text, source->len);

	if (grown == NULL || text == NULL) {
		psd_build_no_memory(build);
		return;
	}
	grown[policy->n_sources++] =
	    (struct psd_source){ source->file, text, source->len };
	policy->sources = grown;
}

/* Its file's name is the policy's by now. */
static void
take_source(struct psd_build *build, const struct psd_source *source)
{
	if ((build->flags & PSD_LOAD_HOLD) != 0)
		keep_source(build, source);
	psd_syntax_read(source->file, source->text, source->len, psd_keys_take,
	    build, build->diag);
}

/* Reads one file into the policy being built. */
static void
take_file(void *cookie, const char *path, const struct psd_file *file)
{
	struct psd_build *build = cookie;
	/* The policy's lines go on naming their file. */
	const struct psd_source source = {
		.file = psd_build_copy(build, path),
		.text = file->text,
		.len = file->len,
	};

	if (source.file == NULL)
		return;
	if (build->policy->file[0] == '\0')
		build->policy->file = source.file;
	take_source(build, &source);
}

/* NULL: out of memory, which is told. */
static struct psd_build *
begin(const char *name, const char *file, unsigned flags, struct psd_diag *diag)
{
	struct psd_build *build = calloc(1, sizeof(*build));

	if (build != NULL)
		build->policy = psd_build_policy(name, file);
	if (build == NULL || build->policy == NULL) {
		free(build);
		psd_diag_no_memory(diag);
		return NULL;
	}
	build->diag = diag;
	build->flags = flags;
	psd_keys_begin(build);
	return build;
}

static void
finish(struct psd_build *build)
{
	if (!build->is_short)
		psd_build_finish(build);
	if (build->is_short)
		return;
	if ((build->flags & PSD_LOAD_HOLD) != 0)
		psd_build_hold(build);
	else if ((build->flags & PSD_LOAD_RUN) != 0 &&
	    build->policy->type == PSD_TYPE_NATIVE)
		psd_build_hold_directories(build);
}

static struct psd_policy *
compile(const struct psd_search *search, const char *name, unsigned flags,
    struct psd_diag *diag)
{
	const unsigned errors = diag->errors;
	_cleanup_free_ struct psd_build *build = begin(name, "", flags, diag);
	const struct psd_where where = { search->path != NULL ? search->path
							      : name,
		0 };
	enum psd_found found;

	if (build == NULL)
		return NULL;
	found = psd_search_files(search, take_file, build, diag);
	if (found == PSD_FOUND_NOTHING)
		psd_diag_error(diag, &where, "there is no such policy");
	if (found == PSD_FOUND_FILE)
		finish(build);
	if (found == PSD_FOUND_FILE && diag->errors == errors) {
		psd_advice_give(build->policy, search->dirs, diag);
		return build->policy;
	}
	psd_policy_free(build->policy);
	return NULL;
}

/* What was built without a further error; else nothing is left of it. */
static struct psd_policy *
conclude(struct psd_build *build, unsigned errors)
{
	if (build->diag->errors == errors && !build->is_short)
		return build->policy;
	psd_policy_free(build->policy);
	return NULL;
}

struct psd_policy *
psd_policy_load_text(const char *name, const char *text, struct psd_diag *diag)
{
	const unsigned errors = diag->errors;
	_cleanup_free_ struct psd_build *build =
	    begin(name, "(built in)", PSD_LOAD_HOLD, diag);

	if (build == NULL)
		return NULL;
	take_source(build,
	    &(struct psd_source){ build->policy->file, text, strlen(text) });
	finish(build);
	return conclude(build, errors);
}

struct psd_policy *
psd_policy_load_carried(const struct psd_carried *carried,
    struct psd_diag *diag)
{
	const unsigned errors = diag->errors;
	_cleanup_free_ struct psd_build *build =
	    begin(carried->name, "", PSD_LOAD_HOLD, diag);

	if (build == NULL)
		return NULL;
	for (size_t i = 0; i < carried->n && !build->is_short; i++) {
		const struct psd_source *source = &carried->sources[i];
		const struct psd_file file = {
			.text = (char *)(uintptr_t)source->text,
			.len = source->len,
		};

		take_file(build, source->file, &file);
	}
	if (!build->is_short)
		psd_build_finish(build);
	if (!build->is_short)
		psd_build_hold_carried(build, carried);
	return conclude(build, errors);
}

static enum psd_file_trust
trust_of(unsigned flags)
{
	return (flags & PSD_LOAD_TRUST) != 0 ? PSD_FILE_UNCHECKED
					     : PSD_FILE_CHECKED;
}

static bool
check_name(const char *name, size_t len, struct psd_diag *diag)
{
	if (psd_search_is_name(name, len))
		return true;
	psd_diag_error(diag, NULL,
	    "\"%.*s\" is no name of a policy: 1 to 64 letters, digits, - "
	    "and _",
	    (int)len, name);
	return false;
}

struct psd_policy *
psd_policy_load(const char *const *dirs, const char *name, unsigned flags,
    struct psd_diag *diag)
{
	const struct psd_search search = {
		.dirs = dirs,
		.name = name,
		.trust = trust_of(flags),
	};

	if (!check_name(name, strlen(name), diag))
		return NULL;
	return compile(&search, name, flags, diag);
}

struct psd_policy *
psd_policy_load_file(const char *path, unsigned flags, struct psd_diag *diag)
{
	static const char suffix[] = ".policy";
	const struct psd_search search = {
		.path = path,
		.trust = trust_of(flags),
	};
	const char *slash = strrchr(path, '/');
	const char *base = slash == NULL ? path : slash + 1;
	char name[PSD_SEARCH_NAME_MAX + 1];
	size_t len = strlen(base);

	if (len > strlen(suffix) &&
	    strcmp(base + len - strlen(suffix), suffix) == 0)
		len -= strlen(suffix);
	if (!check_name(base, len, diag))
		return NULL;
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, base);
	return compile(&search, name, flags, diag);
}
