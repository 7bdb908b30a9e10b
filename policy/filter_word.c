/* SPDX-License-Identifier: ISC */
#include "policy/filter.h"

#include "common/arch.h"
#include "policy/callgroup.h"
#include "policy/callname.h"

#include <ctype.h>
#include <string.h>

enum { GROUP_NAMES_MAX = 512 };

static bool
check_group(const char *word, const struct psd_where *where,
    struct psd_diag *diag)
{
	const enum psd_call_group_id group = psd_call_group_find(word);
	char names[GROUP_NAMES_MAX];

	if (group != PSD_CALLS_single)
		return true;
	psd_call_group_names(names, sizeof(names));
	psd_diag_error(diag, where,
	    "SystemCallFilter=: there is no group \"%s\"; the groups are: %s",
	    word, names);
	return false;
}

static bool
refuse_unknown(const char *word, const struct psd_where *where,
    struct psd_diag *diag)
{
	char nearest[PSD_CALL_NAME_MAX + 1];

	if (psd_call_nearest(word, nearest) == 0)
		psd_diag_error(diag, where,
		    "SystemCallFilter=: no system call is named \"%s\"; the "
		    "nearest is \"%s\"",
		    word, nearest);
	else
		psd_diag_error(diag, where,
		    "SystemCallFilter=: no system call is named \"%s\"; write "
		    "a name as \"openat\", or a group as \"@helper\"",
		    word);
	return false;
}

/* The call exists; say what else there is to know. */
static void
warn_of_call(const char *word, const struct psd_where *where,
    struct psd_diag *diag)
{
	const char *reason = psd_call_danger(word);

	if (psd_call_number(PSD_AUDIT_ARCH, word) == PSD_CALL_ELSEWHERE)
		psd_diag_warning(diag, where,
		    "SystemCallFilter=%s has no effect: this architecture has "
		    "no such call",
		    word);
	else if (reason != NULL)
		psd_diag_warning(diag, where,
		    "SystemCallFilter=%s weakens the policy: %s", word, reason);
	else if (psd_call_is_ruled(word))
		psd_diag_warning(diag, where,
		    "SystemCallFilter=%s weakens the policy: it lets pass "
		    "what the argument rules of the groups hold back",
		    word);
}

static bool
refuse(const char *word, const struct psd_where *where, struct psd_diag *diag,
    const char *why)
{
	psd_diag_error(diag, where, "SystemCallFilter=: \"%s\": %s", word, why);
	return false;
}

bool
psd_filter_check_word(const char *word, const struct psd_where *where,
    struct psd_diag *diag)
{
	if (word[0] == '@')
		return check_group(word, where, diag);
	if (word[0] == '~')
		return refuse(word, where, diag,
		    "it lists what is allowed, everything else is refused; "
		    "name the calls that are needed, without \"~\"");
	if (isdigit((unsigned char)word[0]) || word[0] == '-')
		return refuse(word, where, diag,
		    "numbers differ between architectures; write the call's "
		    "name");
	if (strchr(word, ':') != NULL)
		return refuse(word, where, diag,
		    "a call cannot be given an errno of its own; "
		    "OnViolation=errno answers EPERM to all others");
	if (psd_call_number(PSD_AUDIT_ARCH, word) == PSD_CALL_UNKNOWN)
		return refuse_unknown(word, where, diag);
	warn_of_call(word, where, diag);
	return true;
}
