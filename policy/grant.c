/* SPDX-License-Identifier: ISC */
#include "policy/grant.h"

#include "common/fd.h"
#include "common/print.h"
#include "policy/grant_net.h"
#include "policy/grant_rights.h"
#include "policy/grant_word.h"
#include "policy/group.h"
#include "policy/match.h"
#include "policy/modifier.h"
#include "policy/site.h"
#include "policy/visible.h"

#include <string.h>

/* A line being read. */
struct reading {
	struct psd_build *build;
	const struct psd_op_row *row;
	const struct psd_setting *setting;
	const char *at; /* what comes next in the value */
	bool has_word;  /* build->word is not used up yet */
	bool is_bad;    /* something was told already */
};

const struct psd_op_row *
psd_grant_row(const char *key, bool *ret_is_deny)
{
	const bool is_allow = strncmp(key, "Allow", 5) == 0;
	const bool is_deny = strncmp(key, "Deny", 4) == 0;
	char operation[PSD_NAME_MAX + 1];

	if (!is_allow && !is_deny)
		return NULL;
	*ret_is_deny = is_deny;
	for (size_t i = 0; i < psd_op_count; i++) {
		psd_op_key(&psd_op_rows[i], operation, sizeof(operation));
		if (!psd_op_rows[i].is_free &&
		    strcmp(operation, key + (is_deny ? 4 : 5)) == 0)
			return &psd_op_rows[i];
	}
	return NULL;
}

static void
next_word(struct reading *reading)
{
	if (!reading->is_bad)
		reading->has_word = psd_build_next_word(reading->build,
		    reading->setting, &reading->at, &reading->is_bad);
}

/* What the key's value looks like, for messages. */
static const char *
usage(const struct psd_op_row *row)
{
	bool has_access = false, has_priority = false, has_path = false;
	bool has_setting = false, has_endpoint = false, has_protocol = false;
	bool has_label = false, has_host = false, has_site = false;
	bool has_mode = false, has_owner = false;

	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end;
	     f++) {
		has_access = has_access || f->kind == PSD_KIND_access;
		has_priority = has_priority || f->kind == PSD_KIND_priority;
		has_path = has_path || f->kind == PSD_KIND_path;
		has_setting = has_setting || f->kind == PSD_KIND_setting;
		has_host = has_host || f->kind == PSD_KIND_host;
		has_site = has_site || f->kind == PSD_KIND_site;
		has_label = has_label || f->kind == PSD_KIND_label;
		has_mode = has_mode || f->kind == PSD_KIND_permissions;
		has_owner = has_owner || f->kind == PSD_KIND_owner;
		has_endpoint = has_endpoint || f->kind == PSD_KIND_endpoint;
		has_protocol = has_protocol || f->kind == PSD_KIND_protocol;
	}
	if (has_access)
		return "what may be done and an absolute path, as in \"read "
		       "/srv/www/**\"";
	if (has_mode)
		return "modes and an absolute path, as in \"0640,0600 "
		       "/srv/www/**\"";
	if (has_owner)
		return "owners and an absolute path, as in \"alice:www-data "
		       "/srv/www/**\"";
	if (has_path)
		return "an absolute path, as in /srv/www/**";
	if (has_endpoint && has_label)
		return "interfaces and a group with ports, as in \"eth0 "
		       "239.255.255.250:1900\"";
	if (has_endpoint)
		return has_protocol
		    ? "a protocol and an address with ports, as in \"tcp "
		      "192.0.2.0/24:443\""
		    : "an address with ports, as in 0.0.0.0:5353";
	if (has_setting)
		return "a setting, as in net.ipv4.ip_forward or net.ipv4.**";
	if (has_site)
		return "tcp, a host's name and ports, as in \"tcp "
		       "*.example.org:443\"";
	if (has_host)
		return "a host's name, as in www.example.org or "
		       "*.example.org";
	if (has_label)
		return "names joined by commas, as in alice,www-*";
	return has_priority ? "a level from emerg to debug" : "yes";
}

/* Tells once what is wrong with the line: its word, unless that is missing. */
static void
refuse(struct reading *reading, const char *what)
{
	struct psd_diag *diag = reading->build->diag;
	const struct psd_setting *setting = reading->setting;

	if (!reading->is_bad && reading->has_word)
		psd_diag_error(diag, &setting->where,
		    "%s= takes %s; \"%s\": %s", setting->key,
		    usage(reading->row), reading->build->word, what);
	else if (!reading->is_bad)
		psd_diag_error(diag, &setting->where, "%s= takes %s; %s",
		    setting->key, usage(reading->row), what);
	reading->is_bad = true;
}

/* Reads the word as what a grant says of a field; NULL, or what is wrong. */
static const char *
take_word(struct reading *reading, enum psd_kind kind, struct psd_grant *grant)
{
	struct psd_build *build = reading->build;

	switch (kind) {
	case PSD_KIND_access:
		return psd_grant_access(build->word, grant);
	case PSD_KIND_path:
		return psd_grant_path(build, build->word, grant);
	case PSD_KIND_setting:
		return psd_grant_setting(build, build->word, grant);
	case PSD_KIND_label:
		return psd_grant_label(build, build->word, grant);
	case PSD_KIND_site:
		return psd_site_grant(build, build->word, grant);
	case PSD_KIND_host:
		return psd_grant_host(build, build->word, grant);
	case PSD_KIND_permissions:
		return psd_grant_modes(build, build->word, grant);
	case PSD_KIND_owner:
		return psd_grant_owners(build, build->word, grant);
	case PSD_KIND_protocol:
		return psd_grant_net_protocols(reading->row, build->word,
		    grant);
	case PSD_KIND_endpoint:
		return psd_grant_net_reach(build, build->word, grant);
	case PSD_KIND_priority:
		return psd_parse_priority(build->word, &grant->priority) < 0
		    ? "no such level"
		    : NULL;
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
	return "nothing can be said of it";
}

static void
read_field(struct reading *reading, enum psd_kind kind, struct psd_grant *grant)
{
	const char *wrong;

	if (!reading->has_word)
		wrong = kind == PSD_KIND_path ? "the path is missing"
					      : "a word is missing";
	else
		wrong = take_word(reading, kind, grant);
	if (wrong != NULL)
		refuse(reading, wrong);
	/* Memory that ran short was told where it did. */
	reading->is_bad = reading->is_bad || reading->build->is_short;
}

/* One word for each field that a grant speaks of; one pattern for all paths. */
static void
read_fields(struct reading *reading, struct psd_grant *grant)
{
	size_t n = 0;

	for (const struct psd_field *f = reading->row->req;
	     f->kind != PSD_KIND_end && !reading->is_bad; f++) {
		if (!psd_match_is_grantable(f->kind) ||
		    (f->kind == PSD_KIND_path && grant->glob != NULL))
			continue;
		read_field(reading, f->kind, grant);
		next_word(reading);
		n++;
	}
	if (n > 0 || reading->is_bad)
		return;
	if (!reading->has_word || strcmp(reading->build->word, "yes") != 0)
		refuse(reading, "to refuse it, leave the line out");
	next_word(reading);
}

static void
read_modifiers(struct reading *reading, struct psd_grant *grant)
{
	while (reading->has_word && !reading->is_bad) {
		const char *wrong = grant->is_deny
		    ? "nothing may follow in a Deny line"
		    : psd_modifier_take(reading->build, grant, reading->row,
			  reading->build->word);

		if (wrong != NULL)
			refuse(reading, wrong);
		next_word(reading);
	}
}

/* "AllowOpen=@runtime" */
static void
read_group(struct reading *reading, bool is_deny)
{
	if (is_deny || reading->row->op != PSD_OP_open) {
		refuse(reading, "a file group belongs to AllowOpen= only");
		return;
	}
	if (reading->build->is_asked) {
		refuse(reading, "a file group allows no request");
		return;
	}
	psd_group_take(reading->build, reading->build->word, reading->setting);
	next_word(reading);
	if (reading->has_word)
		refuse(reading, "nothing may follow a file group");
}

/* Takes back all lines of the key. */
static void
reset(struct psd_build *build, const struct psd_op_row *row, bool is_deny)
{
	struct psd_grants *grants = &build->policy->grants[row - psd_op_rows];
	size_t kept = 0;

	for (size_t i = 0; i < grants->n; i++)
		if (grants->at[i].is_deny != is_deny)
			grants->at[kept++] = grants->at[i];
	grants->n = kept;
	if (!is_deny && row->op == PSD_OP_open)
		build->policy->view.n = 0;
}

static void
append(struct psd_build *build, const struct psd_op_row *row,
    const struct psd_grant *grant)
{
	struct psd_grants *grants = &build->policy->grants[row - psd_op_rows];
	struct psd_grant *larger =
	    psd_build_grow(build, grants->at, grants->n, sizeof(*larger));

	if (larger == NULL)
		return;
	larger[grants->n++] = *grant;
	grants->at = larger;
}

void
psd_grant_take(struct psd_build *build, const struct psd_op_row *row,
    bool is_deny, const struct psd_setting *setting)
{
	struct reading reading = {
		.build = build,
		.row = row,
		.setting = setting,
		.at = setting->value,
	};
	struct psd_grant grant = {
		.where = setting->where,
		.is_deny = is_deny,
		.dir_fd = PSD_NO_FD,
	};

	if (setting->value[0] == '\0') {
		reset(build, row, is_deny);
		return;
	}
	next_word(&reading);
	if (reading.has_word && build->word[0] == '@') {
		read_group(&reading, is_deny);
		return;
	}
	read_fields(&reading, &grant);
	grant.fields = psd_visible_by_default(row);
	read_modifiers(&reading, &grant);
	if (reading.is_bad)
		return;
	grant.text = psd_build_copy(build, setting->text);
	if (grant.text != NULL)
		append(build, row, &grant);
}
