/* SPDX-License-Identifier: ISC */
#include "policy/tree.h"

#include "common/mem.h"
#include "policy/bpf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Of the prelude: what decides of numbers above the highest. */
	BEYOND = 4,
};

unsigned
psd_tree_stand_in(const struct sock_fprog *old, size_t i)
{
	const struct sock_filter *step = &old->filter[i];
	size_t last = old->len;

	if (step->code != PSD_STEP_RETURN)
		return (unsigned)i;
	do
		last--;
	while (old->filter[last].code != PSD_STEP_RETURN ||
	    old->filter[last].k != step->k);
	return (unsigned)last;
}

/*
 * The step to which the architecture and the number alone lead: a return, or
 * the first that looks at an argument.  -EINVAL when it is another.
 */
static int
lead(const struct sock_fprog *old, uint32_t arch, uint32_t number)
{
	const struct seccomp_data data = { .arch = arch, .nr = (int)number };
	const struct psd_bpf_start start = psd_bpf_begin(old, &data);
	const uint16_t code = old->filter[start.at].code;

	if (code != PSD_STEP_LOAD && code != PSD_STEP_RETURN)
		return -EINVAL;
	return (int)psd_tree_stand_in(old, start.at);
}

static void
add_run(struct psd_tree *tree, uint32_t number, unsigned step)
{
	struct psd_tree_run *run = &tree->runs[tree->n_runs];

	if (tree->n_runs > 0 && run[-1].step == step)
		return;
	run->first = number;
	run->step = step;
	tree->n_runs++;
}

static int
find_runs(struct psd_tree *tree, const struct psd_callset *set)
{
	const uint32_t end = (uint32_t)set->highest + 1;

	for (uint32_t number = 0; number < end; number++) {
		const int step = lead(tree->old, set->arch, number);

		if (step < 0)
			return step;
		add_run(tree, number, (unsigned)step);
	}
	add_run(tree, end, BEYOND);
	/* Where the last one ends, which is no number any more. */
	tree->runs[tree->n_runs].first = 0;
	return 0;
}

static struct psd_tree_way
to_step(unsigned step)
{
	return (struct psd_tree_way){ .is_node = false, .to = step };
}

static struct psd_tree_node *
add_node(struct psd_tree *tree, struct psd_tree_way *way, uint16_t code,
    uint32_t k)
{
	struct psd_tree_node *node = &tree->nodes[tree->n_nodes];

	*way = (struct psd_tree_way){ .is_node = true,
		.to = (unsigned)tree->n_nodes++ };
	node->code = code;
	node->k = k;
	return node;
}

static void
add_part(struct psd_tree *tree, size_t begin, size_t end,
    struct psd_tree_way *way)
{
	tree->parts[tree->n_parts++] =
	    (struct psd_tree_part){ begin, end, way };
}

static void
ask_for_singles(struct psd_tree *tree, const struct psd_tree_part *part,
    unsigned ground)
{
	struct psd_tree_way *way = part->way;

	for (size_t i = part->begin; i < part->end; i++) {
		const struct psd_tree_run *run = &tree->runs[i];
		struct psd_tree_node *node;

		if (run->step == ground)
			continue;
		node = add_node(tree, way, PSD_STEP_IF_EQUAL, run->first);
		node->yes = to_step(run->step);
		way = &node->no;
	}
	*way = to_step(ground);
}

/* The lesser numbers come first, so that their node follows at once. */
static void
part_runs(struct psd_tree *tree, const struct psd_tree_part *part, size_t at)
{
	struct psd_tree_node *node =
	    add_node(tree, part->way, PSD_STEP_IF_LEAST, tree->runs[at].first);

	add_part(tree, at, part->end, &node->yes);
	add_part(tree, part->begin, at, &node->no);
}

int
psd_tree_plant(struct psd_tree *tree, const struct psd_callset *set)
{
	_cleanup_free_ struct psd_tree_choice *choices = NULL;
	const int r = find_runs(tree, set);

	if (r < 0)
		return r;
	choices = calloc(tree->n_runs * (tree->n_runs + 1), sizeof(*choices));
	if (choices == NULL)
		return -ENOMEM;
	tree->choices = choices;
	psd_tree_choose(tree);
	add_part(tree, 0, tree->n_runs, &tree->root);
	while (tree->n_parts > 0) {
		const struct psd_tree_part part = tree->parts[--tree->n_parts];
		const struct psd_tree_choice *choice =
		    psd_tree_choice_of(tree, part.begin, part.end);

		if (choice->at == part.begin)
			ask_for_singles(tree, &part,
			    tree->runs[choice->ground].step);
		else
			part_runs(tree, &part, choice->at);
	}
	tree->choices = NULL;
	return 0;
}

int
psd_program_tree(const struct psd_callset *set, struct sock_fprog *program)
{
	_cleanup_free_ struct psd_tree *tree = calloc(1, sizeof(*tree));
	int r;

	if (tree == NULL)
		return -ENOMEM;
	tree->old = program;
	r = psd_tree_plant(tree, set);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	psd_tree_write(tree, set->arch);
	if (BPF_MAXINSNS - tree->at > program->len)
		return 0;
	program->len = (unsigned short)(BPF_MAXINSNS - tree->at);
	memcpy(program->filter, &tree->steps[tree->at],
	    program->len * sizeof(*program->filter));
	return 0;
}
