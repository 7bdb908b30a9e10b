/* SPDX-License-Identifier: ISC */
#include "policy/explain_view.h"

#include "common/print.h"
#include "policy/view.h"

#include <stdio.h>

/* As in policy/explain.c. */
enum { REQUEST_SHOWN_MAX = 1024 };

static enum psd_answer
allow(const struct psd_policy *policy, const struct psd_word *word,
    const char *request, char *ret, size_t size)
{
	(void)snprintf(ret, size,
	    "allowed: %s\nby the file view of %s.policy, which shows %s\n"
	    "by %s:%u: %s=%s\nprovided that the file's mode lets the "
	    "program's user",
	    request, policy->name, word->text, word->where.file,
	    word->where.line,
	    word->is_temporary ? "TemporaryFileSystem" : "AllowOpen",
	    word->shown != NULL ? word->shown : "a file group");
	return PSD_ANSWER_ALLOWED;
}

/* The line to write, in the words that a view knows. */
static enum psd_answer
refuse(const struct psd_policy *policy, const struct psd_op_row *row,
    const struct psd_open_req *req, const char *request, char *ret, size_t size)
{
	struct psd_open_req wanted = *req;
	char line[PSD_TEXT_MAX + 1];

	if ((req->access & PSD_ACCESS_CREATE) != 0) {
		(void)snprintf(line, sizeof(line),
		    "AllowOpen=read,write,create with the file's directory "
		    "and /**");
	} else {
		wanted.access = req->access == PSD_ACCESS_READ
		    ? PSD_ACCESS_READ
		    : PSD_ACCESS_READ | PSD_ACCESS_WRITE;
		psd_policy_suggest(line, sizeof(line), row, &wanted);
	}
	(void)snprintf(ret, size,
	    "refused: %s\nby no line: the file view of %s.policy does not "
	    "show it so\nto allow: %s",
	    request, policy->name, line);
	return PSD_ANSWER_REFUSED;
}

enum psd_answer
psd_explain_view(const struct psd_policy *policy, const struct psd_op_row *row,
    const void *req, char *ret, size_t size)
{
	const struct psd_open_req *open = req;
	char request[REQUEST_SHOWN_MAX];
	const struct psd_word *word;

	psd_print_request(request, sizeof(request), row, req);
	if (row->op != PSD_OP_open) {
		(void)snprintf(ret, size,
		    "refused: %s\nby Type=%s: the program knows nothing of "
		    "privsepd and has no conversation",
		    request,
		    policy->type == PSD_TYPE_PROGRAM     ? "program"
			: policy->type == PSD_TYPE_INETD ? "inetd"
							 : "filter");
		return PSD_ANSWER_REFUSED;
	}
	word = psd_view_find(policy, &open->path, open->access);
	return word != NULL ? allow(policy, word, request, ret, size)
			    : refuse(policy, row, open, request, ret, size);
}
