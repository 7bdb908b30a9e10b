/* SPDX-License-Identifier: ISC */
#ifndef PSD_CONFIG_KEEP_H
#define PSD_CONFIG_KEEP_H

#include "policy/policy.h"
#include "policy/syntax.h"

/*
 * What a setting names is added to words, which several lines do, and an empty
 * value takes away again.  A word that is not good is an error, "KEY= takes
 * WHAT; got ...".
 */
void psd_config_keep(struct psd_words *words, const struct psd_setting *setting,
    bool (*is_good)(const char *word), const char *what, struct psd_diag *diag);
void psd_config_keep_free(struct psd_words *words);

/* Is this the name of a capability, of a system call? */
bool psd_config_is_capability(const char *word);
bool psd_config_is_call(const char *word);

#endif
