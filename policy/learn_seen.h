/* SPDX-License-Identifier: ISC */
#ifndef PSD_LEARN_SEEN_H
#define PSD_LEARN_SEEN_H

#include "policy/arena.h"
#include "policy/callgroup.h"
#include "policy/glob.h"
#include "policy/learn.h"

/* What was seen, as policy/learn*.c have it; nobody else knows it. */

enum { PSD_LEARN_SEEN_MAX = 32768 };

/* Uses that change something. */
enum {
	PSD_LEARN_CHANGES =
	    PSD_LEARN_WRITE | PSD_LEARN_CREATE | PSD_LEARN_CHANGE,
};

/* How often, and in how many runs. */
struct psd_learn_count {
	uint64_t n;
	uint64_t runs;
};

struct psd_learn_seen {
	struct psd_learn_count count;
	const char *text; /* a call's name, a path, or a line */
	uint32_t uses;    /* of a path, PSD_LEARN_* */
	/* Of a call, what some rule looks at; everything else is 0. */
	uint64_t args[PSD_CALL_ARGUMENTS];
};

/* In order of their texts. */
struct psd_learn_table {
	struct psd_learn_seen *at;
	size_t n;
};

struct psd_learn {
	struct psd_arena *arena;
	struct psd_learn_table calls, files, sockets;
	uint64_t runs;
	uint64_t memory;     /* bytes, of the largest process */
	uint64_t cpu;        /* microseconds, of the longest run */
	const char *program; /* its path; NULL: no run yet */
	const char *words;   /* what followed it, as ExecStart= has it; NULL:
				not always the same */
	bool is_short;
};

/* How the record begins, which readers of policies pass over. */
#define PSD_LEARN_SECTION "\n[X-Learned]\n"

/* The words of uses there; NULL ends it. */
struct psd_learn_use_word {
	const char *word;
	uint32_t use;
};
extern const struct psd_learn_use_word psd_learn_use_words[];

/* Adds to the entry that is there, or a copy.  The counts are summed up. */
void psd_learn_add(struct psd_learn *learn, struct psd_learn_table *table,
    const struct psd_learn_seen *seen);

/*
 * So many runs of a program more.  False when those before were another's.
 * words are those of ExecStart= behind it; NULL: not always the same.
 */
bool psd_learn_add_runs(struct psd_learn *learn, uint64_t runs,
    const char *program, const char *words);

/* The whole of several entries; of the runs, the most of any. */
void psd_learn_sum(struct psd_learn_count *sum,
    const struct psd_learn_count *count);

/* psd_words_print() of a line of a policy always fits. */
enum { PSD_LEARN_WORD_MAX = 4 * PSD_GLOB_MAX + 3 };

/* Why calls and lines about sockets are not granted. */
#define PSD_LEARN_NO_NETWORK \
	"a program that makes its sockets itself can be let use TCP ports, " \
	"from 1024 on to bind to, and nothing else"

/* A policy being written. */
struct psd_learn_page {
	const struct psd_learn *learn;
	const struct psd_learn_system *system;
	FILE *stream;
	enum psd_type type;
	bool has_temporary; /* TemporaryFileSystem= */
	bool is_writable;   /* a line lets something be written */
	bool has_network;   /* AllowConnect= or AllowBind= */
	bool binds;         /* AllowBind= */
	size_t n_shown;     /* lines of AllowOpen= with paths */
};

/* A line with the count above it. */
void psd_learn_put(const struct psd_learn_page *page, const char *line,
    const struct psd_learn_count *count);

/* The same, with a word that is told, too; not granted, it is a comment. */
void psd_learn_put_word(const struct psd_learn_page *page,
    enum psd_learn_word word, const char *line,
    const struct psd_learn_count *count, const char *reason);
void psd_learn_withhold(const struct psd_learn_page *page, const char *line,
    const struct psd_learn_count *count, const char *reason);

/* The parts of a policy; false: out of memory. */
bool psd_learn_put_calls(const struct psd_learn_page *page);
bool psd_learn_put_files(struct psd_learn_page *page);
void psd_learn_put_sockets(struct psd_learn_page *page);

/*
 * Why path, or what a link in it leads to, is not to be granted for these
 * uses; NULL when nothing speaks against it.
 */
const char *psd_learn_secret(const struct psd_learn_system *system,
    const char *path, uint32_t uses);

/* May all beneath dir be shown?  Not what is too much, or has a secret. */
bool psd_learn_may_show_all(const struct psd_learn_system *system,
    const char *dir, uint32_t uses);

/* Is path dir, or beneath it? */
bool psd_learn_is_beneath(const char *path, const char *dir);

#endif
