/* SPDX-License-Identifier: ISC */
#include "daemon/caps.h"

#include "common/mem.h"
#include "policy/reach.h"
#include "policy/view.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>
#include <unistd.h>

/*
 * What confining helpers takes.  Whatever policies are loaded, a helper that
 * could not be confined would not be started.
 */
static const cap_value_t fixed[] = {
	CAP_SETUID,     /* helpers have uids of their own, */
	CAP_SETGID,     /* and gids, and no groups */
	CAP_SETPCAP,    /* locks securebits, empties the bounding set */
	CAP_SYS_ADMIN,  /* makes and joins namespaces */
	CAP_SYS_CHROOT, /* joining a mount namespace changes the root */
	CAP_KILL,       /* ends helpers, whose uids are not ours */
};

/*
 * What a monitor does to its one helper, which confines itself: end it, and
 * what it leaves behind under its uid.
 */
static const cap_value_t fixed_of_monitor[] = { CAP_KILL, CAP_SETUID,
	CAP_SETGID };

enum { PRIVILEGED_PORTS = 1024, NAME_SIZE = 40 };

static uint64_t had; /* at the start, as bits */
static bool has_started;

static uint64_t
bit(cap_value_t cap)
{
	return UINT64_C(1) << cap;
}

/* "CAP_CHOWN", "cap_chown" and "chown" mean the same. */
static int
find(const char *name, cap_value_t *ret)
{
	char full[NAME_SIZE];
	const char *bare = strncasecmp(name, "cap_", 4) == 0 ? name + 4 : name;

	(void)snprintf(full, sizeof(full), "cap_%s", bare);
	return cap_from_name(full, ret) < 0 ? -EINVAL : 0;
}

static bool
needs_privileged_port(const struct psd_listen *listen)
{
	const struct sockaddr *address =
	    (const struct sockaddr *)&listen->address;
	in_port_t port = 0;

	if (address->sa_family == AF_INET)
		port = ((const struct sockaddr_in *)&listen->address)->sin_port;
	else if (address->sa_family == AF_INET6)
		port =
		    ((const struct sockaddr_in6 *)&listen->address)->sin6_port;
	return port != 0 && ntohs(port) < PRIVILEGED_PORTS;
}

static bool
calls_for(const struct psd_grant *grant, const struct psd_op_cap *wanted)
{
	if (grant->is_deny)
		return false;
	if (wanted->access == PSD_CAP_LOW_PORT)
		return grant->reach != NULL &&
		    psd_reach_has_low_port(grant->reach);
	if (wanted->access == PSD_CAP_TCP)
		return (grant->protocols & UINT32_C(1) << PSD_PROTOCOL_TCP) !=
		    0;
	return wanted->access == 0 || (wanted->access & grant->access) != 0;
}

/* Calls need(cookie, cap, where) for each capability that policy needs. */
static void
for_each_need(const struct psd_policy *policy,
    void (*need)(void *cookie, cap_value_t cap, const struct psd_where *where),
    void *cookie)
{
	for (size_t i = 0; i < policy->n_listens; i++)
		if (needs_privileged_port(&policy->listens[i]))
			need(cookie, CAP_NET_BIND_SERVICE,
			    &policy->listens[i].where);
	/* What such a program may do it does itself. */
	if (psd_view_is_all(policy))
		return;
	for (size_t row = 0; row < psd_op_count; row++) {
		const struct psd_grants *grants = &policy->grants[row];
		const struct psd_op_cap *wanted = psd_op_rows[row].caps;

		for (; wanted->name != NULL; wanted++) {
			cap_value_t cap;

			if (find(wanted->name, &cap) < 0)
				continue;
			for (size_t i = 0; i < grants->n; i++)
				if (calls_for(&grants->at[i], wanted))
					need(cookie, cap, &grants->at[i].where);
		}
	}
}

static void
add_bit(void *cookie, cap_value_t cap, const struct psd_where *where)
{
	uint64_t *bits = cookie;

	(void)where;
	*bits |= bit(cap);
}

/* What KeepCapabilities= names, as bits; or -EINVAL with diag. */
static int
add_kept(const struct psd_words *keep, uint64_t *bits, struct psd_diag *diag)
{
	for (size_t i = 0; i < keep->n; i++) {
		cap_value_t cap;

		if (find(keep->at[i].text, &cap) < 0) {
			psd_diag_error(diag, &keep->at[i].where,
			    "there is no capability %s, see capabilities(7)",
			    keep->at[i].text);
			return -EINVAL;
		}
		*bits |= bit(cap);
	}
	return 0;
}

static int
keep_only(uint64_t needed, struct psd_diag *diag)
{
	uint64_t now = 0;
	int r = psd_caps_permitted(&now);

	if (r == 0 && !has_started) {
		had = now;
		now &= needed;
	}
	if (r == 0)
		r = psd_caps_set(now, now & needed);
	if (r < 0) {
		psd_diag_error(diag, NULL, "cannot drop capabilities: %s",
		    strerror(-r));
		return r;
	}
	has_started = true;
	return 0;
}

int
psd_caps_keep_for_monitor(const struct psd_policy *policy,
    struct psd_diag *diag)
{
	uint64_t needed = 0;

	for (size_t i = 0; i < PSD_ELEMENTS(fixed_of_monitor); i++)
		needed |= bit(fixed_of_monitor[i]);
	for_each_need(policy, add_bit, &needed);
	return keep_only(needed, diag);
}

uint64_t
psd_caps_had(void)
{
	return had;
}

void
psd_caps_resume(uint64_t before)
{
	had = before;
	has_started = true;
}

/* What these policies and we need, and what is kept in advance. */
static int
find_needed(const struct psd_policy *const *policies, size_t n_policies,
    const struct psd_words *keep, uint64_t *ret, struct psd_diag *diag)
{
	*ret = 0;
	for (size_t i = 0; i < PSD_ELEMENTS(fixed); i++)
		*ret |= bit(fixed[i]);
	for (size_t i = 0; i < n_policies; i++)
		for_each_need(policies[i], add_bit, ret);
	return add_kept(keep, ret, diag);
}

int
psd_caps_raise(void)
{
	uint64_t now;
	int r;

	if (!has_started)
		return 0;
	r = psd_caps_permitted(&now);
	return r < 0 ? r : psd_caps_set(now, now);
}

int
psd_caps_lower(const struct psd_policy *const *policies, size_t n_policies,
    const struct psd_words *keep, struct psd_diag *diag)
{
	uint64_t needed;
	int r;

	if (!has_started)
		return 0;
	r = find_needed(policies, n_policies, keep, &needed, diag);
	return r < 0 ? r : keep_only(needed, diag);
}

struct search {
	uint64_t missing;
	struct psd_diag *diag;
	bool is_start; /* when it may be without, and told */
	int result;
};

static void
tell_missing(void *cookie, cap_value_t cap, const struct psd_where *where)
{
	struct search *search = cookie;
	char *name;

	if ((search->missing & bit(cap)) == 0)
		return;
	/* The first line that needs it is enough. */
	search->missing &= ~bit(cap);
	search->result = -EPERM;
	name = cap_to_name(cap);
	for (char *at = name; at != NULL && *at != '\0'; at++)
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
	if (search->is_start)
		psd_diag_warning(search->diag, where,
		    "asks for %s, which the daemon does not have: see "
		    "CapabilityBoundingSet= of its unit",
		    name == NULL ? "a capability" : name);
	else
		psd_diag_error(search->diag, where, "needs a restart: %s",
		    name == NULL ? "a capability" : name);
	(void)cap_free(name);
}

int
psd_caps_keep(const struct psd_policy *const *policies, size_t n_policies,
    const struct psd_words *keep, struct psd_diag *diag)
{
	struct search search = { .diag = diag, .is_start = true };
	uint64_t needed;
	int r = find_needed(policies, n_policies, keep, &needed, diag);

	if (r == 0)
		r = keep_only(needed, diag);
	/* Others than root were given what they were to have. */
	if (r < 0 || geteuid() != 0)
		return r;
	search.missing = needed & ~had;
	for (size_t i = 0; i < n_policies; i++)
		for_each_need(policies[i], tell_missing, &search);
	return 0;
}

int
psd_caps_missing(const struct psd_policy *const *policies, size_t n_policies,
    struct psd_diag *diag)
{
	struct search search = { .diag = diag };
	uint64_t now;
	int r;

	if (!has_started)
		return 0;
	r = psd_caps_permitted(&now);
	if (r < 0)
		return r;
	search.missing = had & ~now;
	for (size_t i = 0; i < n_policies; i++)
		for_each_need(policies[i], tell_missing, &search);
	return search.result;
}
