/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/learn_seen.h"
#include "policy/words.h"

#include <inttypes.h>
#include <string.h>

const struct psd_learn_use_word psd_learn_use_words[] = {
	{ "look", PSD_LEARN_LOOK },
	{ "read", PSD_LEARN_READ },
	{ "list", PSD_LEARN_LIST },
	{ "write", PSD_LEARN_WRITE },
	{ "create", PSD_LEARN_CREATE },
	{ "change", PSD_LEARN_CHANGE },
	{ "exec", PSD_LEARN_EXEC },
	{ "map", PSD_LEARN_MAP },
	{ "special", PSD_LEARN_SPECIAL },
	{ NULL, 0 },
};

static void
put_word(FILE *stream, const char *text)
{
	char word[PSD_LEARN_WORD_MAX + 1];

	(void)psd_words_print(word, sizeof(word), text);
	(void)fputs(word, stream);
}

static void
put_uses(FILE *stream, uint32_t uses)
{
	const struct psd_learn_use_word *use;

	for (use = psd_learn_use_words; use->word != NULL; use++)
		if ((uses & use->use) != 0)
			(void)fprintf(stream, " %s", use->word);
}

static void
put_table(FILE *stream, const char *key, const struct psd_learn_table *table)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct psd_learn_seen *seen = &table->at[i];
		size_t n = PSD_CALL_ARGUMENTS;

		(void)fprintf(stream, "%s=%" PRIu64 " %" PRIu64 " ", key,
		    seen->count.n, seen->count.runs);
		put_word(stream, seen->text);
		put_uses(stream, seen->uses);
		while (n > 0 && seen->args[n - 1] == 0)
			n--;
		for (size_t k = 0; k < n; k++)
			(void)fprintf(stream, " %" PRIx64, seen->args[k]);
		(void)fputc('\n', stream);
	}
}

void
psd_learn_record(const struct psd_learn *learn, FILE *stream)
{
	(void)fputs(PSD_LEARN_SECTION "Program=", stream);
	put_word(stream, learn->program);
	if (learn->words != NULL) {
		(void)fputc(' ', stream);
		put_word(stream, learn->words);
	}
	(void)fprintf(stream,
	    "\nRuns=%" PRIu64 "\nMemory=%" PRIu64 "\nProcessor=%" PRIu64 "\n",
	    learn->runs, learn->memory, learn->cpu);
	put_table(stream, "Call", &learn->calls);
	put_table(stream, "File", &learn->files);
	put_table(stream, "Socket", &learn->sockets);
}
