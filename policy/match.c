/* SPDX-License-Identifier: ISC */
#include "policy/match.h"

#include "common/endpoint.h"
#include "policy/distance.h"
#include "policy/domain.h"
#include "policy/glob.h"
#include "policy/label.h"
#include "policy/reach.h"
#include "policy/setting.h"
#include "policy/site.h"

#include <string.h>

bool
psd_match_is_grantable(enum psd_kind kind)
{
	switch (kind) {
	case PSD_KIND_access:
	case PSD_KIND_priority:
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
	case PSD_KIND_permissions:
	case PSD_KIND_owner:
	case PSD_KIND_protocol:
	case PSD_KIND_endpoint:
		return true;
	case PSD_KIND_end:
	case PSD_KIND_number:
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_offset:
	case PSD_KIND_mode:
	case PSD_KIND_family:
	case PSD_KIND_operation:
	case PSD_KIND_name:
	case PSD_KIND_text:
	case PSD_KIND_bytes:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
	case PSD_KIND_fd:
	case PSD_KIND_fds:
		break;
	}
	return false;
}

static bool
ask_path(const struct psd_str *path, struct psd_question *question)
{
	if (question->n_paths == PSD_MATCH_PATHS_MAX || path->at == NULL ||
	    !psd_glob_can_cover(path->at, path->len))
		return false;
	question->paths[question->n_paths++] = *path;
	return true;
}

static bool
ask_setting(const struct psd_str *name, struct psd_question *question)
{
	if (question->has_setting)
		return false;
	question->has_setting = true;
	return psd_setting_name(name->at, name->len, question->setting);
}

static bool
ask_label(const struct psd_str *label, struct psd_question *question)
{
	if (question->has_label)
		return false;
	question->has_label = true;
	question->label = *label;
	return psd_label_is_valid(label->at, label->len);
}

/* Their values are told apart by how they are written in a line. */
static bool
ask_printed(enum psd_kind kind, const void *at, struct psd_question *question)
{
	uint64_t owner;
	uint32_t mode;

	if (question->has_label)
		return false;
	question->has_label = true;
	if (kind == PSD_KIND_owner) {
		memcpy(&owner, at, sizeof(owner));
		psd_print_owner(question->printed, sizeof(question->printed),
		    owner);
	} else {
		memcpy(&mode, at, sizeof(mode));
		psd_print_mode(question->printed, sizeof(question->printed),
		    mode);
	}
	question->label = (struct psd_str){ question->printed,
		(uint32_t)strlen(question->printed) };
	return kind == PSD_KIND_owner || psd_kind_is_valid(kind, mode);
}

static bool
ask_site(const struct psd_str *site, struct psd_question *question)
{
	if (question->has_host || question->has_port)
		return false;
	question->has_host = question->has_port = true;
	return psd_site_parse(site->at, site->len, question->host,
	    &question->port);
}

static bool
ask_host(const struct psd_str *name, struct psd_question *question)
{
	if (question->has_host)
		return false;
	question->has_host = true;
	return psd_domain_name(name->at, name->len, question->host);
}

static bool
ask_distance(enum psd_kind kind, const void *at, struct psd_question *question)
{
	int64_t value;

	memcpy(&value, at, sizeof(value));
	question->has_distance = true;
	question->is_moving = kind == PSD_KIND_moment;
	question->distance = psd_distance(kind, value);
	return true;
}

static bool
ask_endpoint(const void *at, struct psd_question *question)
{
	struct psd_endpoint endpoint;

	memcpy(&endpoint, at, sizeof(endpoint));
	if (question->has_endpoint || !psd_endpoint_is_valid(&endpoint))
		return false;
	question->has_endpoint = true;
	question->endpoint = psd_endpoint_plain(&endpoint);
	return true;
}

static bool
ask_field(enum psd_kind kind, const void *at, struct psd_question *question)
{
	struct psd_str text;

	if (kind == PSD_KIND_path) {
		memcpy(&text, at, sizeof(text));
		return ask_path(&text, question);
	}
	if (kind == PSD_KIND_setting) {
		memcpy(&text, at, sizeof(text));
		return ask_setting(&text, question);
	}
	if (kind == PSD_KIND_label) {
		memcpy(&text, at, sizeof(text));
		return ask_label(&text, question);
	}
	if (kind == PSD_KIND_site) {
		memcpy(&text, at, sizeof(text));
		return ask_site(&text, question);
	}
	if (kind == PSD_KIND_host) {
		memcpy(&text, at, sizeof(text));
		return ask_host(&text, question);
	}
	if (kind == PSD_KIND_permissions || kind == PSD_KIND_owner)
		return ask_printed(kind, at, question);
	if (kind == PSD_KIND_access) {
		question->has_access = true;
		memcpy(&question->access, at, sizeof(question->access));
		return psd_kind_is_valid(kind, question->access);
	}
	if (kind == PSD_KIND_priority) {
		question->has_priority = true;
		memcpy(&question->priority, at, sizeof(question->priority));
		return psd_kind_is_valid(kind, question->priority);
	}
	if (kind == PSD_KIND_family) {
		memcpy(&question->family, at, sizeof(question->family));
		return psd_kind_is_valid(kind, question->family);
	}
	if (kind == PSD_KIND_protocol) {
		question->has_protocol = true;
		memcpy(&question->protocol, at, sizeof(question->protocol));
		return psd_kind_is_valid(kind, question->protocol);
	}
	if (kind == PSD_KIND_endpoint)
		return ask_endpoint(at, question);
	if (psd_distance_is_of(kind))
		return ask_distance(kind, at, question);
	return true;
}

bool
psd_match_ask(const struct psd_op_row *row, const void *req,
    struct psd_question *ret)
{
	/* The texts are a cache's worth of lines, and mostly not there. */
	memset(ret, 0, offsetof(struct psd_question, printed));
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end; f++)
		if (!ask_field(f->kind, (const unsigned char *)req + f->offset,
			ret))
			return false;
	return true;
}

static bool
path_matches(const struct psd_grant *grant, const struct psd_str *path)
{
	return grant->glob != NULL &&
	    psd_glob_match_in(grant->glob, grant->dir_len, path->at, path->len);
}

static bool
setting_matches(const struct psd_grant *grant,
    const struct psd_question *question)
{
	return grant->setting != NULL &&
	    psd_setting_match(grant->setting, question->setting);
}

static bool
label_matches(const struct psd_grant *grant,
    const struct psd_question *question)
{
	return grant->labels != NULL &&
	    psd_label_match(grant->labels, question->label.at,
		question->label.len);
}

static bool
host_matches(const struct psd_grant *grant, const struct psd_question *question)
{
	if (grant->host == NULL ||
	    !psd_domain_match(grant->host, question->host))
		return false;
	return !question->has_port ||
	    (grant->reach != NULL &&
		psd_reach_has_port(grant->reach, question->port));
}

static bool
protocol_matches(const struct psd_grant *grant,
    const struct psd_question *question)
{
	return !question->has_protocol ||
	    (grant->protocols & UINT32_C(1) << question->protocol) != 0;
}

/* In what an Allow line and a Deny line judge alike. */
static bool
is_about(const struct psd_grant *grant, const struct psd_question *question)
{
	if (question->has_priority && question->priority > grant->priority)
		return false;
	if (question->has_setting && !setting_matches(grant, question))
		return false;
	if (question->has_label && !label_matches(grant, question))
		return false;
	if (question->has_host && !host_matches(grant, question))
		return false;
	return protocol_matches(grant, question);
}

bool
psd_match_allows(const struct psd_grant *grant,
    const struct psd_question *question)
{
	if (question->has_access && (question->access & ~grant->access) != 0)
		return false;
	if (!is_about(grant, question))
		return false;
	if (question->has_endpoint &&
	    (grant->reach == NULL ||
		!psd_reach_covers(grant->reach, &question->endpoint)))
		return false;
	/* Who leaves the family open asks for all of them. */
	if ((grant->modifiers & PSD_MODIFIER_FAMILY) != 0 &&
	    question->family != grant->family)
		return false;
	if (question->has_distance &&
	    (grant->modifiers & PSD_MODIFIER_MAX) != 0 &&
	    question->distance > grant->max_nsec)
		return false;
	for (size_t i = 0; i < question->n_paths; i++)
		if (!path_matches(grant, &question->paths[i]))
			return false;
	return true;
}

bool
psd_match_denies(const struct psd_grant *grant,
    const struct psd_question *question)
{
	if (question->has_access && (question->access & grant->access) == 0)
		return false;
	if (!is_about(grant, question))
		return false;
	if (question->has_endpoint &&
	    (grant->reach == NULL ||
		!psd_reach_touches(grant->reach, &question->endpoint)))
		return false;
	for (size_t i = 0; i < question->n_paths; i++)
		if (path_matches(grant, &question->paths[i]))
			return true;
	return question->n_paths == 0;
}
