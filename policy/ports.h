/* SPDX-License-Identifier: ISC */
#ifndef PSD_PORTS_H
#define PSD_PORTS_H

#include "policy/build.h"

/*
 * The network of a program that makes its sockets itself (Type=filter,
 * Type=program, Type=inetd): its lines of AllowConnect= and AllowBind= grant no
 * request, since it makes none, but say which TCP ports Landlock lets it
 * connect and bind to, at whatever address.
 */

/* Is the operation one of the two? */
bool psd_ports_has(enum psd_op op);

/* Such lines of such a program, or none. */
const struct psd_grants *psd_ports_find(const struct psd_policy *policy,
    enum psd_op op);

/* The first of them all, or NULL: it has no network. */
const struct psd_grant *psd_ports_first(const struct psd_policy *policy);

/* The line that covers an endpoint as Landlock has it, by its port, or NULL. */
const struct psd_grant *psd_ports_cover(const struct psd_policy *policy,
    enum psd_op op, const struct psd_endpoint *endpoint);

/*
 * Of a program's socket(2) that is refused: what is to be said, behind the line
 * that lets the call pass, of the one that would let it have one for TCP, whose
 * port is not known yet.  "" when it is another call, or another socket.
 */
const char *psd_ports_advise(const struct psd_policy *policy, int number,
    const uint64_t args[6]);

/* What Landlock could not keep is an error; that it is coarser is told. */
void psd_ports_check(struct psd_build *build);

#endif
