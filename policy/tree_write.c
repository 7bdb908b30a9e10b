/* SPDX-License-Identifier: ISC */
#include "policy/tree.h"

enum {
	ARCH = offsetof(struct seccomp_data, arch),
	NUMBER = offsetof(struct seccomp_data, nr),

	/* Of the prelude: where another architecture ends. */
	KILL = 6,

	/* A jump leads over 255 steps, and two may yet come between. */
	NEAR = 253,
};

static bool
is_jump(const struct sock_filter *step)
{
	return BPF_CLASS(step->code) == BPF_JMP;
}

/* Jumps only lead forward, so that one pass is enough. */
static void
find_needed(struct psd_tree *tree)
{
	const struct sock_fprog *old = tree->old;

	for (size_t i = 0; i < tree->n_runs; i++)
		tree->is_needed[tree->runs[i].step] = true;
	tree->is_needed[psd_tree_stand_in(old, KILL)] = true;
	for (size_t i = 0; i < old->len; i++) {
		const struct sock_filter *step = &old->filter[i];

		if (!tree->is_needed[i] || step->code == PSD_STEP_RETURN)
			continue;
		if (!is_jump(step) || step->code == PSD_STEP_GO) {
			const uint32_t over = is_jump(step) ? step->k : 0;

			tree->is_needed[psd_tree_stand_in(old, i + 1 + over)] =
			    true;
			continue;
		}
		tree->is_needed[psd_tree_stand_in(old, i + 1U + step->jt)] =
		    true;
		tree->is_needed[psd_tree_stand_in(old, i + 1U + step->jf)] =
		    true;
	}
}

/* Comes before all that is there already. */
static void
put(struct psd_tree *tree, struct sock_filter step)
{
	if (tree->at == 0)
		tree->is_full = true;
	else
		tree->steps[--tree->at] = step;
}

static void
put_go(struct psd_tree *tree, unsigned place)
{
	const struct sock_filter *there = &tree->steps[place];
	const struct sock_filter go = BPF_STMT(PSD_STEP_GO, place - tree->at);

	put(tree, there->code == PSD_STEP_RETURN ? *there : go);
}

/* A place that the next step can jump to, and leads to this one. */
static unsigned
near(struct psd_tree *tree, unsigned place)
{
	if (place - tree->at <= NEAR)
		return place;
	put_go(tree, place);
	return tree->at;
}

static void
put_jump(struct psd_tree *tree, uint16_t code, uint32_t k, unsigned yes,
    unsigned no)
{
	const unsigned near_yes = near(tree, yes);
	const unsigned near_no = near(tree, no);
	const struct sock_filter jump = BPF_JUMP(code, k,
	    (uint8_t)(near_yes - tree->at), (uint8_t)(near_no - tree->at));

	put(tree, jump);
}

static void
put_step(struct psd_tree *tree, size_t i)
{
	const struct sock_fprog *old = tree->old;
	const struct sock_filter *step = &old->filter[i];
	const unsigned short *places = tree->places;

	if (step->code == PSD_STEP_GO) {
		put_go(tree, places[psd_tree_stand_in(old, i + 1 + step->k)]);
	} else if (is_jump(step)) {
		put_jump(tree, step->code, step->k,
		    places[psd_tree_stand_in(old, i + 1U + step->jt)],
		    places[psd_tree_stand_in(old, i + 1U + step->jf)]);
	} else {
		if (step->code != PSD_STEP_RETURN &&
		    places[psd_tree_stand_in(old, i + 1)] != tree->at)
			put_go(tree, places[psd_tree_stand_in(old, i + 1)]);
		put(tree, *step);
	}
	tree->places[i] = (unsigned short)tree->at;
}

static unsigned
place_of(const struct psd_tree *tree, struct psd_tree_way way)
{
	return way.is_node ? tree->node_places[way.to] : tree->places[way.to];
}

static void
put_nodes(struct psd_tree *tree)
{
	for (size_t i = tree->n_nodes; i-- > 0;) {
		const struct psd_tree_node *node = &tree->nodes[i];

		put_jump(tree, node->code, node->k, place_of(tree, node->yes),
		    place_of(tree, node->no));
		tree->node_places[i] = (unsigned short)tree->at;
	}
	if (place_of(tree, tree->root) != tree->at)
		put_go(tree, place_of(tree, tree->root));
}

void
psd_tree_write(struct psd_tree *tree, uint32_t arch)
{
	find_needed(tree);
	tree->at = BPF_MAXINSNS;
	for (size_t i = tree->old->len; i-- > 0;)
		if (tree->is_needed[i] && !tree->is_full)
			put_step(tree, i);
	put_nodes(tree);
	put(tree, (struct sock_filter)BPF_STMT(PSD_STEP_LOAD, NUMBER));
	put_jump(tree, PSD_STEP_IF_EQUAL, arch, tree->at,
	    tree->places[psd_tree_stand_in(tree->old, KILL)]);
	put(tree, (struct sock_filter)BPF_STMT(PSD_STEP_LOAD, ARCH));
}
