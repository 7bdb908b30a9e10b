/* SPDX-License-Identifier: ISC */
#include "policy/keep.h"

#include "common/mem.h"
#include "common/sealed.h"
#include "policy/keys.h"
#include "policy/value.h"

#include <errno.h>
#include <string.h>

/* Higher than any descriptor that a server has at its start. */
enum { NUMBER_MAX = 65535 };

static const struct {
	const char *word;
	uint32_t kind;
} kinds[] = {
	{ "stdio", PSD_KEEP_STDIO },
	{ "listeners", PSD_KEEP_LISTENERS },
	{ "sockets", PSD_KEEP_SOCKETS },
	{ "events", PSD_KEEP_EVENTS },
};

int
psd_keep_find(const char *word, uint32_t *ret_kind, int *ret_number)
{
	uint64_t number;

	for (size_t i = 0; i < PSD_ELEMENTS(kinds); i++) {
		if (strcmp(kinds[i].word, word) != 0)
			continue;
		*ret_kind = kinds[i].kind;
		return 0;
	}
	if (psd_value_number(word, 0, NUMBER_MAX, &number) < 0)
		return -EINVAL;
	*ret_kind = 0;
	*ret_number = (int)number;
	return 0;
}

void
psd_key_keep(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	struct psd_words *words = &build->policy->keep;
	const char *at = setting->value;
	bool is_bad = false;

	if (*at == '\0')
		words->n = 0;
	while (psd_build_next_word(build, setting, &at, &is_bad)) {
		struct psd_word *larger =
		    psd_build_grow(build, words->at, words->n, sizeof(*larger));
		uint32_t kind;
		int number;

		if (psd_keep_find(build->word, &kind, &number) < 0 ||
		    words->n == PSD_SEALED_NUMBERS_MAX) {
			psd_diag_error(build->diag, &setting->where,
			    "%s= takes at most %d words, %s; \"%s\" is none",
			    key->name, PSD_SEALED_NUMBERS_MAX, key->takes,
			    build->word);
			return;
		}
		if (larger == NULL)
			return;
		words->at = larger;
		larger[words->n] = (struct psd_word){
			.text = psd_build_copy(build, build->word),
			.where = setting->where,
		};
		if (larger[words->n].text == NULL)
			return;
		words->n++;
	}
}

/* What takes other helpers or services than those that a monitor has. */
static bool
takes_a_daemon(const struct psd_op_row *row)
{
	return row->asks_resolver || row->op == PSD_OP_run ||
	    row->op == PSD_OP_call;
}

static void
check_operations(struct psd_build *build)
{
	for (size_t i = 0; i < psd_op_count; i++) {
		const struct psd_grants *grants = &build->policy->grants[i];

		for (size_t k = 0; k < grants->n; k++)
			if (!grants->at[k].is_deny &&
			    takes_a_daemon(&psd_op_rows[i]))
				psd_diag_error(build->diag,
				    &grants->at[k].where,
				    "%s takes helpers of a daemon's, and a "
				    "private monitor has none; leave it out",
				    grants->at[k].text);
	}
}

/* A process that is there keeps its program, and where it stands. */
static void
check_monitor(struct psd_build *build)
{
	struct psd_policy *policy = build->policy;
	const uint32_t of_start =
	    PSD_LAYER_NAMESPACES | PSD_LAYER_ONE_EXEC | PSD_LAYER_CGROUP;

	if (build->start_key != NULL)
		psd_diag_error(build->diag, &build->start_where,
		    "%s= means nothing with Type=monitor, whose process is "
		    "there already; leave it out",
		    build->start_key);
	if ((policy->require & of_start) != 0)
		psd_diag_error(build->diag, &build->require_where,
		    "Require= asks for namespaces, one-exec or cgroup, which "
		    "a process that is there already cannot be given; leave "
		    "it out, or let privsepd start the program (Type=native)");
	check_operations(build);
	/* It is one, nobody starts another, and its end is the end. */
	policy->instances_min = 0;
	policy->instances_max = 0;
	policy->restart = PSD_RESTART_NO;
}

void
psd_keep_check(struct psd_build *build)
{
	const struct psd_words *keep = &build->policy->keep;

	if (build->policy->type == PSD_TYPE_MONITOR)
		check_monitor(build);
	else if (keep->n > 0)
		psd_diag_error(build->diag, &keep->at[0].where,
		    "KeepFDs= goes with Type=monitor only: what privsepd "
		    "starts has no descriptors to keep");
}
