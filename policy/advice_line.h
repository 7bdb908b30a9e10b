/* SPDX-License-Identifier: ISC */
#ifndef PSD_ADVICE_LINE_H
#define PSD_ADVICE_LINE_H

#include "policy/contain.h"
#include "policy/policy.h"

/* How much of a line, and of its file's name, is repeated in messages. */
enum { PSD_ADVICE_TEXT_MAX = 160, PSD_ADVICE_FILE_MAX = 240 };

/* Advice on one policy; only policy/advice*.c know it. */
struct psd_advice {
	const struct psd_policy *policy;
	const char *const *dirs;
	struct psd_diag *diag;
	const struct psd_op_row *row; /* whose lines are being looked at */
	const struct psd_grants *grants;
	/*
	 * How many more steps of comparing may be done.  At 0 all further
	 * questions are answered so that nothing is said.
	 */
	uint64_t work;
	unsigned told;
	unsigned left_out; /* not told: there were too many */
};

/* Warns of a line; the message goes on after its text. */
void psd_advice_say(struct psd_advice *advice, const struct psd_grant *grant,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A line for messages, "AllowOpen=read /a (FILE:LINE)". */
struct psd_advice_name {
	char text[PSD_ADVICE_TEXT_MAX + PSD_ADVICE_FILE_MAX + 32];
};
struct psd_advice_name psd_advice_name(const struct psd_grant *grant);

/* psd_contain_next(), and NULL when too much was looked at already. */
const struct psd_grant *psd_advice_next(struct psd_advice *advice,
    struct psd_contain_look *look);

/*
 * May these patterns be compared with each other?  No when there was too much
 * to compare already.  Either may be NULL.
 */
bool psd_advice_afford(struct psd_advice *advice, const char *glob,
    const char *other);

/* Does the line's pattern certainly contain glob? */
bool psd_advice_contains(struct psd_advice *advice,
    const struct psd_grant *grant, const char *glob);

/* What a request needs, if it is to open anything. */
enum {
	PSD_ADVICE_WRITES = PSD_ACCESS_WRITE | PSD_ACCESS_APPEND,
	PSD_ADVICE_OPENS = PSD_ACCESS_READ | PSD_ADVICE_WRITES,
};

/* Warns of a line that does nothing; true when it did. */
bool psd_advice_on_idle(struct psd_advice *advice,
    const struct psd_grant *grant);

/* Warns of an Allow line that reaches what it had better not. */
void psd_advice_on_reach(struct psd_advice *advice,
    const struct psd_grant *grant);

/* Warns of an AllowRename= line that gets around another operation's Deny. */
void psd_advice_on_rename(struct psd_advice *advice,
    const struct psd_grant *grant);

#endif
