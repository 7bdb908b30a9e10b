/* SPDX-License-Identifier: ISC */
#ifndef PSD_LEARN_H
#define PSD_LEARN_H

#include "policy/policy.h"

#include <stdio.h>

/*
 * What runs of a program were seen to do, and the policy that lets it do that
 * and no more than is needed to say so.  Nothing here looks at the system but
 * through struct psd_learn_system.
 */
struct psd_learn;

/* NULL: out of memory. */
struct psd_learn *psd_learn_new(void);
void psd_learn_free(struct psd_learn *learn);

/* What was done with a path.  Only what succeeded is to be told. */
enum psd_learn_use {
	PSD_LEARN_LOOK = 1 << 0,   /* stat() and its kin, of a file */
	PSD_LEARN_READ = 1 << 1,   /* opened to read */
	PSD_LEARN_LIST = 1 << 2,   /* a directory, opened */
	PSD_LEARN_WRITE = 1 << 3,  /* opened to write, and was there before */
	PSD_LEARN_CREATE = 1 << 4, /* opened to write, and made by that */
	PSD_LEARN_CHANGE = 1 << 5, /* made, removed or renamed otherwise */
	PSD_LEARN_EXEC = 1 << 6,   /* started; not the program itself */
	PSD_LEARN_MAP = 1 << 8,    /* mapped as code */
	PSD_LEARN_SPECIAL = 1
	    << 7, /* besides: neither a regular file nor a directory, nor a
		     device that can be shown */
};

/*
 * Tells of one call with its registers, of a path, which is passed over unless
 * it is normal (policy/path.h), and of the line that would let a helper do what
 * was done with a socket, "AllowConnect=tcp 127.0.0.1:80".  What there is no memory for is
 * remembered: see psd_learn_is_short().
 */
void psd_learn_call(struct psd_learn *learn, const char *call,
    const uint64_t args[6]);
void psd_learn_file(struct psd_learn *learn, const char *path, uint32_t uses);
void psd_learn_socket(struct psd_learn *learn, const char *line);

/* The whole of one run: the program's absolute path, and its words. */
void psd_learn_run(struct psd_learn *learn, char *const *argv);
void psd_learn_cost(struct psd_learn *learn, uint64_t memory_bytes,
    uint64_t cpu_usec);

/* Was anything learned of this program?  Then of no other. */
bool psd_learn_is_of(const struct psd_learn *learn, const char *program);

/* More was seen than is kept: no policy can be made of it. */
bool psd_learn_is_short(const struct psd_learn *learn);

/*
 * Reads what psd_learn_record() wrote, on its own or at the end of a learned
 * policy, and adds it.  False, with an error in diag, when the file has none,
 * or of another program.
 */
bool psd_learn_read(struct psd_learn *learn, const char *file, const char *text,
    struct psd_diag *diag);

/* Writes what was seen as the section [X-Learned], which policies may have. */
void psd_learn_record(const struct psd_learn *learn, FILE *stream);

/* What there is of a path. */
enum psd_learn_there {
	PSD_LEARN_GONE,
	PSD_LEARN_ANYBODYS,
	PSD_LEARN_OWNERS, /* and none that a program with another uid may use
			     as it was used */
};

/* What is said of a line. */
enum psd_learn_word {
	PSD_LEARN_WITHHELD, /* it is not granted */
	PSD_LEARN_WEAK,     /* it is, and weakens the policy */
	PSD_LEARN_HINT,     /* it is, and does not do by itself */
};

/* What has to be asked about files when a policy is written. */
struct psd_learn_system {
	/* writes: it was used to write to, or to make something in. */
	enum psd_learn_there (
	    *look)(void *cookie, const char *path, bool writes);
	/*
	 * The path that the first symbolic link in path leads to, without "."
	 * and ".."; false when there is no link in it.  ret has PSD_PATH_MAX +
	 * 1 bytes.
	 */
	bool (*hop)(void *cookie, const char *path, char *ret);
	/* Something that a reader of the policy has to know. */
	void (*tell)(void *cookie, enum psd_learn_word word, const char *line,
	    const char *reason);
	void *cookie;
};

/* The real one; cookie and tell are to be set. */
extern const struct psd_learn_system psd_learn_real;

/*
 * Writes the policy, the record behind it.  type is PSD_TYPE_FILTER or
 * PSD_TYPE_INETD; there was a run.  False: out of memory.
 */
bool psd_learn_write(const struct psd_learn *learn, enum psd_type type,
    const struct psd_learn_system *system, FILE *stream);

/*
 * Need nothing be told of this call, since every such policy lets it pass
 * whatever its arguments, and no path is among these?
 */
bool psd_learn_is_idle(const char *call);

#endif
