/* SPDX-License-Identifier: ISC */
#include "policy/grant_word.h"

#include "common/print.h"
#include "policy/domain.h"
#include "policy/glob.h"
#include "policy/label.h"
#include "policy/setting.h"

#include <string.h>

/*
 * An Allow line means what it says.  A Deny line's "write" is every way to
 * write, so that nobody gets around it by appending, creating or truncating.
 */
const char *
psd_grant_access(const char *word, struct psd_grant *grant)
{
	uint32_t access;

	if (strcmp(word, "any") == 0) {
		grant->access = PSD_ACCESS_ALL;
		return NULL;
	}
	if (psd_parse_access(word, &access) < 0)
		return word[0] == '/' || word[0] == '-'
		    ? "what may be done stands before the path"
		    : "none of read, write, append, create, truncate (joined "
		      "by commas) or any";
	if ((access & PSD_ACCESS_EXCLUSIVE) != 0)
		return "leave exclusive out, create covers it";
	if ((access & PSD_ACCESS_CREATE) != 0)
		access |= PSD_ACCESS_EXCLUSIVE;
	if (grant->is_deny && (access & PSD_ACCESS_WRITE) != 0)
		access |= PSD_ACCESS_APPEND | PSD_ACCESS_CREATE |
		    PSD_ACCESS_EXCLUSIVE | PSD_ACCESS_TRUNCATE;
	grant->access = access;
	return NULL;
}

const char *
psd_grant_path(struct psd_build *build, const char *word,
    struct psd_grant *grant)
{
	const char *wrong;

	grant->may_be_missing = word[0] == '-';
	if (grant->may_be_missing)
		word++;
	wrong = psd_glob_wrong(word);
	if (wrong != NULL)
		return wrong;
	grant->glob = psd_build_copy(build, word);
	if (grant->glob != NULL)
		grant->dir_len = psd_glob_directory_len(grant->glob);
	return NULL;
}

const char *
psd_grant_setting(struct psd_build *build, const char *word,
    struct psd_grant *grant)
{
	char pattern[PSD_SETTING_MAX + 1];
	const char *wrong = psd_setting_pattern(word, pattern);

	if (wrong == NULL)
		grant->setting = psd_build_copy(build, pattern);
	return wrong;
}

const char *
psd_grant_label(struct psd_build *build, const char *word,
    struct psd_grant *grant)
{
	const char *wrong = psd_label_wrong(word);

	if (wrong == NULL)
		grant->labels = psd_build_copy(build, word);
	return wrong;
}

const char *
psd_grant_host(struct psd_build *build, const char *word,
    struct psd_grant *grant)
{
	char pattern[PSD_DOMAIN_SIZE];
	const char *wrong = psd_domain_pattern(word, pattern);

	if (wrong == NULL)
		grant->host = psd_build_copy(build, pattern);
	return wrong;
}
