/* SPDX-License-Identifier: ISC */
/*
 * Gives every row of callgroup.def that the including file did not define
 * the meaning "nothing".  No guard: it is included before each use.
 */
#ifndef GROUP
#define GROUP(id, name, text)
#endif
#ifndef CALL
#define CALL(group, call, reason)
#endif
#ifndef CALL_IF
#define CALL_IF(group, call, reason, ...)
#endif
#ifndef CALL_FAILS
#define CALL_FAILS(group, call, error, reason)
#endif
#ifndef CALL_FAILS_IF
#define CALL_FAILS_IF(group, call, error, reason, ...)
#endif
#ifndef DANGER
#define DANGER(call, reason)
#endif
