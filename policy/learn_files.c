/* SPDX-License-Identifier: ISC */
#include "policy/learn_lines.h"

#include "common/mem.h"
#include "policy/group.h"
#include "policy/may_exec.h"
#include "policy/view.h"
#include "policy/words.h"

#include <string.h>

/* File groups, and from how many of their files on one is named. */
static const struct {
	const char *name;
	const struct psd_group_path *paths;
	size_t files_min;
} groups[] = {
	{ "@runtime", psd_group_runtime, 1 },
	{ "@names", psd_group_names, 3 },
};

static bool
is_in_group(const struct psd_group_path *p, const char *path)
{
	for (; p->path != NULL; p++)
		if (psd_learn_is_beneath(path, p->path))
			return true;
	return false;
}

/* The program itself, and what AllowExec= names, is shown anyhow. */
static bool
is_program(const struct psd_learn_lines *lines,
    const struct psd_learn_seen *file)
{
	return (file->uses & PSD_LEARN_EXEC) != 0 ||
	    strcmp(file->text, lines->page->learn->program) == 0;
}

/* Does it change it?  That is more than a group gives. */
static bool
is_of_group(const struct psd_learn_lines *lines, size_t i,
    const struct psd_learn_seen *file)
{
	return (lines->groups & 1U << i) != 0 &&
	    (file->uses & PSD_LEARN_CHANGES) == 0 &&
	    is_in_group(groups[i].paths, file->text);
}

static bool
is_of_any_group(const struct psd_learn_lines *lines,
    const struct psd_learn_seen *file)
{
	for (size_t i = 0; i < PSD_ELEMENTS(groups); i++)
		if (is_of_group(lines, i, file))
			return true;
	return false;
}

static void
choose_group(struct psd_learn_lines *lines, size_t at)
{
	const struct psd_learn_table *files = &lines->page->learn->files;
	struct psd_learn_count sum = { 0, 0 };
	char line[64];
	size_t n = 0;

	lines->groups |= 1U << at;
	for (size_t i = 0; i < files->n; i++)
		if (is_of_group(lines, at, &files->at[i])) {
			psd_learn_sum(&sum, &files->at[i].count);
			n++;
		}
	if (n < groups[at].files_min) {
		lines->groups &= ~(1U << at);
		return;
	}
	(void)snprintf(line, sizeof(line), "AllowOpen=%s", groups[at].name);
	psd_learn_put(lines->page, line, &sum);
}

static void
put_program(struct psd_learn_lines *lines, const struct psd_learn_seen *file)
{
	char line[PSD_LEARN_WORD_MAX + 32];
	const char *reason =
	    psd_learn_secret(lines->page->system, file->text, PSD_LEARN_EXEC);
	const size_t len = (size_t)snprintf(line, sizeof(line), "AllowExec=");

	(void)psd_words_print(line + len, sizeof(line) - len, file->text);
	if (reason == NULL && lines->n_programs == PSD_MAY_EXEC_MAX)
		reason = "more programs than can be named";
	if (reason != NULL) {
		psd_learn_withhold(lines->page, line, &file->count, reason);
		return;
	}
	psd_learn_put(lines->page, line, &file->count);
	lines->n_programs++;
}

/* What TemporaryFileSystem= gives is the program's own, and empty at first. */
static const char *
judge_temporary(const struct psd_learn_seen *file)
{
	if ((file->uses & (PSD_LEARN_CREATE | PSD_LEARN_CHANGE)) != 0 ||
	    strcmp(file->text, PSD_VIEW_TEMPORARY) == 0)
		return NULL;
	return "TemporaryFileSystem= covers what is there; put it elsewhere";
}

static void
take_file(struct psd_learn_lines *lines, const struct psd_learn_seen *file)
{
	const struct psd_learn_page *page = lines->page;
	struct psd_learn_line line = {
		.path = file->text,
		.access = PSD_ACCESS_READ,
		.is_code = (file->uses & PSD_LEARN_MAP) != 0,
		.count = file->count,
	};

	if (page->has_temporary &&
	    psd_learn_is_beneath(file->text, PSD_VIEW_TEMPORARY)) {
		line.reason = judge_temporary(file);
		if (line.reason != NULL)
			psd_learn_lines_add(lines, &line);
		return;
	}
	line.reason = psd_learn_secret(page->system, file->text, file->uses);
	if (line.reason == NULL &&
	    psd_glob_literal_len(file->text) != strlen(file->text))
		line.reason = "no line can show a name with a wildcard in it";
	if (line.reason == NULL && (file->uses & PSD_LEARN_SPECIAL) != 0)
		line.reason = "it is neither a regular file nor a directory";
	if ((file->uses & PSD_LEARN_CHANGES) != 0)
		line.access |= PSD_ACCESS_WRITE;
	if (line.reason == NULL &&
	    (file->uses & (PSD_LEARN_CREATE | PSD_LEARN_CHANGE)) != 0)
		psd_learn_lines_add_tree(lines, &line, file->uses, true);
	else if (line.reason == NULL &&
	    ((file->uses & PSD_LEARN_LIST) != 0 || file->text[1] == '\0'))
		psd_learn_lines_add_tree(lines, &line, file->uses, false);
	else
		psd_learn_lines_add(lines, &line);
}

/*
 * Where a link leads is shown with it when a line names the link, but not when
 * a line names a directory above.
 */
static void
follow(struct psd_learn_lines *lines, const struct psd_learn_seen *file)
{
	const struct psd_learn_system *system = lines->page->system;
	char at[PSD_PATH_MAX + 1], next[PSD_PATH_MAX + 1];
	struct psd_learn_seen leads = *file;

	(void)snprintf(at, sizeof(at), "%s", file->text);
	leads.text = at;
	while ((is_of_any_group(lines, &leads) ||
		   psd_learn_lines_has_above(lines, at)) &&
	    system->hop(system->cookie, at, next)) {
		memcpy(at, next, sizeof(at));
		if (is_of_any_group(lines, &leads) ||
		    psd_learn_lines_has_above(lines, at))
			continue;
		leads.text = psd_learn_lines_keep(lines, at);
		if (leads.text != NULL)
			take_file(lines, &leads);
		return;
	}
}

static bool
begin(struct psd_learn_lines *lines, struct psd_learn_page *page)
{
	*lines = (struct psd_learn_lines){
		.page = page,
		.arena = psd_arena_new(),
	};
	return lines->arena != NULL;
}

bool
psd_learn_put_files(struct psd_learn_page *page)
{
	const struct psd_learn_table *files = &page->learn->files;
	struct psd_learn_lines lines;

	if (!begin(&lines, page))
		return false;
	for (size_t i = 0; i < files->n; i++)
		if ((files->at[i].uses & PSD_LEARN_EXEC) != 0)
			put_program(&lines, &files->at[i]);
	for (size_t i = 0; i < PSD_ELEMENTS(groups); i++)
		choose_group(&lines, i);
	for (size_t i = 0; i < files->n; i++)
		if (!is_program(&lines, &files->at[i]) &&
		    !is_of_any_group(&lines, &files->at[i]))
			take_file(&lines, &files->at[i]);
	psd_learn_lines_widen(&lines);
	for (size_t i = 0; i < files->n; i++)
		if (!is_program(&lines, &files->at[i]))
			follow(&lines, &files->at[i]);
	psd_learn_lines_put(&lines);
	psd_arena_free(lines.arena);
	return !lines.is_short;
}
