/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "common/stream.h"
#include "policy/learn_seen.h"
#include "policy/view.h"
#include "policy/words.h"

#include <inttypes.h>
#include <string.h>

enum {
	MIB = 1024 * 1024,
	USEC_PER_SEC = 1000000,
	/* How much more than was seen is allowed. */
	MEMORY_FACTOR = 4,
	CPU_FACTOR = 10,
	MEMORY_MIN = 64, /* MiB */
	CPU_MIN = 10,    /* s */
};

static void
put_count(const struct psd_learn_page *page,
    const struct psd_learn_count *count)
{
	if (count->n == 0)
		(void)fputs("# not counted\n", page->stream);
	else
		(void)fprintf(page->stream,
		    "# seen %" PRIu64 " time%s in %" PRIu64 " run%s\n",
		    count->n, count->n == 1 ? "" : "s", count->runs,
		    count->runs == 1 ? "" : "s");
}

void
psd_learn_put(const struct psd_learn_page *page, const char *line,
    const struct psd_learn_count *count)
{
	put_count(page, count);
	(void)fprintf(page->stream, "%s\n", line);
}

void
psd_learn_put_word(const struct psd_learn_page *page, enum psd_learn_word word,
    const char *line, const struct psd_learn_count *count, const char *reason)
{
	static const char *const words[] = {
		[PSD_LEARN_WITHHELD] = "Not granted",
		[PSD_LEARN_WEAK] = "A weakness",
		[PSD_LEARN_HINT] = "Not enough",
	};

	put_count(page, count);
	(void)fprintf(page->stream, "# %s: %s.\n%s%s\n", words[word], reason,
	    word == PSD_LEARN_WITHHELD ? "#" : "", line);
	page->system->tell(page->system->cookie, word, line, reason);
}

void
psd_learn_withhold(const struct psd_learn_page *page, const char *line,
    const struct psd_learn_count *count, const char *reason)
{
	psd_learn_put_word(page, PSD_LEARN_WITHHELD, line, count, reason);
}

/* The least power of two that is enough, from 64M on. */
static void
put_memory(const struct psd_learn_page *page)
{
	const uint64_t seen = page->learn->memory / MIB + 1;
	uint64_t limit = MEMORY_MIN;

	if (page->learn->memory == 0)
		return;
	while (limit < seen * MEMORY_FACTOR)
		limit *= 2;
	(void)fprintf(page->stream,
	    "# a process had %" PRIu64 " MiB at most\nLimitAS=%" PRIu64 "M\n",
	    seen, limit);
}

/*
 * A program that computes when its input has ended is overdue no sooner than it
 * has used up its time.
 */
static void
put_time(const struct psd_learn_page *page)
{
	const uint64_t seen = page->learn->cpu;
	uint64_t limit = CPU_MIN;

	while (limit * USEC_PER_SEC < seen * CPU_FACTOR)
		limit *= 2;
	(void)fprintf(page->stream,
	    "# a run took %" PRIu64 " ms of a processor at most\n"
	    "LimitCPU=%" PRIu64 "s\n",
	    seen / 1000, limit);
	if (limit > CPU_MIN)
		(void)fprintf(page->stream, "TimeoutStopSec=%" PRIu64 "s\n",
		    limit);
}

static void
put_program(const struct psd_learn_page *page)
{
	const struct psd_learn *learn = page->learn;
	char word[PSD_LEARN_WORD_MAX + 1];

	(void)psd_words_print(word, sizeof(word), learn->program);
	if (learn->words == NULL)
		(void)fputs("# run with other words each time: say them, or "
			    "name the program to privsepctl run\n",
		    page->stream);
	(void)fprintf(page->stream, "ExecStart=%s%s%s\n", word,
	    learn->words == NULL || *learn->words == '\0' ? "" : " ",
	    learn->words == NULL ? "" : learn->words);
}

/* Where clients come from is nothing that can be seen of a program. */
static void
put_listener(const struct psd_learn_page *page)
{
	const char *name = strrchr(page->learn->program, '/') + 1;
	char path[PSD_PATH_MAX + 1], word[PSD_LEARN_WORD_MAX + 1];

	(void)snprintf(path, sizeof(path), "/run/%s.sock", name);
	(void)psd_words_print(word, sizeof(word), path);
	(void)fprintf(page->stream,
	    "# Not learned: say here, or in a drop-in, where clients come "
	    "from.\nListenStream=%s\n",
	    word);
}

static bool
needs_temporary(const struct psd_learn *learn, struct psd_learn_count *sum)
{
	for (size_t i = 0; i < learn->files.n; i++) {
		const struct psd_learn_seen *file = &learn->files.at[i];

		if ((file->uses & (PSD_LEARN_CREATE | PSD_LEARN_CHANGE)) != 0 &&
		    psd_learn_is_beneath(file->text, PSD_VIEW_TEMPORARY))
			psd_learn_sum(sum, &file->count);
	}
	return sum->n > 0;
}

static void
put_helper(const struct psd_learn_page *page,
    const struct psd_learn_count *temporary)
{
	(void)fprintf(page->stream, "[Helper]\nType=%s\n",
	    page->type == PSD_TYPE_INETD ? "inetd" : "filter");
	put_program(page);
	if (page->type == PSD_TYPE_INETD)
		put_listener(page);
	put_memory(page);
	put_time(page);
	if (page->has_temporary)
		psd_learn_put(page,
		    "TemporaryFileSystem=" PSD_VIEW_TEMPORARY ":size=64M",
		    temporary);
}

/* Which calls need naming depends on the other lines, which come first here. */
static bool
put_policy(struct psd_learn_page *page)
{
	FILE *stream = page->stream;
	_cleanup_free_ char *text = NULL;
	struct psd_stream lines;
	bool is_good;

	page->stream = psd_stream_open(&lines);
	if (page->stream == NULL)
		return false;
	is_good = psd_learn_put_files(page);
	psd_learn_put_sockets(page);
	if (fclose(page->stream) != 0)
		is_good = false;
	text = lines.text;
	page->stream = stream;
	(void)fputs("\n[Policy]\n", stream);
	if (!is_good || lines.is_short || !psd_learn_put_calls(page))
		return false;
	(void)fputs(text != NULL ? text : "", stream);
	return true;
}

bool
psd_learn_write(const struct psd_learn *learn, enum psd_type type,
    const struct psd_learn_system *system, FILE *stream)
{
	struct psd_learn_count temporary = { 0, 0 };
	struct psd_learn_page page = {
		.learn = learn,
		.system = system,
		.stream = stream,
		.type = type,
		.has_temporary = needs_temporary(learn, &temporary),
	};

	(void)fprintf(stream,
	    "# Learned by privsepctl from %" PRIu64 " run%s.  Read it before "
	    "it is relied upon:\n# it lets the program do what was seen, "
	    "whoever had it do so.\n",
	    learn->runs, learn->runs == 1 ? "" : "s");
	put_helper(&page, &temporary);
	if (!put_policy(&page))
		return false;
	psd_learn_record(learn, stream);
	return true;
}
