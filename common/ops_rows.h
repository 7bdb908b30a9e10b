/* SPDX-License-Identifier: ISC */
/*
 * Every row macro of the catalogues, defined as nothing.  Whoever wants some
 * rows defines those, includes this, then the catalogue, then ops_clear.h (or
 * ops_each.h for all catalogues).
 * No guard: it is included once for each walk through the rows.
 */
#ifndef OP
#define OP(name, number, text)
#endif
#ifndef FREE
#define FREE(name)
#endif
#ifndef PRIVILEGED
#define PRIVILEGED(name)
#endif
#ifndef ASKS_RESOLVER
#define ASKS_RESOLVER(name)
#endif
#ifndef REQ
#define REQ(name, kind, field)
#endif
#ifndef REP
#define REP(name, kind, field)
#endif
#ifndef SYS
#define SYS(name, call)
#endif
#ifndef CAP
#define CAP(name, capability, access)
#endif
#ifndef END
#define END(name)
#endif
