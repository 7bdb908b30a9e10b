/* SPDX-License-Identifier: ISC */
#include "policy/tree.h"

enum {
	/* So many single numbers are asked for in a row. */
	SINGLES_MAX = 5,

	/* Runs to either side of the middle of the numbers that are tried. */
	REACH = 2,

	/*
	 * When a filter is loaded the kernel translates each step, and tries the
	 * filter with each number there is.  One step more costs as much as
	 * one more that so many numbers pass.
	 */
	STEP_COST = 120,
};

struct psd_tree_choice *
psd_tree_choice_of(const struct psd_tree *tree, size_t begin, size_t end)
{
	return &tree->choices[begin * (tree->n_runs + 1) + end];
}

/* The last run has no end, and counts as one number. */
static uint32_t
count_numbers(const struct psd_tree *tree, size_t begin, size_t end)
{
	const struct psd_tree_run *runs = tree->runs;

	return end < tree->n_runs ? runs[end].first - runs[begin].first
				  : runs[end - 1].first + 1 - runs[begin].first;
}

static bool
is_single(const struct psd_tree_run *run)
{
	return run[0].first + 1 == run[1].first;
}

/*
 * What it costs when one step serves all runs but a few, of one number each,
 * that are asked for one after the other; UINT32_MAX where it does not.
 */
static uint32_t
cost_of_singles(const struct psd_tree *tree, size_t begin, size_t end,
    unsigned ground)
{
	uint32_t n = 0;

	/* Between two of them lies one of the ground's at most. */
	if (end - begin > 2 * SINGLES_MAX + 1)
		return UINT32_MAX;
	for (size_t i = begin; i < end; i++) {
		if (tree->runs[i].step == ground)
			continue;
		if (!is_single(&tree->runs[i]) || ++n > SINGLES_MAX)
			return UINT32_MAX;
	}
	/* The first is found with the first step, the second with the next. */
	return n == 0 ? 0
		      : n * STEP_COST + n * count_numbers(tree, begin, end) -
		n * (n - 1) / 2;
}

static void
choose(struct psd_tree *tree, size_t begin, size_t end, size_t middle)
{
	const uint32_t parting = STEP_COST + count_numbers(tree, begin, end);
	const uint32_t by_first =
	    cost_of_singles(tree, begin, end, tree->runs[begin].step);
	const uint32_t by_last =
	    cost_of_singles(tree, begin, end, tree->runs[end - 1].step);
	struct psd_tree_choice best = {
		.cost = by_first <= by_last ? by_first : by_last,
		.at = begin,
		.ground = by_first <= by_last ? begin : end - 1,
	};
	const size_t from = middle > begin + REACH ? middle - REACH : begin + 1;

	for (size_t at = from; at < end && at <= middle + REACH; at++) {
		const uint32_t cost = parting +
		    psd_tree_choice_of(tree, begin, at)->cost +
		    psd_tree_choice_of(tree, at, end)->cost;

		if (cost < best.cost)
			best =
			    (struct psd_tree_choice){ .cost = cost, .at = at };
	}
	*psd_tree_choice_of(tree, begin, end) = best;
}

void
psd_tree_choose(struct psd_tree *tree)
{
	const struct psd_tree_run *runs = tree->runs;

	for (size_t begin = tree->n_runs; begin-- > 0;) {
		size_t middle = begin + 1;

		for (size_t end = begin + 1; end <= tree->n_runs; end++) {
			const uint32_t sum =
			    runs[begin].first + runs[end - 1].first;

			while (middle + 1 < end && 2 * runs[middle].first < sum)
				middle++;
			choose(tree, begin, end, middle);
		}
	}
}
