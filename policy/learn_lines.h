/* SPDX-License-Identifier: ISC */
#ifndef PSD_LEARN_LINES_H
#define PSD_LEARN_LINES_H

#include "policy/learn_seen.h"

/* Lines of AllowOpen= that a policy is to have, before they are written. */

struct psd_learn_line {
	const char *path;
	uint32_t access; /* PSD_ACCESS_* */
	bool is_tree;
	bool is_code; /* or something in it, which was mapped */
	struct psd_learn_count count;
	const char *reason; /* not to be granted, and why; or NULL */
	bool is_gone;       /* another one says it */
};

struct psd_learn_lines {
	struct psd_learn_page *page;
	struct psd_arena *arena;
	struct psd_learn_line *at;
	size_t n;
	unsigned groups;   /* that are named, a bit for each */
	size_t n_programs; /* that may be started */
	bool is_short;
};

/* A copy of path that stays as long as the lines; NULL: out of memory. */
const char *psd_learn_lines_keep(struct psd_learn_lines *lines,
    const char *path);

/* A line for the path alone, whose text stays the caller's. */
void psd_learn_lines_add(struct psd_learn_lines *lines,
    const struct psd_learn_line *line);

/*
 * A line for a whole directory: of_parent, the one that the path is made in,
 * else the path itself.  One that is too much to be shown is not granted.
 */
void psd_learn_lines_add_tree(struct psd_learn_lines *lines,
    const struct psd_learn_line *line, uint32_t uses, bool of_parent);

/*
 * Of many files in a directory makes one line for all beneath it, from the
 * deepest directories upward, as far as these may be shown.  Then leaves out
 * what another line says.
 */
void psd_learn_lines_widen(struct psd_learn_lines *lines);

/* Is there a line for a whole directory that path is beneath? */
bool psd_learn_lines_has_above(const struct psd_learn_lines *lines,
    const char *path);

void psd_learn_lines_put(const struct psd_learn_lines *lines);

#endif
