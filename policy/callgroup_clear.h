/* SPDX-License-Identifier: ISC */
/* Forgets the meaning of the rows of callgroup.def.  No guard. */
#undef GROUP
#undef CALL
#undef CALL_IF
#undef CALL_FAILS
#undef CALL_FAILS_IF
#undef DANGER
