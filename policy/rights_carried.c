/* SPDX-License-Identifier: ISC */
#include "policy/rights_carried.h"

#include "common/mem.h"
#include "policy/build.h"
#include "policy/grant.h"
#include "policy/narrowing.h"
#include "policy/phase.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct psd_narrowed
psd_narrowed_of(const struct psd_op_row *row, const struct psd_grant *line)
{
	return (struct psd_narrowed){
		.row = row,
		.within = line->within->index,
		.mark = line->index,
		.text = line->text,
	};
}

const uint8_t *
psd_rights_marks(const struct psd_rights *rights, uint32_t *ret_n,
    uint32_t *ret_room)
{
	*ret_n = rights->used->n;
	*ret_room = rights->used->room;
	return rights->used->at;
}

int
psd_rights_set_marks(struct psd_rights *rights, const uint8_t *marks,
    uint32_t n, uint32_t room)
{
	struct psd_used *used = rights->used;

	if (room != used->room || n < used->n || n > room)
		return -EINVAL;
	used->n = n;
	memcpy(used->at, marks, room);
	return 0;
}

void
psd_rights_forget_lines(struct psd_rights *rights)
{
	for (size_t i = 0; i < psd_op_count; i++) {
		psd_narrowing_unref(rights->narrowed[i]);
		rights->narrowed[i] = NULL;
	}
}

const struct psd_grant *
psd_policy_grant(const struct psd_policy *policy, const struct psd_op_row *row,
    uint32_t index)
{
	const struct psd_grants *grants = &policy->grants[row - psd_op_rows];

	for (size_t i = 0; i < grants->n; i++)
		if (grants->at[i].index == index)
			return &grants->at[i];
	return NULL;
}

/* One line, and of which row it has to be. */
struct taking {
	struct psd_build *build;
	const struct psd_op_row *row;
	bool is_other; /* something else stands there */
};

static void
take_line(void *cookie, const struct psd_setting *setting,
    struct psd_diag *diag)
{
	struct taking *taking = cookie;
	bool is_deny = false;

	(void)diag;
	if (setting->key == NULL ||
	    psd_grant_row(setting->key, &is_deny) != taking->row || is_deny ||
	    setting->value[0] == '\0')
		taking->is_other = true;
	else
		psd_grant_take(taking->build, taking->row, false, setting);
}

/* What follows from the policy's line, as when it was narrowed to. */
static int
settle(struct psd_grant *grant, const struct psd_policy *policy,
    const struct psd_grant *within, uint32_t mark)
{
	if (within->glob != NULL &&
	    (grant->glob == NULL ||
		strncmp(grant->glob, within->glob, within->dir_len) != 0))
		return -EINVAL;
	if (grant->phase != NULL &&
	    !psd_phase_find(policy, grant->phase, &grant->phase_at))
		return -EINVAL;
	grant->within = within;
	grant->dir_fd = within->dir_fd;
	grant->dir_len = within->dir_len;
	grant->fields &= within->fields;
	grant->index = mark;
	return 0;
}

static int
read_line(struct psd_narrowing *narrowing, const struct psd_narrowed *line)
{
	const struct psd_grants *grants =
	    &narrowing->lines->grants[line->row - psd_op_rows];
	const size_t n = grants->n;
	_cleanup_free_ struct psd_build *build = calloc(1, sizeof(*build));
	struct taking taking = { .build = build, .row = line->row };
	struct psd_diag diag;
	int r = -EINVAL;

	if (build == NULL)
		return -ENOMEM;
	psd_diag_init(&diag);
	build->policy = narrowing->lines;
	build->diag = &diag;
	build->is_asked = true;
	psd_syntax_read_within("Policy", "narrow", line->text,
	    strlen(line->text), take_line, &taking, &diag);
	if (diag.out_of_memory || build->is_short)
		r = -ENOMEM;
	else if (!taking.is_other && diag.errors == 0 && grants->n == n + 1)
		r = 0;
	psd_diag_free(&diag);
	return r;
}

static int
add(struct psd_narrowing *narrowing, const struct psd_rights *rights,
    const struct psd_policy *policy, const struct psd_narrowed *line)
{
	const struct psd_grants *grants =
	    &narrowing->lines->grants[line->row - psd_op_rows];
	const struct psd_grant *within =
	    psd_policy_grant(policy, line->row, line->within);
	int r;

	if (within == NULL || within->is_deny ||
	    line->mark >= rights->used->room ||
	    grants->n >= PSD_NARROW_LINES_MAX)
		return -EINVAL;
	r = read_line(narrowing, line);
	return r < 0
	    ? r
	    : settle(&grants->at[grants->n - 1], policy, within, line->mark);
}

static struct psd_narrowing *
make(const struct psd_policy *policy)
{
	struct psd_narrowing *narrowing = calloc(1, sizeof(*narrowing));

	if (narrowing == NULL)
		return NULL;
	narrowing->references = 1;
	narrowing->lines = psd_build_policy(policy->name, "narrow");
	if (narrowing->lines != NULL)
		return narrowing;
	free(narrowing);
	return NULL;
}

int
psd_rights_add_line(struct psd_rights *rights, const struct psd_policy *policy,
    const struct psd_narrowed *line)
{
	struct psd_narrowing **narrowed =
	    &rights->narrowed[line->row - psd_op_rows];

	if (*narrowed == NULL)
		*narrowed = make(policy);
	return *narrowed == NULL ? -ENOMEM
				 : add(*narrowed, rights, policy, line);
}

int
psd_rights_make_line(const struct psd_rights *rights,
    const struct psd_policy *policy, const struct psd_narrowed *line,
    struct psd_narrowing **ret, const struct psd_grant **ret_grant)
{
	struct psd_narrowing *narrowing = make(policy);
	int r;

	if (narrowing == NULL)
		return -ENOMEM;
	r = add(narrowing, rights, policy, line);
	if (r < 0) {
		psd_narrowing_unref(narrowing);
		return r;
	}
	*ret = narrowing;
	*ret_grant = &narrowing->lines->grants[line->row - psd_op_rows].at[0];
	return 0;
}
