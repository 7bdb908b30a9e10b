/* SPDX-License-Identifier: ISC */
#include "policy/explain.h"

#include "common/mem.h"
#include "common/print.h"
#include "common/text.h"
#include "policy/explain_view.h"
#include "policy/near.h"
#include "policy/request.h"
#include "policy/rights.h"
#include "policy/view.h"

#include <string.h>

/* Longer requests are cut in the text; a line for pasting never is. */
enum { REQUEST_SHOWN_MAX = 1024 };

/* Quotes what the asking side wrote, so that it cannot steer a terminal. */
static void
say_quoted(struct psd_text *answer, const char *text, size_t len)
{
	char shown[PSD_NAME_MAX + 1];

	psd_print_escaped(shown, sizeof(shown), text, len);
	psd_text_put(answer, "\"%s\"", shown);
}

static enum psd_answer
unknown_operation(struct psd_text *answer, const struct psd_str *operation)
{
	struct psd_near near = psd_near_to(operation->at);

	psd_text_put(answer, "no such operation: ");
	say_quoted(answer, operation->at, operation->len);
	for (size_t i = 0; i < psd_op_count; i++)
		psd_near_try(&near, psd_op_rows[i].name);
	if (psd_near_best(&near) != NULL) {
		psd_text_put(answer, "; did you mean %s?",
		    psd_near_best(&near));
		return PSD_ANSWER_UNCLEAR;
	}
	psd_text_put(answer, "; there are");
	for (size_t i = 0; i < psd_op_count; i++)
		psd_text_put(answer, "%s %s", i == 0 ? "" : ",",
		    psd_op_rows[i].name);
	return PSD_ANSWER_UNCLEAR;
}

static void
say_deciding_line(struct psd_text *answer, const struct psd_grant *grant)
{
	psd_text_put(answer, "\nby %s:%u: %s", grant->where.file,
	    grant->where.line, grant->text);
}

/* What no look at the words can know: the file itself. */
static void
say_conditions(struct psd_text *answer, const struct psd_grant *grant)
{
	if ((grant->modifiers & PSD_MODIFIER_OWNER) != 0)
		psd_text_put(answer,
		    "\nprovided that the file has the owner named");
	if ((grant->modifiers & PSD_MODIFIER_LINKS1) != 0)
		psd_text_put(answer,
		    "\nprovided that the file has one link only");
	if (grant->host != NULL && grant->reach != NULL)
		psd_text_put(answer,
		    "\nat those addresses of the name that it grants");
	if ((grant->modifiers & PSD_MODIFIER_ONCE) != 0)
		psd_text_put(answer, "\nonce in a conversation");
	if (grant->phase != NULL)
		psd_text_put(answer, "\nin the phase %s alone", grant->phase);
}

static const struct psd_grant *
find_grant(const struct psd_grants *grants, uint32_t index)
{
	for (size_t i = 0; i < grants->n; i++)
		if (grants->at[i].index == index)
			return &grants->at[i];
	return NULL;
}

/*
 * Judges the request by the Allow lines alone.  Leaves the verdict of no
 * grant when memory is short.
 */
static struct psd_verdict
check_without_denials(const struct psd_policy *policy,
    const struct psd_op_row *row, const void *req)
{
	const size_t i = (size_t)(row - psd_op_rows);
	struct psd_policy allowing = *policy;
	struct psd_verdict verdict = { .is_allowed = false };
	_cleanup_free_ struct psd_grants *rows =
	    calloc(psd_op_count, sizeof(*rows));
	_cleanup_free_ struct psd_grant *grants =
	    calloc(policy->grants[i].n, sizeof(*grants));

	if (rows == NULL || grants == NULL)
		return verdict;
	rows[i].at = grants;
	for (size_t k = 0; k < policy->grants[i].n; k++)
		if (!policy->grants[i].at[k].is_deny)
			grants[rows[i].n++] = policy->grants[i].at[k];
	allowing.grants = rows;
	verdict = psd_policy_check(&allowing, NULL, row, req);
	if (verdict.grant != NULL)
		verdict.grant =
		    find_grant(&policy->grants[i], verdict.grant->index);
	return verdict;
}

/* The line for pasting; rather none than one that was cut. */
static void
say_suggestion(struct psd_text *answer, const struct psd_op_row *row,
    const void *req)
{
	char line[PSD_TEXT_MAX + 1];

	psd_policy_suggest(line, sizeof(line), row, req);
	/* A comment says why there is no such line. */
	if (strncmp(line, "# ", 2) == 0) {
		psd_text_put(answer, "\n%s", line + 2);
		return;
	}
	if (strlen(line) + 1 >= sizeof(line) ||
	    strlen(line) + sizeof("\nto allow: ") > answer->size - answer->len)
		psd_text_put(answer, "\nto allow: a line too long to be shown");
	else
		psd_text_put(answer, "\nto allow: %s", line);
}

static void
say_denial(struct psd_text *answer, const struct psd_policy *policy,
    const struct psd_verdict *verdict, const struct psd_op_row *row,
    const void *req)
{
	const struct psd_verdict without =
	    check_without_denials(policy, row, req);

	say_deciding_line(answer, verdict->grant);
	psd_text_put(answer,
	    "\nto allow: take that line back or narrow it, since Deny "
	    "wins over any Allow");
	if (!without.is_allowed) {
		psd_text_put(answer, "; and");
		say_suggestion(answer, row, req);
	} else if (without.grant != NULL) {
		psd_text_put(answer, "; %s:%u would allow it then",
		    without.grant->where.file, without.grant->where.line);
	}
}

/* A file of a group is in the helper's sight: it opens that by itself. */
static void
say_view(struct psd_text *answer, const struct psd_policy *policy,
    const struct psd_op_row *row, const void *req)
{
	const struct psd_word *word;
	struct psd_str path;

	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end;
	     f++) {
		if (f->kind != PSD_KIND_path)
			continue;
		memcpy(&path, (const unsigned char *)req + f->offset,
		    sizeof(path));
		word = psd_view_find(&policy->view, &path, PSD_ACCESS_READ);
		if (word != NULL)
			psd_text_put(answer,
			    "\nbut %s is in the helper's sight, to read "
			    "without a request (%s:%u)",
			    word->text, word->where.file, word->where.line);
	}
}

static void
say_verdict(struct psd_text *answer, const struct psd_policy *policy,
    const struct psd_verdict *verdict, const struct psd_op_row *row,
    const void *req)
{
	char shown[REQUEST_SHOWN_MAX];

	psd_print_request(shown, sizeof(shown), row, req);
	psd_text_put(answer, "%s: %s",
	    verdict->is_allowed ? "allowed" : "refused", shown);
	if (verdict->is_allowed && verdict->grant == NULL) {
		psd_text_put(answer, "\nby no line: every helper may");
	} else if (verdict->is_allowed) {
		say_deciding_line(answer, verdict->grant);
		say_conditions(answer, verdict->grant);
	} else if (verdict->grant != NULL) {
		say_denial(answer, policy, verdict, row, req);
	} else if (verdict->idle != NULL) {
		psd_text_put(answer,
		    "\nby no line of this phase; in the phase %s it "
		    "is allowed by\n%s:%u: %s",
		    verdict->idle->phase, verdict->idle->where.file,
		    verdict->idle->where.line, verdict->idle->text);
	} else {
		psd_text_put(answer,
		    "\nby no line: nothing in %s.policy covers it",
		    policy->name);
		say_view(answer, policy, row, req);
		say_suggestion(answer, row, req);
	}
}

static enum psd_answer
unknown_phase(struct psd_text *answer, const struct psd_policy *policy,
    const char *phase)
{
	psd_text_put(answer, "no such phase: ");
	say_quoted(answer, phase, strlen(phase));
	psd_text_put(answer, "; there %s",
	    policy->phases.n == 0 ? "is none" : "are");
	for (size_t i = 0; i < policy->phases.n; i++)
		psd_text_put(answer, "%s %s", i == 0 ? "" : ",",
		    policy->phases.at[i].text);
	return PSD_ANSWER_UNCLEAR;
}

/* As a conversation would be judged that has just come to its phase. */
static enum psd_answer
judge(struct psd_text *answer, const struct psd_policy *policy,
    const char *phase, const struct psd_op_row *row, const void *req)
{
	struct psd_rights rights = { .used = NULL };
	struct psd_verdict verdict;

	if (psd_view_is_all(policy))
		return psd_explain_view(policy, row, req, answer->at,
		    answer->size);
	if (phase[0] != '\0' && psd_rights_init(&rights, policy) < 0) {
		psd_text_put(answer, "out of memory");
		return PSD_ANSWER_UNCLEAR;
	}
	if (phase[0] != '\0' &&
	    psd_rights_advance(&rights, policy, phase) < 0) {
		psd_rights_free(&rights);
		return unknown_phase(answer, policy, phase);
	}
	verdict = psd_policy_check(policy, phase[0] == '\0' ? NULL : &rights,
	    row, req);
	psd_rights_free(&rights);
	say_verdict(answer, policy, &verdict, row, req);
	return verdict.is_allowed ? PSD_ANSWER_ALLOWED : PSD_ANSWER_REFUSED;
}

enum psd_answer
psd_explain(const struct psd_policy *policy, const struct psd_str *operation,
    const struct psd_bytes *arguments, const char *phase, char *ret,
    size_t size)
{
	const struct psd_op_row *row =
	    psd_request_find(operation->at, operation->len);
	struct psd_text answer = { .at = ret, .size = size, .len = 0 };
	char wrong[REQUEST_SHOWN_MAX];
	union psd_any_req req;
	struct psd_explain_words words;

	if (row == NULL)
		return unknown_operation(&answer, operation);
	if (!psd_explain_unpack(arguments, &words)) {
		psd_text_put(&answer, "too many arguments for %s", row->name);
		return PSD_ANSWER_UNCLEAR;
	}
	if (psd_request_parse(row, words.at, words.n, &req, wrong,
		sizeof(wrong)) < 0) {
		psd_text_put(&answer, "%s", wrong);
		return PSD_ANSWER_UNCLEAR;
	}
	return judge(&answer, policy, phase, row, &req);
}
