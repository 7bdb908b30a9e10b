/* SPDX-License-Identifier: ISC */
#include "common/endpoint.h"
#include "common/print.h"
#include "common/text.h"
#include "policy/distance.h"
#include "policy/glob.h"
#include "policy/match.h"
#include "policy/setting.h"
#include "policy/words.h"

#include <stdio.h>
#include <string.h>

/* The pattern for path alone and what follows it, as a word of a policy. */
static void
put_path(struct psd_text *line, const struct psd_str *path, const char *more)
{
	char glob[PSD_GLOB_MAX + 1];
	size_t len;

	len = psd_glob_quote(path->at, path->len, glob);
	(void)snprintf(glob + len, sizeof(glob) - len, "%s", more);
	line->len +=
	    psd_words_print(line->at + line->len, line->size - line->len, glob);
}

/* Is what path has from at on one component? */
static bool
is_name(const struct psd_str *path, size_t at)
{
	return at < path->len && strchr(path->at + at, '/') == NULL;
}

/*
 * One pattern has to cover both: everything in the directory that they share,
 * which is more than was asked for, unless they are the same.
 */
static void
put_both_paths(struct psd_text *line, const struct psd_str *one,
    const struct psd_str *other)
{
	size_t len = 0, shared = 0;

	while (len < one->len && len < other->len &&
	    one->at[len] == other->at[len]) {
		len++;
		if (one->at[len - 1] == '/')
			shared = len;
	}
	if (len == one->len && len == other->len) {
		put_path(line, one, "");
		return;
	}
	/* Without the slash at its end, which what follows begins with. */
	put_path(line, &(const struct psd_str){ one->at, (uint32_t)shared - 1 },
	    is_name(one, shared) && is_name(other, shared) ? "/*" : "/**");
}

/* Creation covers "exclusive", which is no word of a policy. */
static void
put_access(struct psd_text *line, uint32_t access)
{
	char words[PSD_NAME_MAX + 1];

	if ((access & PSD_ACCESS_EXCLUSIVE) != 0)
		access = (access & ~(uint32_t)PSD_ACCESS_EXCLUSIVE) |
		    PSD_ACCESS_CREATE;
	psd_print_access(words, sizeof(words), access);
	psd_text_put(line, "%s", words);
}

/* A scope is left out: no line speaks of it. */
static void
put_net(struct psd_text *line, const struct psd_question *question)
{
	struct psd_endpoint endpoint = question->endpoint;
	char text[PSD_ENDPOINT_TEXT_MAX + 1];

	if (question->has_protocol)
		psd_text_put(line, "%s ",
		    psd_protocol_name(question->protocol));
	endpoint.scope = 0;
	psd_endpoint_print(text, sizeof(text), &endpoint);
	psd_text_put(line, "%s", text);
}

/* A question that cannot be asked says how far it got. */
static const char *
why_not(const struct psd_question *question)
{
	if (question->has_setting)
		return "a setting is named by its components, as in "
		       "net.ipv4.ip_forward";
	if (question->has_host)
		return "a host is named by labels of letters, digits, - and "
		       "_, and an address is no name";
	if (question->has_label && question->printed[0] == '\0')
		return "a name has letters, digits and _ - . : @ + $ ~ only";
	return "a path must be absolute, without empty components, \".\" and "
	       "\"..\"";
}

void
psd_policy_suggest_path(char *ret, size_t size, const char *words,
    const struct psd_str *path, const char *more)
{
	struct psd_text line = { .at = ret, .size = size };

	psd_text_put(&line, "%s", words);
	put_path(&line, path, more);
}

void
psd_policy_suggest(char *ret, size_t size, const struct psd_op_row *row,
    const void *req)
{
	struct psd_text line = { .at = ret, .size = size };
	struct psd_question question;
	char key[PSD_NAME_MAX + 1], max[PSD_DISTANCE_TEXT_MAX];

	psd_op_key(row, key, sizeof(key));
	if (row->is_free) {
		psd_text_put(&line, "# %s needs no line", row->name);
		return;
	}
	if (!psd_match_ask(row, req, &question)) {
		psd_text_put(&line, "# no line can allow it: %s",
		    why_not(&question));
		return;
	}
	psd_text_put(&line, "Allow%s=", key);
	if (question.has_access)
		put_access(&line, question.access);
	if (question.has_priority)
		psd_text_put(&line, "%s", psd_priority_name(question.priority));
	if (question.has_label)
		psd_text_put(&line, "%.*s", (int)question.label.len,
		    question.label.at);
	if (question.n_paths > 0) {
		psd_text_put(&line, "%s",
		    question.has_access || question.has_label ? " " : "");
		if (question.n_paths == 1)
			put_path(&line, &question.paths[0], "");
		else
			put_both_paths(&line, &question.paths[0],
			    &question.paths[1]);
	}
	if (question.has_endpoint) {
		psd_text_put(&line, "%s", question.has_label ? " " : "");
		put_net(&line, &question);
	}
	if (question.has_setting) {
		psd_setting_dot(question.setting);
		psd_text_put(&line, "%s", question.setting);
	}
	if (question.has_host) {
		psd_domain_dot(question.host);
		psd_text_put(&line, "%s%s%s",
		    question.has_port ? psd_protocol_name(question.protocol)
				      : "",
		    question.has_port ? " " : "", question.host);
	}
	if (question.has_port)
		psd_text_put(&line, ":%u", (unsigned)question.port);
	if (!question.has_access && !question.has_priority &&
	    !question.has_setting && !question.has_label &&
	    !question.has_host && !question.has_endpoint &&
	    question.n_paths == 0)
		psd_text_put(&line, "yes");
	if (question.has_distance) {
		psd_distance_print(question.distance, question.is_moving, max);
		psd_text_put(&line, "%s%s", max[0] == '\0' ? "" : " ", max);
	}
}
