/* SPDX-License-Identifier: ISC */
#include "policy/explain_view.h"

#include "common/print.h"
#include "policy/ports.h"
#include "policy/reach.h"
#include "policy/view.h"

#include <stdio.h>
#include <string.h>

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

static const char too_much[] =
    "# no line can allow it: the whole file system cannot be shown";
static const char no_proc[] = "# no line can allow it: /proc is not shown";

/* Is it dir, or in there? */
static bool
is_within(const struct psd_str *path, const char *dir)
{
	const size_t len = strlen(dir);

	return path->len >= len && memcmp(path->at, dir, len) == 0 &&
	    (path->len == len || path->at[len] == '/');
}

void
psd_explain_view_tree(const struct psd_open_req *req, char *ret, size_t size)
{
	const bool makes = (req->access & PSD_ACCESS_CREATE) != 0;

	if (req->path.len <= 1)
		(void)snprintf(ret, size, "%s", too_much);
	else if (is_within(&req->path, "/proc"))
		(void)snprintf(ret, size, "%s", no_proc);
	else
		psd_policy_suggest_path(ret, size,
		    makes ? "AllowOpen=read,write,create " : "AllowOpen=read ",
		    &req->path, "/**");
}

/* A file is made in a directory. */
static void
suggest_parent(const struct psd_open_req *req, char *ret, size_t size)
{
	struct psd_open_req parent = *req;

	while (parent.path.len > 0 && parent.path.at[--parent.path.len] != '/')
		continue;
	psd_explain_view_tree(&parent, ret, size);
}

void
psd_explain_view_line(const struct psd_open_req *req,
    const struct psd_policy *policy, char *ret, size_t size)
{
	struct psd_open_req wanted = *req;

	if (is_within(&req->path, "/proc")) {
		(void)snprintf(ret, size, "%s", no_proc);
	} else if (is_within(&req->path, PSD_VIEW_TEMPORARY) &&
	    policy->temporary == NULL &&
	    (req->access & PSD_ACCESS_CREATE) != 0) {
		(void)snprintf(ret, size,
		    "TemporaryFileSystem=" PSD_VIEW_TEMPORARY ":size=64M");
	} else if ((req->access & PSD_ACCESS_CREATE) != 0) {
		suggest_parent(req, ret, size);
	} else {
		wanted.access = req->access == PSD_ACCESS_READ
		    ? PSD_ACCESS_READ
		    : PSD_ACCESS_READ | PSD_ACCESS_WRITE;
		psd_policy_suggest(ret, size, psd_op_find(PSD_OP_open),
		    &wanted);
	}
}

static enum psd_answer
refuse(const struct psd_policy *policy, const struct psd_open_req *req,
    const char *request, char *ret, size_t size)
{
	char line[PSD_TEXT_MAX + 1];

	psd_explain_view_line(req, policy, line, sizeof(line));
	(void)snprintf(ret, size,
	    "refused: %s\nby no line: the file view of %s.policy does not "
	    "show it so\nto allow: %s",
	    request, policy->name, line);
	return PSD_ANSWER_REFUSED;
}

/* The two requests have the same fields. */
static const struct psd_endpoint *
tcp_endpoint(const struct psd_op_row *row, const void *req)
{
	const struct psd_connect_req *connect = req;
	const struct psd_bind_req *bind = req;
	const bool is_bind = row->op == PSD_OP_bind;

	if ((is_bind ? bind->protocol : connect->protocol) != PSD_PROTOCOL_TCP)
		return NULL;
	return is_bind ? &bind->endpoint : &connect->endpoint;
}

static enum psd_answer
judge_port(const struct psd_policy *policy, const struct psd_op_row *row,
    const struct psd_endpoint *endpoint, const char *request, char *ret,
    size_t size)
{
	const struct psd_grant *grant =
	    psd_ports_cover(policy, row->op, endpoint);
	char key[32];

	psd_op_key(row, key, sizeof(key));
	if (grant == NULL)
		(void)snprintf(ret, size,
		    "refused: %s\nby no line: nothing in %s.policy covers "
		    "it\nto allow: Allow%s=tcp *:%u",
		    request, policy->name, key, endpoint->port);
	else
		(void)snprintf(ret, size,
		    "allowed: %s\nby Landlock, which compares the port and not "
		    "the address\nby %s:%u: %s",
		    request, grant->where.file, grant->where.line, grant->text);
	return grant != NULL ? PSD_ANSWER_ALLOWED : PSD_ANSWER_REFUSED;
}

static const char *
type_name(const struct psd_policy *policy)
{
	if (policy->type == PSD_TYPE_PROGRAM)
		return "program";
	return policy->type == PSD_TYPE_INETD ? "inetd" : "filter";
}

enum psd_answer
psd_explain_view(const struct psd_policy *policy, const struct psd_op_row *row,
    const void *req, char *ret, size_t size)
{
	const struct psd_open_req *open = req;
	const struct psd_endpoint *endpoint =
	    psd_ports_has(row->op) ? tcp_endpoint(row, req) : NULL;
	char request[REQUEST_SHOWN_MAX];
	const struct psd_word *word;

	psd_print_request(request, sizeof(request), row, req);
	if (endpoint != NULL)
		return judge_port(policy, row, endpoint, request, ret, size);
	if (row->op != PSD_OP_open) {
		(void)snprintf(ret, size,
		    "refused: %s\nby Type=%s: the program knows nothing of "
		    "privsepd and has no conversation",
		    request, type_name(policy));
		return PSD_ANSWER_REFUSED;
	}
	word = psd_view_find(&policy->view, &open->path, open->access);
	return word != NULL ? allow(policy, word, request, ret, size)
			    : refuse(policy, open, request, ret, size);
}
