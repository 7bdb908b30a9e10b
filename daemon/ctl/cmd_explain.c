/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/ask.h"
#include "daemon/ctl/load.h"
#include "daemon/ctl/out.h"

#include "common/codec.h"
#include "policy/explain.h"

#include <string.h>

static json_t *
json_of_answer(const struct psd_ctl *ctl, bool is_allowed, const char *text)
{
	const char *policy = ctl->args[0];
	const char *operation = ctl->args[1];

	return json_pack("{s:o, s:o, s:b, s:o}", "policy",
	    psd_ctl_json_text(policy, strlen(policy)), "operation",
	    psd_ctl_json_text(operation, strlen(operation)), "allowed",
	    is_allowed, "explanation", psd_ctl_json_lines(text, strlen(text)));
}

/* The same exit status wherever the answer comes from. */
static enum psd_ctl_exit
print_answer(const struct psd_ctl *ctl, uint32_t answer, const char *text)
{
	const bool is_allowed = answer == PSD_ANSWER_ALLOWED;
	enum psd_ctl_exit status = PSD_CTL_DONE;

	if (!is_allowed && answer != PSD_ANSWER_REFUSED) {
		psd_ctl_complain("%s", text);
		return PSD_CTL_USAGE;
	}
	if (ctl->json)
		status =
		    psd_ctl_print_json(json_of_answer(ctl, is_allowed, text));
	else
		psd_ctl_put_line(stdout, text);
	return is_allowed || status != PSD_CTL_DONE ? status : PSD_CTL_DENIED;
}

static const char *
phase_of(const struct psd_ctl *ctl)
{
	return ctl->phase == NULL ? "" : ctl->phase;
}

static enum psd_ctl_exit
explain_file(struct psd_ctl *ctl, const struct psd_bytes *arguments)
{
	const struct psd_str operation = psd_str_of(ctl->args[1]);
	char text[PSD_TEXT_MAX + 1];
	struct psd_policy *policy;
	enum psd_ctl_exit status;
	enum psd_answer answer;

	status = psd_ctl_load(ctl, ctl->args[0], &policy);
	if (status != PSD_CTL_DONE)
		return status;
	answer = psd_explain(policy, &operation, arguments, phase_of(ctl), text,
	    sizeof(text));
	psd_policy_free(policy);
	return print_answer(ctl, answer, text);
}

static enum psd_ctl_exit
explain_service(struct psd_ctl *ctl, const struct psd_bytes *arguments)
{
	struct psd_ctl_explain_req req = {
		.service = psd_str_of(ctl->args[0]),
		.operation = psd_str_of(ctl->args[1]),
		.arguments = *arguments,
		.phase = psd_str_of(phase_of(ctl)),
	};
	struct psd_ctl_explain_rep rep;
	char what[PSD_NAME_MAX + 32];
	enum psd_ctl_exit status;

	snprintf(what, sizeof(what), "service %s", ctl->args[0]);
	status = psd_ctl_ask(ctl, PSD_OP_ctl_explain, what, &req, &rep);
	return status != PSD_CTL_DONE
	    ? status
	    : print_answer(ctl, rep.allowed, rep.explanation.at);
}

enum psd_ctl_exit
psd_ctl_explain(struct psd_ctl *ctl)
{
	unsigned char packed[PSD_BYTES_MAX];
	struct psd_bytes arguments;

	if (psd_explain_pack(ctl->args + 2, ctl->n_args - 2, packed,
		sizeof(packed), &arguments) < 0) {
		psd_ctl_complain("too many arguments, or too long ones");
		return PSD_CTL_USAGE;
	}
	if (psd_ctl_is_file(ctl->args[0]))
		return explain_file(ctl, &arguments);
	return explain_service(ctl, &arguments);
}
