/* SPDX-License-Identifier: ISC */
#include "policy/learn_seen.h"

#include "common/mem.h"
#include "policy/callset.h"
#include "policy/path.h"

#include "policy/words.h"

#include <string.h>

/* The last piece of a word that is cut may be that long. */
enum { WORDS_MAX = 4095, PIECE_MAX = 8 };

struct psd_learn *
psd_learn_new(void)
{
	struct psd_learn *learn = calloc(1, sizeof(*learn));

	if (learn == NULL)
		return NULL;
	learn->arena = psd_arena_new();
	if (learn->arena == NULL) {
		free(learn);
		return NULL;
	}
	return learn;
}

void
psd_learn_free(struct psd_learn *learn)
{
	if (learn == NULL)
		return;
	psd_arena_free(learn->arena);
	free(learn);
}

bool
psd_learn_is_short(const struct psd_learn *learn)
{
	return learn->is_short;
}

bool
psd_learn_is_of(const struct psd_learn *learn, const char *program)
{
	return learn->program != NULL && strcmp(learn->program, program) == 0;
}

static const char *
copy(struct psd_learn *learn, const char *text)
{
	const char *kept = psd_arena_copy(learn->arena, text, strlen(text));

	learn->is_short |= kept == NULL;
	return kept;
}

static int
compare(const struct psd_learn_seen *one, const struct psd_learn_seen *other)
{
	const int order = strcmp(one->text, other->text);

	return order != 0 ? order
			  : memcmp(one->args, other->args, sizeof(one->args));
}

/* Where it is, or would belong. */
static size_t
find(const struct psd_learn_table *table, const struct psd_learn_seen *wanted)
{
	size_t low = 0, high = table->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (compare(&table->at[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_at(const struct psd_learn_table *table, size_t place,
    const struct psd_learn_seen *wanted)
{
	return place < table->n && compare(&table->at[place], wanted) == 0;
}

static void
insert(struct psd_learn *learn, struct psd_learn_table *table, size_t place,
    const struct psd_learn_seen *seen)
{
	const char *text = copy(learn, seen->text);
	struct psd_learn_seen *larger = table->n == PSD_LEARN_SEEN_MAX
	    ? NULL
	    : psd_arena_grow(learn->arena, table->at, table->n,
		  sizeof(*larger));

	if (text == NULL || larger == NULL) {
		learn->is_short = true;
		return;
	}
	memmove(&larger[place + 1], &larger[place],
	    (table->n - place) * sizeof(*larger));
	larger[place] = *seen;
	larger[place].text = text;
	table->at = larger;
	table->n++;
}

void
psd_learn_add(struct psd_learn *learn, struct psd_learn_table *table,
    const struct psd_learn_seen *seen)
{
	const size_t place = find(table, seen);

	if (!is_at(table, place, seen)) {
		insert(learn, table, place, seen);
		return;
	}
	table->at[place].count.n += seen->count.n;
	table->at[place].count.runs += seen->count.runs;
	table->at[place].uses |= seen->uses;
}

void
psd_learn_sum(struct psd_learn_count *sum, const struct psd_learn_count *count)
{
	sum->n += count->n;
	if (sum->runs < count->runs)
		sum->runs = count->runs;
}

/* Once more in the run that is being watched. */
static void
note(struct psd_learn *learn, struct psd_learn_table *table,
    struct psd_learn_seen *seen)
{
	seen->count.n = 1;
	seen->count.runs = is_at(table, find(table, seen), seen) ? 0 : 1;
	psd_learn_add(learn, table, seen);
}

/* How a rule looks at an argument; 0: none does. */
enum look { LOOK_LOWER = 1, LOOK_WHOLE = 2, LOOK_VALUE = 4 };

static unsigned
look_of(const struct psd_call_test *test)
{
	const unsigned value = test->value == 0 &&
		(test->kind == PSD_TEST_int_is ||
		    test->kind == PSD_TEST_long_is)
	    ? 0
	    : LOOK_VALUE;

	return value |
	    (test->kind == PSD_TEST_long_is ||
			test->kind == PSD_TEST_long_within
		    ? LOOK_WHOLE
		    : LOOK_LOWER);
}

/* Does all else that the row asks for hold? */
static bool
comes_to(const struct psd_call_row *row, unsigned argument,
    const uint64_t args[PSD_CALL_ARGUMENTS])
{
	struct psd_call_row others = *row;
	size_t n = 0;

	for (const struct psd_call_test *test = row->tests;
	     test->kind != PSD_TEST_end; test++)
		if (test->argument != argument)
			others.tests[n++] = *test;
	others.tests[n] = (struct psd_call_test){ .kind = PSD_TEST_end };
	return psd_call_row_applies(&others, args);
}

/*
 * What all rules together look at, and not the rubbish in registers that the
 * call has no use for.  An address that is compared with 0 is kept as there or
 * not, since it is another one each time.
 */
static void
look_at_rules(const char *call, const uint64_t args[PSD_CALL_ARGUMENTS],
    unsigned ret_looks[PSD_CALL_ARGUMENTS])
{
	for (size_t i = 0; i < psd_call_row_count; i++) {
		const struct psd_call_row *row = &psd_call_rows[i];
		const struct psd_call_test *test = row->tests;

		if (strcmp(row->call, call) != 0)
			continue;
		for (; test->kind != PSD_TEST_end; test++)
			if (comes_to(row, test->argument, args))
				ret_looks[test->argument] |= look_of(test);
	}
}

void
psd_learn_call(struct psd_learn *learn, const char *call,
    const uint64_t args[PSD_CALL_ARGUMENTS])
{
	struct psd_learn_seen seen = { .text = call };
	unsigned looks[PSD_CALL_ARGUMENTS] = { 0 };

	look_at_rules(call, args, looks);
	for (size_t i = 0; i < PSD_CALL_ARGUMENTS; i++) {
		if (looks[i] == 0)
			continue;
		seen.args[i] =
		    (looks[i] & LOOK_WHOLE) != 0 ? args[i] : (uint32_t)args[i];
		if ((looks[i] & LOOK_VALUE) == 0)
			seen.args[i] = seen.args[i] != 0;
	}
	note(learn, &learn->calls, &seen);
}

void
psd_learn_file(struct psd_learn *learn, const char *path, uint32_t uses)
{
	struct psd_learn_seen seen = { .text = path, .uses = uses };

	if (strlen(path) <= PSD_PATH_MAX &&
	    psd_path_is_normal(path, strlen(path)))
		note(learn, &learn->files, &seen);
}

void
psd_learn_socket(struct psd_learn *learn, const char *line)
{
	struct psd_learn_seen seen = { .text = line };

	note(learn, &learn->sockets, &seen);
}

bool
psd_learn_add_runs(struct psd_learn *learn, uint64_t runs, const char *program,
    const char *words)
{
	if (learn->program == NULL) {
		learn->program = copy(learn, program);
		learn->words = words == NULL ? NULL : copy(learn, words);
	} else if (strcmp(learn->program, program) != 0) {
		return false;
	} else if (learn->words != NULL &&
	    (words == NULL || strcmp(learn->words, words) != 0)) {
		learn->words = NULL;
	}
	learn->runs += runs;
	return true;
}

/* Words that are too long to be told again are as those that differ. */
void
psd_learn_run(struct psd_learn *learn, char *const *argv)
{
	char words[WORDS_MAX + 1] = "";
	size_t len = 0;

	for (size_t i = 2;
	     argv[1] != NULL && argv[i] != NULL && len < WORDS_MAX; i++) {
		if (i > 2)
			words[len++] = ' ';
		len +=
		    psd_words_print(words + len, sizeof(words) - len, argv[i]);
	}
	(void)psd_learn_add_runs(learn, 1, argv[0],
	    len < WORDS_MAX - PIECE_MAX ? words : NULL);
}

void
psd_learn_cost(struct psd_learn *learn, uint64_t memory_bytes,
    uint64_t cpu_usec)
{
	if (learn->memory < memory_bytes)
		learn->memory = memory_bytes;
	if (learn->cpu < cpu_usec)
		learn->cpu = cpu_usec;
}
