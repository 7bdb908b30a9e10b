/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/callname.h"
#include "policy/file.h"
#include "policy/learn_seen.h"
#include "policy/path.h"
#include "policy/syntax.h"
#include "policy/value.h"
#include "policy/words.h"

#include <string.h>

/* A record being read. */
struct reading {
	struct psd_learn *learn;
	const char *at; /* of the value, what comes next */
	uint64_t runs;
	char text[PSD_FILE_LINE_MAX + 1];
	char more[PSD_FILE_LINE_MAX + 1];
	char scratch[PSD_FILE_LINE_MAX + 1];
};

static bool
next_number(struct reading *reading, uint64_t *ret)
{
	return psd_words_next(&reading->at, reading->text,
		   sizeof(reading->text)) == PSD_WORD_FOUND &&
	    psd_value_number(reading->text, 0, UINT32_MAX, ret) == 0;
}

static bool
take_use(struct psd_learn_seen *seen, const char *word)
{
	const struct psd_learn_use_word *use = psd_learn_use_words;

	while (use->word != NULL && strcmp(use->word, word) != 0)
		use++;
	seen->uses |= use->use;
	return use->word != NULL;
}

static bool
take_argument(struct psd_learn_seen *seen, size_t at, const char *word)
{
	char *end;

	if (at >= PSD_CALL_ARGUMENTS)
		return false;
	seen->args[at] = strtoull(word, &end, 16);
	return end != word && *end == '\0';
}

/* What is written as it is must not be more than one line. */
static bool
is_of_one_line(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static bool
is_good(const struct psd_learn *learn, const struct psd_learn_table *table,
    const char *text)
{
	if (table == &learn->files)
		return psd_path_is_normal(text, strlen(text)) &&
		    strlen(text) <= PSD_PATH_MAX;
	if (table == &learn->calls)
		return text[0] != '\0' && strlen(text) <= PSD_CALL_NAME_MAX &&
		    text[strspn(text,
			"abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
	return is_of_one_line(text);
}

/* "COUNT RUNS TEXT", and uses or arguments. */
static bool
take_seen(struct reading *reading, struct psd_learn_table *table)
{
	struct psd_learn *learn = reading->learn;
	struct psd_learn_seen seen = { .text = reading->text };
	enum psd_word_found found;
	size_t n = 0;

	if (!next_number(reading, &seen.count.n) ||
	    !next_number(reading, &seen.count.runs) ||
	    psd_words_next(&reading->at, reading->text,
		sizeof(reading->text)) != PSD_WORD_FOUND)
		return false;
	while ((found = psd_words_next(&reading->at, reading->more,
		    sizeof(reading->more))) == PSD_WORD_FOUND)
		if (table == &learn->calls
			? !take_argument(&seen, n++, reading->more)
			: !take_use(&seen, reading->more))
			return false;
	if (found != PSD_WORD_END || !is_good(learn, table, seen.text))
		return false;
	psd_learn_add(learn, table, &seen);
	return true;
}

/* As they are to stand in ExecStart=. */
static bool
are_words(struct reading *reading, const char *text)
{
	enum psd_word_found found;

	for (const char *at = strchr(text, '%'); at != NULL;
	     at = strchr(at + 2, '%'))
		if (at[1] != '%')
			return false;
	do {
		found = psd_words_next(&text, reading->scratch,
		    sizeof(reading->scratch));
	} while (found == PSD_WORD_FOUND);
	return found == PSD_WORD_END;
}

static bool
take_program(struct reading *reading)
{
	enum psd_word_found found;

	if (psd_words_next(&reading->at, reading->text,
		sizeof(reading->text)) != PSD_WORD_FOUND ||
	    !is_good(reading->learn, &reading->learn->files, reading->text) ||
	    reading->text[1] == '\0')
		return false;
	found =
	    psd_words_next(&reading->at, reading->more, sizeof(reading->more));
	if (found != PSD_WORD_END &&
	    (found != PSD_WORD_FOUND || !is_of_one_line(reading->more) ||
		!are_words(reading, reading->more)))
		return false;
	return psd_learn_add_runs(reading->learn, 0, reading->text,
	    found == PSD_WORD_FOUND ? reading->more : NULL);
}

static bool
take(struct reading *reading, const char *key, const char *value)
{
	struct psd_learn *learn = reading->learn;
	uint64_t number = 0;

	reading->at = value;
	if (strcmp(key, "Program") == 0)
		return take_program(reading);
	if (strcmp(key, "Call") == 0)
		return take_seen(reading, &learn->calls);
	if (strcmp(key, "File") == 0)
		return take_seen(reading, &learn->files);
	if (strcmp(key, "Socket") == 0)
		return take_seen(reading, &learn->sockets);
	if (psd_value_number(value, 0, UINT64_MAX, &number) < 0)
		return false;
	if (strcmp(key, "Runs") == 0)
		reading->runs = number;
	else if (strcmp(key, "Memory") == 0)
		psd_learn_cost(learn, number, 0);
	else if (strcmp(key, "Processor") == 0)
		psd_learn_cost(learn, 0, number);
	else
		return false;
	return true;
}

static void
on_setting(void *cookie, const struct psd_setting *setting,
    struct psd_diag *diag)
{
	struct reading *reading = cookie;

	if (setting->key != NULL &&
	    !take(reading, setting->key, setting->value))
		psd_diag_error(diag, &setting->where,
		    "%s is nothing that was learned of %s", setting->text,
		    reading->learn->program == NULL ? "a program"
						    : reading->learn->program);
}

bool
psd_learn_read(struct psd_learn *learn, const char *file, const char *text,
    struct psd_diag *diag)
{
	_cleanup_free_ struct reading *reading = calloc(1, sizeof(*reading));
	const char *section = strstr(text, PSD_LEARN_SECTION);
	const struct psd_where whole = { file, 0 };
	const unsigned errors = diag->errors;

	if (reading == NULL) {
		psd_diag_no_memory(diag);
		return false;
	}
	reading->learn = learn;
	if (section == NULL) {
		psd_diag_error(diag, &whole,
		    "has no section [X-Learned]: nothing was learned to "
		    "which more could be added");
		return false;
	}
	section += strlen(PSD_LEARN_SECTION);
	psd_syntax_read_within("Learned", file, section, strlen(section),
	    on_setting, reading, diag);
	learn->runs += reading->runs;
	if (diag->errors == errors && learn->program == NULL)
		psd_diag_error(diag, &whole,
		    "says in section [X-Learned] of no Program=");
	return diag->errors == errors;
}
