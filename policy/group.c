/* SPDX-License-Identifier: ISC */
#include "policy/group.h"

#include "common/arch.h"
#include "common/mem.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What a dynamically linked program of the C library cannot do without. */
const struct psd_group_path psd_group_runtime[] = {
	{ "/lib/" PSD_MULTIARCH, "libraries, where Debian has them" },
	{ "/usr/lib/" PSD_MULTIARCH, "libraries, where Debian has them" },
	{ "/lib64", "the loader of x86-64; libraries elsewhere" },
	{ "/usr/lib64", "libraries, where other distributions have them" },
	{ "/lib/ld-linux-aarch64.so.1", "the loader of arm64" },
	{ "/etc/alternatives", "links to libraries, where Debian has them" },
	{ "/etc/ld.so.cache", "the loader finds libraries by it" },
	{ "/usr/lib/locale", "what setlocale() reads" },
	{ "/usr/share/locale", "translated messages" },
	{ "/usr/share/zoneinfo", "time zones by name" },
	{ "/etc/localtime", "the system's time zone" },
	{ NULL, NULL },
};

/* What the C library reads when it looks for names. */
const struct psd_group_path psd_group_names[] = {
	{ "/etc/nsswitch.conf", "where to look for what" },
	{ "/etc/resolv.conf", "name servers" },
	{ "/etc/host.conf", "how hosts are looked for" },
	{ "/etc/gai.conf", "the order of addresses" },
	{ "/etc/hosts", "hosts" },
	{ "/etc/passwd", "users, without their passwords" },
	{ "/etc/group", "groups" },
	{ "/etc/services", "ports" },
	{ "/etc/protocols", "protocols" },
	{ NULL, NULL },
};

static const struct {
	const char *name;
	const struct psd_group_path *paths;
} groups[] = {
	{ "@names", psd_group_names },
	{ "@runtime", psd_group_runtime },
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
	larger[view->n++] = (struct psd_word){
		.text = path,
		.where = *where,
	};
	view->at = larger;
	return true;
}

/* What cannot be told is told when it is used. */
static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

void
psd_group_take(struct psd_build *build, const char *name,
    const struct psd_setting *setting)
{
	const struct psd_group_path *p = NULL;

	for (size_t i = 0; i < PSD_ELEMENTS(groups); i++)
		if (strcmp(name, groups[i].name) == 0)
			p = groups[i].paths;
	if (p == NULL) {
		psd_diag_error(build->diag, &setting->where,
		    "%s=: there is no file group \"%s\"; there are @names and "
		    "@runtime",
		    setting->key, name);
		return;
	}
	for (; p->path != NULL; p++)
		if (!is_visible(build->policy, p->path) && is_there(p->path) &&
		    !add(build, p->path, &setting->where))
			return;
}
