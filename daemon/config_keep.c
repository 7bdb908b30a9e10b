/* SPDX-License-Identifier: ISC */
#include "daemon/config_keep.h"

#include "common/arch.h"
#include "policy/callname.h"
#include "policy/words.h"

#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

enum { WORD_SIZE = 64 };

void
psd_config_keep_free(struct psd_words *words)
{
	for (size_t i = 0; i < words->n; i++)
		free((void *)(uintptr_t)words->at[i].text);
	free(words->at);
	*words = (struct psd_words){ NULL, 0 };
}

static void
add_word(struct psd_words *words, const char *text,
    const struct psd_where *where, struct psd_diag *diag)
{
	struct psd_word *grown =
	    reallocarray(words->at, words->n + 1, sizeof(*grown));
	char *copy = strdup(text);

	if (grown != NULL)
		words->at = grown;
	if (grown == NULL || copy == NULL) {
		free(copy);
		diag->out_of_memory = true;
		return;
	}
	words->at[words->n++] = (struct psd_word){
		.text = copy,
		.where = *where,
	};
}

bool
psd_config_is_capability(const char *word)
{
	cap_value_t cap;

	return cap_from_name(word, &cap) == 0;
}

/* One that another architecture alone has does nothing, as in a policy. */
bool
psd_config_is_call(const char *word)
{
	return psd_call_number(PSD_AUDIT_ARCH, word) != PSD_CALL_UNKNOWN;
}

void
psd_config_keep(struct psd_words *words, const struct psd_setting *setting,
    bool (*is_good)(const char *word), const char *what, struct psd_diag *diag)
{
	const char *rest = setting->value;
	char word[WORD_SIZE];
	enum psd_word_found found;

	if (*rest == '\0')
		psd_config_keep_free(words);
	while ((found = psd_words_next(&rest, word, sizeof(word))) ==
	    PSD_WORD_FOUND) {
		if (is_good(word))
			add_word(words, word, &setting->where, diag);
		else
			psd_diag_error(diag, &setting->where,
			    "%s= takes %s; got \"%s\"", setting->key, what,
			    word);
	}
	if (found != PSD_WORD_END)
		psd_diag_error(diag, &setting->where, "%s=: %s", setting->key,
		    psd_words_wrong(found));
}
