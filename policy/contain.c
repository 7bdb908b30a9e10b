/* SPDX-License-Identifier: ISC */
#include "policy/contain.h"

#include "policy/cover.h"
#include "policy/domain.h"
#include "policy/glob.h"
#include "policy/label.h"
#include "policy/modifier.h"
#include "policy/reach.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool
contains_path(const char *wider, const char *narrower)
{
	if (wider == NULL || narrower == NULL)
		return wider == NULL && narrower == NULL;
	return psd_cover_contains(wider, narrower);
}

/* Patterns of settings are those of paths, without the slash before. */
static bool
contains_setting(const char *wider, const char *narrower)
{
	char one[PSD_SETTING_MAX + 2], other[PSD_SETTING_MAX + 2];

	if (wider == NULL || narrower == NULL)
		return wider == NULL && narrower == NULL;
	(void)snprintf(one, sizeof(one), "/%s", wider);
	(void)snprintf(other, sizeof(other), "/%s", narrower);
	return psd_cover_contains(one, other);
}

/*
 * Of what a line says about a field of this kind.  The compiler lists this
 * place for a new kind, and what is not compared here could be widened.
 */
static bool
contains_field(enum psd_kind kind, const struct psd_grant *wider,
    const struct psd_grant *narrower)
{
	switch (kind) {
	case PSD_KIND_access:
		return (narrower->access & ~wider->access) == 0;
	case PSD_KIND_priority:
		return narrower->priority <= wider->priority;
	case PSD_KIND_protocol:
		return (narrower->protocols & ~wider->protocols) == 0;
	case PSD_KIND_endpoint:
		return psd_reach_contains(wider->reach, narrower->reach);
	case PSD_KIND_path:
		return contains_path(wider->glob, narrower->glob);
	case PSD_KIND_setting:
		return contains_setting(wider->setting, narrower->setting);
	case PSD_KIND_label:
	case PSD_KIND_permissions:
	case PSD_KIND_owner:
		return psd_label_contains(wider->labels, narrower->labels);
	case PSD_KIND_site:
		return psd_domain_contains(wider->host, narrower->host) &&
		    psd_reach_contains(wider->reach, narrower->reach);
	case PSD_KIND_host:
		return psd_domain_contains(wider->host, narrower->host);
	case PSD_KIND_number:
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_offset:
	case PSD_KIND_mode:
	case PSD_KIND_family:
	case PSD_KIND_operation:
	case PSD_KIND_name:
	case PSD_KIND_text:
	case PSD_KIND_bytes:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
	case PSD_KIND_fd:
	case PSD_KIND_fds:
		/* No line says anything of it, but by max= and family=, modifiers. */
		return true;
	case PSD_KIND_end:
		break;
	}
	return false;
}

bool
psd_grant_is_about(const struct psd_op_row *row, const struct psd_grant *wider,
    const struct psd_grant *narrower)
{
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end; f++)
		if (f->kind != PSD_KIND_access &&
		    !contains_field(f->kind, wider, narrower))
			return false;
	return true;
}

bool
psd_grant_contains(const struct psd_op_row *row, const struct psd_grant *wider,
    const struct psd_grant *narrower)
{
	return contains_field(PSD_KIND_access, wider, narrower) &&
	    psd_modifier_contains(row, wider, narrower) &&
	    psd_grant_is_about(row, wider, narrower);
}

/*
 * Are both lines' directories in one mount?  What a line without xdev covers
 * in words may lie in another, where only a line whose directory is there
 * reaches it.
 */
static bool
is_same_mount(const struct psd_grant *one, const struct psd_grant *other)
{
	struct statx a, b;

	if (one->dir_len == other->dir_len &&
	    memcmp(one->glob, other->glob, one->dir_len) == 0)
		return true;
	if (one->dir_fd < 0 || other->dir_fd < 0 ||
	    statx(one->dir_fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &a) < 0 ||
	    statx(other->dir_fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &b) < 0)
		return false;
	return (a.stx_mask & b.stx_mask & STATX_MNT_ID) != 0 &&
	    a.stx_mnt_id == b.stx_mnt_id;
}

bool
psd_grant_gets_as_far(const struct psd_grant *wider,
    const struct psd_grant *narrower)
{
	if (wider->glob == NULL)
		return true;
	return wider->dir_len <= narrower->dir_len &&
	    ((wider->modifiers & PSD_MODIFIER_XDEV) != 0 ||
		is_same_mount(wider, narrower));
}

/*
 * What contains a pattern is filed under a directory that the pattern's own
 * lies in, so the index finds it as it finds what covers a path.
 */
void
psd_contain_look(const struct psd_grants *grants, const char *glob,
    struct psd_contain_look *ret)
{
	*ret = (struct psd_contain_look){ .grants = grants };
	if (glob == NULL || grants->index == NULL)
		return;
	ret->directory =
	    (struct psd_str){ glob, (uint32_t)psd_glob_literal_len(glob) };
	ret->look = psd_index_look(grants, &ret->directory);
}

const struct psd_grant *
psd_contain_next(struct psd_contain_look *look)
{
	if (look->directory.at != NULL)
		return psd_index_next(&look->look);
	return look->next < look->grants->n ? &look->grants->at[look->next++]
					    : NULL;
}
