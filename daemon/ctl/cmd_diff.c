/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/load.h"
#include "daemon/ctl/out.h"

#include "policy/widen.h"

#include <string.h>

/* What was told so far. */
struct changes {
	json_t *json; /* NULL: print them */
	bool widens;
};

static void
tell(void *cookie, char sign, const char *text)
{
	struct changes *changes = cookie;
	const char start[] = { sign, ' ', '\0' };

	changes->widens = changes->widens || sign == '+';
	if (changes->json == NULL) {
		psd_ctl_put(stdout, start);
		psd_ctl_put_line(stdout, text);
		return;
	}
	json_array_append_new(changes->json,
	    json_pack("{s:s#, s:o}", "sign", &sign, 1, "text",
		psd_ctl_json_text(text, strlen(text))));
}

static enum psd_ctl_exit
compare(const struct psd_ctl *ctl, const struct psd_policy *older,
    const struct psd_policy *newer)
{
	const bool is_strict = (ctl->given & PSD_CTL_TAKES_STRICT) != 0;
	struct changes changes = { .json = ctl->json ? json_array() : NULL };
	enum psd_ctl_exit status = PSD_CTL_DONE;

	psd_policy_compare(older, newer, tell, &changes);
	if (ctl->json)
		status = psd_ctl_print_json(json_pack("{s:b, s:o}", "widens",
		    changes.widens, "changes", changes.json));
	return is_strict && changes.widens ? PSD_CTL_FAILED : status;
}

/* The same words as those of a reload, for policies that nobody loads. */
enum psd_ctl_exit
psd_ctl_diff(struct psd_ctl *ctl)
{
	struct psd_policy *older = NULL, *newer = NULL;
	enum psd_ctl_exit status;

	status = psd_ctl_load(ctl, ctl->args[0], &older);
	if (status == PSD_CTL_DONE)
		status = psd_ctl_load(ctl, ctl->args[1], &newer);
	if (status == PSD_CTL_DONE)
		status = compare(ctl, older, newer);
	psd_policy_free(older);
	psd_policy_free(newer);
	return status;
}
