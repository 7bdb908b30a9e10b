/* SPDX-License-Identifier: ISC */
#include "policy/learn_lines.h"

#include "common/print.h"
#include "policy/words.h"

#include <stdlib.h>
#include <string.h>

/* More files than these in one directory are said by one line. */
enum { FILES_MAX = 4 };

/* A view has room for twice as many, links on the way among them. */
enum { SHOWN_MAX = 256 };

const char *
psd_learn_lines_keep(struct psd_learn_lines *lines, const char *path)
{
	const char *kept = psd_arena_copy(lines->arena, path, strlen(path));

	lines->is_short |= kept == NULL;
	return kept;
}

/* The line that says the same of the same place, or a new one. */
void
psd_learn_lines_add(struct psd_learn_lines *lines,
    const struct psd_learn_line *line)
{
	struct psd_learn_line *larger;

	for (size_t i = 0; i < lines->n; i++) {
		struct psd_learn_line *known = &lines->at[i];

		if (strcmp(known->path, line->path) != 0 ||
		    known->is_tree != line->is_tree ||
		    (known->reason == NULL) != (line->reason == NULL))
			continue;
		known->access |= line->access;
		known->is_code |= line->is_code;
		psd_learn_sum(&known->count, &line->count);
		return;
	}
	larger =
	    psd_arena_grow(lines->arena, lines->at, lines->n, sizeof(*larger));
	if (larger == NULL) {
		lines->is_short = true;
		return;
	}
	larger[lines->n++] = *line;
	lines->at = larger;
}

void
psd_learn_lines_add_tree(struct psd_learn_lines *lines,
    const struct psd_learn_line *line, uint32_t uses, bool of_parent)
{
	const char *slash = strrchr(line->path, '/');
	const size_t len = of_parent && slash > line->path
	    ? (size_t)(slash - line->path)
	    : strlen(line->path);
	const char *dir = psd_arena_copy(lines->arena, line->path, len);
	struct psd_learn_line tree = *line;

	if (dir == NULL) {
		lines->is_short = true;
		return;
	}
	tree.path = dir;
	tree.is_tree = true;
	/* Who may write into a tree may make things there; there is no other. */
	if (of_parent || (tree.access & PSD_ACCESS_WRITE) != 0)
		tree.access |= PSD_ACCESS_CREATE;
	if (!psd_learn_may_show_all(lines->page->system, dir, uses))
		tree.reason = "a directory is shown with all beneath it, "
			      "which is too much here";
	psd_learn_lines_add(lines, &tree);
}

static int
by_path(const void *a, const void *b)
{
	const struct psd_learn_line *one = a, *other = b;
	const int order = strcmp(one->path, other->path);

	return order != 0 ? order : (int)other->is_tree - (int)one->is_tree;
}

static bool
covers(const struct psd_learn_line *tree, const struct psd_learn_line *line)
{
	return tree != line && tree->is_tree && tree->reason == NULL &&
	    !tree->is_gone && line->reason == NULL &&
	    psd_learn_is_beneath(line->path, tree->path) &&
	    (line->access & ~tree->access) == 0;
}

static void
leave_out(struct psd_learn_lines *lines, struct psd_learn_line *tree)
{
	for (size_t i = 0; i < lines->n; i++) {
		struct psd_learn_line *line = &lines->at[i];

		if (line->is_gone || !covers(tree, line))
			continue;
		line->is_gone = true;
		tree->is_code |= line->is_code;
		psd_learn_sum(&tree->count, &line->count);
	}
}

/* The length of path's first depth components; 0 when there are no more. */
static size_t
prefix_len(const char *path, size_t depth)
{
	size_t i = 0;

	while (path[i] != '\0' && (path[i] != '/' || depth-- > 0))
		i++;
	return path[i] == '/' ? i : 0;
}

static bool
is_to_be_counted(const struct psd_learn_line *line)
{
	return !line->is_gone && line->reason == NULL &&
	    line->access == PSD_ACCESS_READ;
}

/* Of the lines from first on, how many lie beneath the same directory? */
static size_t
count_beneath(const struct psd_learn_lines *lines, size_t first, size_t len)
{
	const char *path = lines->at[first].path;
	size_t n = 0;

	for (size_t i = first; i < lines->n; i++) {
		const struct psd_learn_line *line = &lines->at[i];

		if (strncmp(line->path, path, len + 1) != 0)
			break;
		n += is_to_be_counted(line);
	}
	return n;
}

/* In order of their paths, what lies in one directory follows each other. */
static void
widen_at(struct psd_learn_lines *lines, size_t depth)
{
	const size_t n = lines->n;
	const char *before = "";
	size_t before_len = 0;

	for (size_t i = 0; i < n; i++) {
		struct psd_learn_line line = lines->at[i];
		const size_t len = prefix_len(line.path, depth);

		if (len == 0 || !is_to_be_counted(&line) ||
		    (len == before_len &&
			strncmp(line.path, before, len + 1) == 0))
			continue;
		before = line.path;
		before_len = len;
		if (count_beneath(lines, i, len) <= FILES_MAX)
			continue;
		line.path = psd_arena_copy(lines->arena, before, len);
		if (line.path == NULL) {
			lines->is_short = true;
			return;
		}
		if (!psd_learn_may_show_all(lines->page->system, line.path,
			PSD_LEARN_READ | PSD_LEARN_LIST))
			continue;
		line.is_tree = true;
		line.is_code = false;
		line.count = (struct psd_learn_count){ 0, 0 };
		psd_learn_lines_add(lines, &line);
		leave_out(lines, &lines->at[lines->n - 1]);
	}
	qsort(lines->at, lines->n, sizeof(lines->at[0]), by_path);
}

void
psd_learn_lines_widen(struct psd_learn_lines *lines)
{
	if (lines->n == 0)
		return;
	qsort(lines->at, lines->n, sizeof(lines->at[0]), by_path);
	for (size_t i = 0; i < lines->n; i++)
		leave_out(lines, &lines->at[i]);
	for (size_t depth = PSD_GLOB_COMPONENTS_MAX; depth > 1; depth--)
		widen_at(lines, depth);
}

bool
psd_learn_lines_has_above(const struct psd_learn_lines *lines, const char *path)
{
	const struct psd_learn_line line = {
		.path = path,
		.access = PSD_ACCESS_READ,
	};

	for (size_t i = 0; i < lines->n; i++)
		if (covers(&lines->at[i], &line))
			return true;
	return false;
}

static void
print_line(const struct psd_learn_line *line, bool is_gone, char *ret,
    size_t size)
{
	char glob[PSD_GLOB_MAX + sizeof("-/**")],
	    access[PSD_ACCESS_TEXT_MAX + 1];
	size_t len = 0;

	/* What was there when it was learned need not be there for ever. */
	if (is_gone)
		glob[len++] = '-';
	/* The root ends in a slash by itself. */
	if (!line->is_tree || line->path[1] != '\0')
		len +=
		    psd_glob_quote(line->path, strlen(line->path), glob + len);
	(void)snprintf(glob + len, sizeof(glob) - len, "%s",
	    line->is_tree ? "/**" : "");
	psd_print_access(access, sizeof(access), line->access);
	len = (size_t)snprintf(ret, size, "AllowOpen=%s ", access);
	(void)psd_words_print(ret + len, size - len, glob);
}

/* What else it takes, or NULL. */
static const char *
hint_of(const struct psd_learn_line *line, enum psd_learn_there there)
{
	if (line->is_code)
		return "code was mapped from there, which is let be done from "
		       "@runtime and programs alone";
	return there == PSD_LEARN_OWNERS
	    ? "its mode lets its owner alone use it, and the program has a "
	      "user of its own; change the mode, or say User="
	    : NULL;
}

static void
put_line(struct psd_learn_page *page, const struct psd_learn_line *line)
{
	const enum psd_learn_there there =
	    page->system->look(page->system->cookie, line->path,
		(line->access & PSD_ACCESS_WRITE) != 0);
	const char *hint = hint_of(line, there);
	char text[PSD_LEARN_WORD_MAX + 64];

	print_line(line, there == PSD_LEARN_GONE, text, sizeof(text));
	if (line->reason != NULL || page->n_shown == SHOWN_MAX) {
		psd_learn_withhold(page, text, &line->count,
		    line->reason != NULL ? line->reason
					 : "more files than can be shown; "
					   "name their directories");
		return;
	}
	page->n_shown++;
	page->is_writable |= (line->access & PSD_ACCESS_WRITE) != 0;
	if (hint != NULL)
		psd_learn_put_word(page, PSD_LEARN_HINT, text, &line->count,
		    hint);
	else
		psd_learn_put(page, text, &line->count);
}

void
psd_learn_lines_put(const struct psd_learn_lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		if (!lines->at[i].is_gone)
			put_line(lines->page, &lines->at[i]);
}
