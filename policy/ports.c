/* SPDX-License-Identifier: ISC */
#include "policy/ports.h"

#include "common/mem.h"
#include "policy/reach.h"
#include "policy/view.h"

#include <sys/socket.h>
#include <sys/syscall.h>

/* Each is a rule of its own. */
enum { PORTS_MAX = 1024 };

static const enum psd_op operations[] = { PSD_OP_connect, PSD_OP_bind };

bool
psd_ports_has(enum psd_op op)
{
	for (size_t i = 0; i < PSD_ELEMENTS(operations); i++)
		if (operations[i] == op)
			return true;
	return false;
}

const struct psd_grants *
psd_ports_find(const struct psd_policy *policy, enum psd_op op)
{
	static const struct psd_grants none = { .n = 0 };

	return psd_view_is_all(policy)
	    ? &policy->grants[psd_op_find(op) - psd_op_rows]
	    : &none;
}

const struct psd_grant *
psd_ports_first(const struct psd_policy *policy)
{
	for (size_t i = 0; i < PSD_ELEMENTS(operations); i++) {
		const struct psd_grants *grants =
		    psd_ports_find(policy, operations[i]);

		if (grants->n > 0)
			return &grants->at[0];
	}
	return NULL;
}

const struct psd_grant *
psd_ports_cover(const struct psd_policy *policy, enum psd_op op,
    const struct psd_endpoint *endpoint)
{
	const struct psd_grants *grants = psd_ports_find(policy, op);

	for (size_t i = 0; i < grants->n; i++)
		if (psd_reach_has_port(grants->at[i].reach, endpoint->port))
			return &grants->at[i];
	return NULL;
}

const char *
psd_ports_advise(const struct psd_policy *policy, int number,
    const uint64_t args[6])
{
	const int type = (int)args[1] & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (number != SYS_socket || !psd_view_is_all(policy) ||
	    psd_ports_first(policy) != NULL ||
	    (args[0] != AF_INET && args[0] != AF_INET6) || type != SOCK_STREAM)
		return "";
	return ", or AllowConnect=tcp *:PORT, with the port that it is to "
	       "reach";
}

static size_t
count(const struct psd_reach *reach)
{
	size_t n = 0;

	for (size_t i = 0; i < reach->n_ports; i++)
		n += (size_t)(reach->ports[i].to - reach->ports[i].from) + 1;
	return n;
}

static const char *
find_wrong(const struct psd_grant *grant)
{
	if (grant->is_deny)
		return "a program makes its sockets itself, and what is "
		       "granted cannot have holes; name the ports that are "
		       "allowed";
	if (grant->protocols != UINT32_C(1) << PSD_PROTOCOL_TCP)
		return "a program makes its sockets itself, and Landlock "
		       "bounds tcp alone";
	if (grant->modifiers != 0)
		return "a program makes its sockets itself; nothing may "
		       "follow the ports";
	if (grant->reach->is_any_port || count(grant->reach) > PORTS_MAX)
		return "name the ports, 1024 in a line at most";
	return NULL;
}

static void
judge(struct psd_build *build, const struct psd_grant *grant)
{
	const char *wrong = find_wrong(grant);

	if (wrong != NULL)
		psd_diag_error(build->diag, &grant->where, "%s: %s",
		    grant->text, wrong);
	else if (!grant->reach->is_any)
		psd_diag_warning(build->diag, &grant->where,
		    "%s: Landlock compares ports and no addresses, so that the "
		    "program reaches these ports at any; write * for the "
		    "address",
		    grant->text);
}

/* The daemon binds sockets for datagrams, and listeners by AllowListen=. */
static void
refuse_tcp(struct psd_build *build)
{
	const struct psd_grants *grants =
	    &build->policy->grants[psd_op_find(PSD_OP_bind) - psd_op_rows];

	for (size_t i = 0; i < grants->n; i++)
		if (grants->at[i].protocols != UINT32_C(1) << PSD_PROTOCOL_UDP)
			psd_diag_error(build->diag, &grants->at[i].where,
			    "%s: the one protocol there is here is udp",
			    grants->at[i].text);
}

void
psd_ports_check(struct psd_build *build)
{
	if (!psd_view_is_all(build->policy)) {
		refuse_tcp(build);
		return;
	}
	for (size_t i = 0; i < PSD_ELEMENTS(operations); i++) {
		const struct psd_grants *grants =
		    psd_ports_find(build->policy, operations[i]);

		for (size_t k = 0; k < grants->n; k++)
			judge(build, &grants->at[k]);
	}
}
