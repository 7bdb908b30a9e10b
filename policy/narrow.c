/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/build.h"
#include "policy/contain.h"
#include "policy/grant.h"
#include "policy/narrowing.h"
#include "policy/phase.h"

#include <errno.h>
#include <string.h>

enum {
	/*
	 * Steps of comparing that one request may cost: some 10 ms, when all
	 * patterns are made for it.
	 */
	WORK_MAX = 1 << 16,
	STEPS = 256, /* of two patterns that count as one */
};

/* A request being looked at. */
struct asking {
	const struct psd_rights *rights;
	const struct psd_policy *policy;
	struct psd_build *build; /* of what is asked for */
	unsigned n_lines;
	uint32_t n_once; /* marks that its lines need besides those there are */
	uint32_t work;   /* left */
	int r;           /* the first error that has a number of its own */
};

/* Says what is wrong with a line. */
static void
refuse(struct asking *asking, const struct psd_where *where, const char *text,
    const char *why, int r)
{
	psd_diag_error(asking->build->diag, where, "%s: %s", text, why);
	if (asking->r == 0)
		asking->r = r;
}

/* Lines of a policy and nothing else: no section, no other key, no Deny. */
static void
take_line(void *cookie, const struct psd_setting *setting,
    struct psd_diag *diag)
{
	struct asking *asking = cookie;
	const struct psd_op_row *row;
	bool is_deny = false;

	(void)diag; /* the build's own */
	if (asking->r != 0 || asking->build->is_short)
		return;
	row =
	    setting->key == NULL ? NULL : psd_grant_row(setting->key, &is_deny);
	if (row == NULL || is_deny)
		refuse(asking, &setting->where, setting->text,
		    "only lines Allow...= can be narrowed to", -EINVAL);
	else if (setting->value[0] == '\0')
		refuse(asking, &setting->where, setting->text,
		    "would widen: nothing takes back what was narrowed; to "
		    "have nothing of it, restrict it",
		    -EACCES);
	else if (++asking->n_lines > PSD_NARROW_LINES_MAX)
		refuse(asking, &setting->where, setting->text,
		    "there are too many lines", -E2BIG);
	else
		psd_grant_take(asking->build, row, false, setting);
}

/* May these two be compared?  What a request may cost is bounded. */
static bool
afford(struct asking *asking, const struct psd_grant *line,
    const struct psd_grant *other)
{
	uint64_t work = 1;

	if (line->glob != NULL && other->glob != NULL)
		work += strlen(line->glob) * strlen(other->glob) / STEPS;
	if (line->labels != NULL && other->labels != NULL)
		work += strlen(line->labels) * strlen(other->labels) / STEPS;
	if (asking->work < work) {
		asking->work = 0;
		return false;
	}
	asking->work -= (uint32_t)work;
	return true;
}

/*
 * A line's directory is the policy's, so both must be spelt alike up to there,
 * which they are when one contains the other.
 */
static bool
has_directory(const struct psd_grant *line, const struct psd_grant *other)
{
	return other->glob == NULL ||
	    (line->glob != NULL &&
		strncmp(line->glob, other->glob, other->dir_len) == 0);
}

/*
 * The line that the conversation has and that certainly covers all of this
 * one; rather one without "once", so that its own word begins anew only where
 * nothing was counted.
 */
static const struct psd_grant *
find_wider(struct asking *asking, const struct psd_op_row *row,
    const struct psd_grant *line)
{
	const struct psd_grants *has = psd_rights_narrowed(asking->rights, row);
	const struct psd_grant *other, *found = NULL;
	struct psd_contain_look look;

	if (has == NULL)
		has = &asking->policy->grants[row - psd_op_rows];
	psd_contain_look(has, line->glob, &look);
	while ((other = psd_contain_next(&look)) != NULL) {
		if (other->is_deny ||
		    (found != NULL &&
			(other->modifiers & PSD_MODIFIER_ONCE) != 0))
			continue;
		if (!afford(asking, other, line))
			return NULL;
		if (!has_directory(line, other) ||
		    !psd_grant_contains(row, other, line))
			continue;
		found = other;
		if ((found->modifiers & PSD_MODIFIER_ONCE) == 0)
			return found;
	}
	return found;
}

/*
 * A line with "once" shares the mark of the line that it comes from, if that
 * has one: whatever it is narrowed to, it is one request.
 */
static void
settle(struct asking *asking, struct psd_grant *line,
    const struct psd_grant *wider)
{
	const struct psd_used *used = asking->rights->used;

	line->within = wider->within != NULL ? wider->within : wider;
	line->dir_fd = line->within->dir_fd;
	line->dir_len = line->within->dir_len;
	line->fields &= line->within->fields;
	line->index = wider->index;
	if ((line->modifiers & ~wider->modifiers & PSD_MODIFIER_ONCE) == 0)
		return;
	if (asking->n_once == used->room - used->n)
		refuse(asking, &line->where, line->text,
		    "once was added too often", -ENOSPC);
	else
		line->index = used->n + asking->n_once++;
}

/* Of the phases it is the policy's that count. */
static bool
has_phase(struct asking *asking, struct psd_grant *line)
{
	if (line->phase == NULL ||
	    psd_phase_find(asking->policy, line->phase, &line->phase_at))
		return true;
	refuse(asking, &line->where, line->text, "there is no such phase",
	    -EINVAL);
	return false;
}

static void
judge_lines(struct asking *asking, const struct psd_op_row *row)
{
	struct psd_grants *lines =
	    &asking->build->policy->grants[row - psd_op_rows];

	for (size_t i = 0; i < lines->n && asking->r == 0; i++) {
		struct psd_grant *line = &lines->at[i];
		const struct psd_grant *wider = NULL;

		if (psd_rights_is_given_up(asking->rights, row)) {
			refuse(asking, &line->where, line->text,
			    "would widen: the operation was given up", -EACCES);
			return;
		}
		if (!has_phase(asking, line))
			return;
		wider = find_wider(asking, row, line);
		if (wider != NULL)
			settle(asking, line, wider);
		else if (asking->work == 0)
			refuse(asking, &line->where, line->text,
			    "there is too much to compare it with", -E2BIG);
		else
			refuse(asking, &line->where, line->text,
			    "would widen: no line that the conversation has "
			    "covers all of it",
			    -EACCES);
	}
}

/* Reads and judges all lines.  Nothing of the conversation changes yet. */
static int
judge(struct asking *asking, const struct psd_str *lines)
{
	struct psd_diag *diag = asking->build->diag;

	psd_syntax_read_within("Policy", "narrow", lines->at, lines->len,
	    take_line, asking, diag);
	if (asking->build->is_short || diag->out_of_memory)
		return -ENOMEM;
	if (asking->r != 0)
		return asking->r;
	if (diag->errors > 0)
		return -EINVAL;
	if (asking->n_lines == 0) {
		psd_diag_error(diag, NULL, "there is no line to narrow to");
		return -EINVAL;
	}
	for (size_t i = 0; i < psd_op_count && asking->r == 0; i++)
		judge_lines(asking, &psd_op_rows[i]);
	return asking->r;
}

static void
put_into_force(struct psd_rights *rights, struct psd_narrowing *narrowing)
{
	for (size_t i = 0; i < psd_op_count; i++) {
		if (narrowing->lines->grants[i].n == 0)
			continue;
		psd_narrowing_unref(rights->narrowed[i]);
		rights->narrowed[i] = psd_narrowing_ref(narrowing);
	}
}

int
psd_rights_narrow(struct psd_rights *rights, const struct psd_policy *policy,
    const struct psd_str *lines, struct psd_diag *diag)
{
	_cleanup_free_ struct psd_build *build = calloc(1, sizeof(*build));
	struct psd_narrowing *narrowing = calloc(1, sizeof(*narrowing));
	struct asking asking = {
		.rights = rights,
		.policy = policy,
		.build = build,
		.work = WORK_MAX,
	};
	int r = -ENOMEM;

	if (narrowing != NULL) {
		narrowing->references = 1;
		narrowing->lines = psd_build_policy(policy->name, "narrow");
	}
	if (build != NULL && narrowing != NULL && narrowing->lines != NULL) {
		build->policy = narrowing->lines;
		build->diag = diag;
		build->is_asked = true;
		r = judge(&asking, lines);
	}
	if (r == 0) {
		rights->used->n += asking.n_once;
		put_into_force(rights, narrowing);
	}
	psd_narrowing_unref(narrowing);
	return r;
}
