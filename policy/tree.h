/* SPDX-License-Identifier: ISC */
#ifndef PSD_TREE_H
#define PSD_TREE_H

#include "policy/callname.h"
#include "policy/program.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What psd_program_tree() makes of a program: first the tree by itself, then
 * the program that it begins.
 */
enum {
	PSD_TREE_RUNS_MAX = PSD_CALLS_MAX + 1,

	PSD_STEP_LOAD = BPF_LD | BPF_W | BPF_ABS,
	PSD_STEP_GO = BPF_JMP | BPF_JA,
	PSD_STEP_RETURN = BPF_RET | BPF_K,
	PSD_STEP_IF_EQUAL = BPF_JMP | BPF_JEQ | BPF_K,
	PSD_STEP_IF_LEAST = BPF_JMP | BPF_JGE | BPF_K,
};

/* Numbers in a row that lead to the same step, up to the next run's. */
struct psd_tree_run {
	uint32_t first;
	unsigned step;
};

/* Where a node leads: to another node, or to a step of the old program. */
struct psd_tree_way {
	bool is_node;
	unsigned to;
};

struct psd_tree_node {
	uint16_t code;
	uint32_t k;
	struct psd_tree_way yes, no;
};

/* Runs that are still to be parted, and the way that leads there. */
struct psd_tree_part {
	size_t begin, end;
	struct psd_tree_way *way;
};

/* How runs are told apart, of all ways that were tried the cheapest. */
struct psd_tree_choice {
	uint32_t cost;
	size_t at;     /* the run where they are parted; the first: nowhere */
	size_t ground; /* then: a run of the step of all that are not single */
};

struct psd_tree {
	const struct sock_fprog *old;
	struct psd_tree_run runs[PSD_TREE_RUNS_MAX + 1];
	size_t n_runs;
	struct psd_tree_node nodes[PSD_TREE_RUNS_MAX];
	unsigned short node_places[PSD_TREE_RUNS_MAX];
	size_t n_nodes;
	struct psd_tree_part parts[PSD_TREE_RUNS_MAX + 1];
	size_t n_parts;
	struct psd_tree_choice *choices; /* of all parts, while it is planted */
	struct psd_tree_way root;
	bool is_needed[BPF_MAXINSNS];
	unsigned short places[BPF_MAXINSNS]; /* of old steps in the new one */
	/* Written from its end, so that what a jump leads to is in place. */
	struct sock_filter steps[BPF_MAXINSNS];
	unsigned at;
	bool is_full;
};

/* Of returns with the same verdict the last stands for all. */
unsigned psd_tree_stand_in(const struct sock_fprog *old, size_t i);

/* Fills choices, of the runs that are there. */
void psd_tree_choose(struct psd_tree *tree);

/* The choice of the runs from begin to before end. */
struct psd_tree_choice *psd_tree_choice_of(const struct psd_tree *tree,
    size_t begin, size_t end);

/*
 * Fills runs and nodes.  -EINVAL for a program in which architecture and
 * number decide otherwise than by comparisons; -ENOMEM.
 */
int psd_tree_plant(struct psd_tree *tree, const struct psd_callset *set);

/* Fills steps, of which those from at on are the program. */
void psd_tree_write(struct psd_tree *tree, uint32_t arch);

#endif
