/* SPDX-License-Identifier: ISC */
#include "policy/group.h"

#include "common/arch.h"

#include <string.h>
#include <unistd.h>

/* What a dynamically linked program of the C library cannot do without. */
const struct psd_group_path psd_group_runtime[] = {
	{ "/lib/" PSD_MULTIARCH, "libraries, where Debian has them" },
	{ "/usr/lib/" PSD_MULTIARCH, "libraries, where Debian has them" },
	{ "/lib64", "the loader of x86-64; libraries elsewhere" },
	{ "/usr/lib64", "libraries, where other distributions have them" },
	{ "/lib/ld-linux-aarch64.so.1", "the loader of arm64" },
	{ "/etc/ld.so.cache", "the loader finds libraries by it" },
	{ "/usr/lib/locale", "what setlocale() reads" },
	{ "/usr/share/locale", "translated messages" },
	{ "/usr/share/zoneinfo", "time zones by name" },
	{ "/etc/localtime", "the system's time zone" },
	{ NULL, NULL },
};

static bool
is_visible(const struct psd_policy *policy, const char *path)
{
	for (size_t i = 0; i < policy->view.n; i++)
		if (strcmp(policy->view.at[i].text, path) == 0)
			return true;
	return false;
}

static bool
add(struct psd_build *build, const char *path, const struct psd_where *where)
{
	struct psd_words *view = &build->policy->view;
	struct psd_word *larger =
	    psd_build_grow(build, view->at, view->n, sizeof(*larger));

	if (larger == NULL)
		return false;
	larger[view->n++] = (struct psd_word){ path, *where };
	view->at = larger;
	return true;
}

void
psd_group_take(struct psd_build *build, const char *name,
    const struct psd_setting *setting)
{
	if (strcmp(name, "@runtime") != 0) {
		psd_diag_error(build->diag, &setting->where,
		    "%s=: there is no file group \"%s\"; there is @runtime",
		    setting->key, name);
		return;
	}
	for (const struct psd_group_path *p = psd_group_runtime;
	     p->path != NULL; p++)
		if (!is_visible(build->policy, p->path) &&
		    access(p->path, F_OK) == 0 &&
		    !add(build, p->path, &setting->where))
			return;
}
