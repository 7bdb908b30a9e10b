/* SPDX-License-Identifier: ISC */
/* Forgets the row macros again (ops_rows.h).  No guard. */
#undef OP
#undef FREE
#undef PRIVILEGED
#undef ASKS_RESOLVER
#undef REQ
#undef REP
#undef SYS
#undef CAP
#undef END
