/* SPDX-License-Identifier: ISC */
#ifndef PSD_WIDEN_LINE_H
#define PSD_WIDEN_LINE_H

#include "policy/policy.h"

/* One comparison under way; only policy/widen*.c know it. */
struct psd_widen {
	const struct psd_policy *older; /* NULL: a new service */
	const struct psd_policy *newer; /* NULL: one that is gone */
	void (*line)(void *cookie, char sign, const char *text);
	void *cookie;
};

/* One line of the report, at most PSD_TEXT_MAX bytes, cut beyond. */
void psd_widen_say(const struct psd_widen *widen, char sign, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Allow and Deny lines; older may be NULL. */
void psd_widen_grants(const struct psd_widen *widen);

/* Words as they are written, under the name of key. */
void psd_widen_words(const struct psd_widen *widen, const char *key,
    const struct psd_words *older, const struct psd_words *newer);

/* These want both policies. */
void psd_widen_listens(const struct psd_widen *widen);
void psd_widen_clients(const struct psd_widen *widen);
void psd_widen_calls(const struct psd_widen *widen);
void psd_widen_phases(const struct psd_widen *widen);
void psd_widen_environment(const struct psd_widen *widen);
void psd_widen_view(const struct psd_widen *widen);

/* Limits, rates, layers and all else that is one value. */
void psd_widen_values(const struct psd_widen *widen);

#endif
