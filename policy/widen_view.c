/* SPDX-License-Identifier: ISC */
#include "policy/view.h"
#include "policy/widen_set.h"

#include <string.h>

/* What a group shows can be executed, too. */
static bool
covers(const struct psd_word *wider, const struct psd_word *word)
{
	const size_t len = strlen(wider->text);

	if (word->is_temporary || wider->is_temporary)
		return word->is_temporary && wider->is_temporary &&
		    strcmp(word->shown, wider->shown) == 0;
	if ((word->access == 0 && wider->access != 0) ||
	    (psd_view_access(word) & ~psd_view_access(wider)) != 0 ||
	    strncmp(word->text, wider->text, len) != 0)
		return false;
	if (word->text[len] == '\0')
		return wider->is_tree || wider->access == 0 || !word->is_tree;
	return word->text[len] == '/' && (wider->is_tree || wider->access == 0);
}

/* The words of one view that no word of the other covers. */
static void
collect(const struct psd_words *view, const struct psd_words *other,
    struct psd_widen_set *set)
{
	for (size_t i = 0; i < view->n; i++) {
		const struct psd_word *word = &view->at[i];
		bool is_covered = false;

		for (size_t k = 0; k < other->n && !is_covered; k++)
			is_covered = covers(&other->at[k], word);
		if (!is_covered)
			psd_widen_add(set,
			    word->shown != NULL ? word->shown : word->text);
	}
}

void
psd_widen_view(const struct psd_widen *widen)
{
	struct psd_widen_set older = { .at = NULL };
	struct psd_widen_set newer = { .at = NULL };

	collect(&widen->older->view, &widen->newer->view, &older);
	collect(&widen->newer->view, &widen->older->view, &newer);
	psd_widen_names(widen, &older, &newer, "the file view", true);
}
